package io.sluice.service.runtime;

import io.sluice.pipeline.schema.TableId;

/**
 * What is done with rows that have no place in the lake.
 *
 * @param table the lake table that notes them
 * @param limit one more open row than that in a table stops the table, from 1
 */
public record DeadLetterSettings(TableId table, int limit) {}
