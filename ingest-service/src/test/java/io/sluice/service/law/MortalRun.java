package io.sluice.service.law;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets a run die when it comes to a place for the n-th time, whichever place that is. From then on every other thread of
 * the run dies at the next place it comes to: nothing durable is done after the death.
 */
final class MortalRun implements FailPoints {

    /** Not an exception: it passes every handler, as a kill would. */
    static final class Death extends Error {
        private Death(String message) {
            super(message);
        }
    }

    private final AtomicInteger placesLeft;
    private final AtomicReference<FailPoint> diedAt = new AtomicReference<>();

    /** @param places how many places the run lives to see, at least 1 */
    MortalRun(int places) {
        this.placesLeft = new AtomicInteger(places);
    }

    @Override
    public void reach(FailPoint point) {
        if (placesLeft.decrementAndGet() <= 0) {
            diedAt.compareAndSet(null, point);
            throw new Death("died at " + diedAt.get() + (diedAt.get() == point ? "" : ", then at " + point));
        }
    }

    /** Where it died; empty when it lived. */
    Optional<FailPoint> diedAt() {
        return Optional.ofNullable(diedAt.get());
    }
}
