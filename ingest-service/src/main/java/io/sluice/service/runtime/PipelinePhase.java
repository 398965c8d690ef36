package io.sluice.service.runtime;

/** How far a pipeline or a table is on its way; follows from what is published. */
public enum PipelinePhase {
    /** Reading whole tables. */
    SNAPSHOT,
    /** Reading every table anew, because the change stream has a gap; readers see the old content meanwhile. */
    RESNAPSHOT,
    /** Following the log, behind the position that the source had when the stream began. */
    CATCH_UP,
    /** Following the log at its end. */
    STREAMING,
    /** Left behind for a reason that the status names (tables only). */
    STOPPED;

    /** Whether the log is followed and cuts are published. */
    public boolean follows() {
        return this == CATCH_UP || this == STREAMING;
    }
}
