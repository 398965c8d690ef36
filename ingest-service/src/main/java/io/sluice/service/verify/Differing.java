package io.sluice.service.verify;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.schema.TableId;
import java.util.OptionalLong;

/**
 * The keys of a table that were found to differ, proven or not, for a repair.
 *
 * @param table the table in the lake
 * @param keys a batch of the lake table's schema in which only the key's columns mean anything
 * @param complete whether these are all of them
 * @param snapshotId the lake table's snapshot that was compared as a whole
 */
public record Differing(TableId table, ColumnBatch keys, boolean complete, OptionalLong snapshotId) {}
