package io.sluice.pipeline.source;

import io.sluice.pipeline.schema.TableId;
import java.util.Optional;

/**
 * Something at the source that stands in a pipeline's way or that its owner should know.
 *
 * @param severity whether the pipeline can run
 * @param matter whose it is to mend
 * @param table the table concerned; empty when it is the database as a whole
 * @param column the column concerned; empty when it is more than one column
 * @param message what was expected, what was found and what to do, in sentences
 */
public record SourceProblem(
        Severity severity, Matter matter, Optional<TableId> table, Optional<String> column, String message) {

    /** A problem with the server, its settings or a privilege. */
    public SourceProblem(Severity severity, Optional<TableId> table, Optional<String> column, String message) {
        this(severity, Matter.ACCESS, table, column, message);
    }

    /** What a problem is about. */
    public enum Matter {
        /** Settings, privileges, the server: passes when granted or set. */
        ACCESS,
        /** The table itself: it is gone, or its columns or key are not such that it can be followed. */
        SHAPE
    }

    /** How bad it is. */
    public enum Severity {
        /** The pipeline runs; the reader of a plan should know. */
        WARNING,
        /** The pipeline is refused. */
        ERROR
    }
}
