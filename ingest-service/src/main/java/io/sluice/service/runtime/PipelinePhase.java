package io.sluice.service.runtime;

/** How far a pipeline or a table is on its way; follows from what is published. */
public enum PipelinePhase {
    /** Reading whole tables. */
    SNAPSHOT,
    /** Following the log, behind the position that the source had when the stream began. */
    CATCH_UP,
    /** Following the log at its end. */
    STREAMING,
    /** Left behind for a reason that the status names (tables only). */
    STOPPED
}
