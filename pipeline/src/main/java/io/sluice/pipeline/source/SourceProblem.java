package io.sluice.pipeline.source;

import io.sluice.pipeline.schema.TableId;
import java.util.Optional;

/**
 * Something at the source that stands in a pipeline's way or that its owner should know.
 *
 * @param severity whether the pipeline can run
 * @param table the table concerned; empty when it is the database as a whole
 * @param column the column concerned; empty when it is more than one column
 * @param message what was expected, what was found and what to do, in sentences
 */
public record SourceProblem(Severity severity, Optional<TableId> table, Optional<String> column, String message) {

    /** How bad it is. */
    public enum Severity {
        /** The pipeline runs; the reader of a plan should know. */
        WARNING,
        /** The pipeline is refused. */
        ERROR
    }
}
