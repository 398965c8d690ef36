package io.sluice.pipeline.lake;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.schema.TableId;
import java.util.Optional;

/**
 * Something that keeps a pipeline from writing to the lake.
 *
 * @param kind {@code CONFIGURATION} when the pipeline's file asks for what cannot be, {@code SCHEMA_CHANGED} when a table
 *     of the pipeline's own no longer fits what is to be written, {@code LAKE_CONFLICT} when it is someone else's or not
 *     as its last cut left it, {@code LAKE_REFUSED} or {@code LAKE_UNAVAILABLE}
 * @param table the table in the lake; empty when it is not one table's
 * @param message what was expected, what was found and what to do, in sentences
 */
public record LakeProblem(ErrorKind kind, Optional<TableId> table, String message) {}
