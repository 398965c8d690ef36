package io.sluice.lake.commit;

import io.sluice.pipeline.error.PipelineException;
import java.time.Duration;

/**
 * How often a commit is tried that lost a race or whose answer was lost.
 *
 * @param attempts at least 1
 * @param firstWait before the second attempt; doubles with each one
 * @param longestWait the bound of the doubling
 * @param waiting how time passes
 */
public record CommitRetries(int attempts, Duration firstWait, Duration longestWait, Waiting waiting) {

    /** Lets time pass. */
    @FunctionalInterface
    public interface Waiting {

        /** Sleeps. */
        Waiting SLEEP = duration -> Thread.sleep(duration.toMillis());

        /** Returns after the duration. */
        void pass(Duration duration) throws InterruptedException;
    }

    /** Some seconds altogether: a short outage of the catalog is ridden out. */
    public static final CommitRetries DEFAULT =
            new CommitRetries(8, Duration.ofMillis(50), Duration.ofSeconds(2), Waiting.SLEEP);

    public CommitRetries {
        if (attempts < 1) {
            throw new IllegalArgumentException("A commit needs at least one attempt, got " + attempts);
        }
    }

    /** Waits after a failed attempt, counted from 1. */
    public void pause(int attempt) {
        long wait = Math.min(longestWait.toMillis(), firstWait.toMillis() << Math.min(attempt - 1, 20));
        try {
            waiting.pass(Duration.ofMillis(wait));
        } catch (InterruptedException e) {
            throw PipelineException.interrupted("waiting to try a commit again");
        }
    }
}
