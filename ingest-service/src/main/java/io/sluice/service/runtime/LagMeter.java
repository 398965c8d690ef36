package io.sluice.service.runtime;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells how old the oldest change is that was received and is not published. Written by the stream's and the
 * committer's thread, read by whoever asks.
 */
final class LagMeter {

    private final Clock clock;
    private Optional<Instant> collecting = Optional.empty();
    private Optional<Instant> committing = Optional.empty();

    LagMeter(Clock clock) {
        this.clock = clock;
    }

    /** A change with this commit time has entered the open cut. */
    synchronized void collected(Instant committedAt) {
        if (collecting.isEmpty()) {
            collecting = Optional.of(committedAt);
        }
    }

    /** The open cut is being committed. */
    synchronized void closed() {
        committing = collecting;
        collecting = Optional.empty();
    }

    /** The cut that was being committed is published. */
    synchronized void published() {
        committing = Optional.empty();
    }

    /** Nothing is collected or committed any more: the stream was given up. */
    synchronized void reset() {
        collecting = Optional.empty();
        committing = Optional.empty();
    }

    synchronized double seconds() {
        Optional<Instant> oldest = committing.or(() -> collecting);
        return oldest.map(since ->
                        Math.max(0, Duration.between(since, clock.instant()).toMillis() / 1000.0))
                .orElse(0.0);
    }
}
