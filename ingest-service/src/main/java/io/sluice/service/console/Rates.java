package io.sluice.service.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** How fast counters rise, over the last seconds. Used by one thread. */
final class Rates {

    private final long windowNanos;
    private final Map<String, Deque<Sample>> samples = new HashMap<>();

    /** @param windowNanos how far back a rate looks */
    Rates(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    private record Sample(long nanos, long value) {}

    /** Takes a counter's value in and gives its rate per second; 0 at first and after it fell. */
    double update(String counter, long nanos, long value) {
        Deque<Sample> known = samples.computeIfAbsent(counter, name -> new ArrayDeque<>());
        if (!known.isEmpty() && known.getLast().value() > value) {
            known.clear();
        }
        known.addLast(new Sample(nanos, value));
        while (known.size() > 2 && nanos - known.getFirst().nanos() > windowNanos) {
            known.removeFirst();
        }
        Sample first = known.getFirst();
        long elapsed = nanos - first.nanos();
        return elapsed <= 0 ? 0 : (value - first.value()) * 1e9 / elapsed;
    }
}
