package io.sluice.service.runtime;

import java.time.Duration;
import java.util.Optional;

/** Something that happened in a pipeline's life and that its watchers (console, log, metrics) may want to tell. */
public sealed interface PipelineEvent {

    /** The pipeline's name. */
    String pipeline();

    /** The state changed. */
    record StateChanged(String pipeline, PipelineState from, PipelineState to) implements PipelineEvent {}

    /** A table's snapshot became visible in the lake. */
    record TablePublished(String pipeline, String sink, long rows, long files, String position)
            implements PipelineEvent {}

    /** Every table's snapshot is published and the change stream begins at exactly the snapshot's position. */
    record HandedOver(String pipeline, String position, long rows, double seconds) implements PipelineEvent {}

    /** A cut was published. */
    record CutPublished(String pipeline, long cut, String position, long rows, int tables, double lagSeconds)
            implements PipelineEvent {}

    /** The change stream has a gap, for this reason; every table, or those that the reason names, is loaded anew from here on. */
    record StreamLost(String pipeline, String reason) implements PipelineEvent {}

    /** A table changed while it was loaded; its load begins anew. */
    record LoadBegunAnew(String pipeline, String source, String reason) implements PipelineEvent {}

    /** A table was left behind. */
    record TableStopped(String pipeline, String source, String reason) implements PipelineEvent {}

    /**
     * Rows that have no place in the lake were set aside; that is durable.
     *
     * @param table the table at the source
     * @param rows how many, from 1
     * @param column the column of the last of them whose value was refused, or that the expression computes
     * @param reason why, of the last of them
     */
    record RowsSetAside(String pipeline, String table, long rows, String column, String reason)
            implements PipelineEvent {}

    /** A comparison of source and lake goes on. */
    record VerificationProgressed(String pipeline, String step, int tablesDone, int tablesTotal)
            implements PipelineEvent {}

    /** A comparison of source and lake ended; with what it found, when it came to that. */
    record VerificationEnded(String pipeline, String state, Optional<String> verdict) implements PipelineEvent {}

    /**
     * What describes the pipeline changed.
     *
     * @param revision of the definition that there is now, or was last
     */
    record DefinitionChanged(String pipeline, Kind kind, String revision) implements PipelineEvent {

        /** What happened to the pipeline with it. */
        public enum Kind {
            CREATED,
            REPLACED,
            REMOVED
        }
    }

    /** A failure; with the time until the next attempt, or empty when there is none. */
    record Failed(String pipeline, PipelineStatus.Failure failure, Optional<Duration> retryIn)
            implements PipelineEvent {}
}
