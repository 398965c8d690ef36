package io.sluice.service.verify;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.schema.TableId;

/**
 * The keys of a table that is proven to differ, with those of it that could not be decided, for a repair.
 *
 * @param table the table in the lake
 * @param keys a batch of the lake table's schema in which only the key's columns mean anything
 */
public record Differing(TableId table, ColumnBatch keys) {}
