package io.sluice.service.leader;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A steady clock that a test moves. */
final class ManualTime implements LongSupplier {

    private volatile long now = 1_000_000_000_000L;

    @Override
    public long getAsLong() {
        return now;
    }

    void pass(Duration time) {
        now += time.toNanos();
    }
}
