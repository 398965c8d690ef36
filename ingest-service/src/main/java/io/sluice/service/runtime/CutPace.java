package io.sluice.service.runtime;

import io.sluice.pipeline.lake.CutWriter;
import java.time.Duration;

/** When a cut that is being collected should end. */
final class CutPace {

    /** A cut that cannot end for so many intervals, or so many times its rows or bytes, is not worth waiting for. */
    private static final int OVERDUE = 4;

    private static final Duration LEAST_OVERDUE = Duration.ofSeconds(2);

    private final RuntimeSettings settings;

    CutPace(RuntimeSettings settings) {
        this.settings = settings;
    }

    /**
     * Whether the cut has had its time or its fill. While the cut before is still being committed, a cut that is only due by
     * time goes on collecting: waiting would not publish it any sooner.
     */
    boolean isDue(CutWriter cut, long openedNanos, CutCommitter committer) throws InterruptedException {
        if (cut.rows() >= settings.commitMaxRows() || cut.bytes() >= settings.commitMaxBytes()) {
            return true;
        }
        return System.nanoTime() - openedNanos >= settings.commitInterval().toNanos() && !committer.isBusy();
    }

    /** Whether the cut has collected for far longer, or far more, than it should. */
    boolean isOverdue(CutWriter cut, long openedNanos) {
        long interval = Math.max(settings.commitInterval().multipliedBy(OVERDUE).toNanos(), LEAST_OVERDUE.toNanos());
        return System.nanoTime() - openedNanos >= interval
                || cut.rows() / OVERDUE >= settings.commitMaxRows()
                || cut.bytes() / OVERDUE >= settings.commitMaxBytes();
    }
}
