package io.sluice.service.runtime;

import io.sluice.pipeline.position.Position;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Looks at the source from time to time while its log is followed: how far the log goes, and whether a table was changed
 * past it. Used by the thread that follows the log.
 */
final class SourceWatch {

    private static final Duration LOG_END_INTERVAL = Duration.ofSeconds(2);
    private static final Duration STORAGE_INTERVAL = Duration.ofSeconds(5);

    private final Supplier<Position> logEnd;
    private final Runnable storage;
    private final Progress progress;
    private long nextLogEnd = System.nanoTime();
    private long nextStorage = System.nanoTime();

    /**
     * A watch that looks at once, and then at its intervals.
     *
     * @param logEnd asks where the log ends
     * @param storage throws when a table was changed without a trace in the log
     */
    SourceWatch(Supplier<Position> logEnd, Runnable storage, Progress progress) {
        this.logEnd = logEnd;
        this.storage = storage;
        this.progress = progress;
    }

    /** Tells how far the log goes, when that is due. */
    void lookAtLog() {
        long now = System.nanoTime();
        if (now - nextLogEnd >= 0) {
            progress.logEnd(logEnd.get());
            nextLogEnd = now + LOG_END_INTERVAL.toNanos();
        }
    }

    /** Looks at the tables, when that is due. */
    void lookAtTables() {
        long now = System.nanoTime();
        if (now - nextStorage >= 0) {
            requireTables();
            nextStorage = now + STORAGE_INTERVAL.toNanos();
        }
    }

    /** Looks at the tables now: whatever came past the log before this call shows. */
    void requireTables() {
        storage.run();
    }
}
