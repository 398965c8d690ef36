package io.sluice.service.runtime;

import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChangeChunk;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.StreamStart;
import java.time.Duration;
import java.util.Optional;

/**
 * Keeps the source from forgetting changes that a load needs which is not published yet and does not have them itself.
 * Thread-safe.
 */
final class SlotHold {

    private Optional<Position> floor = Optional.empty();
    private Optional<Position> told = Optional.empty();

    /** Nothing behind this is confirmed from now on. */
    synchronized void at(Position position) {
        floor = Optional.of(position);
    }

    /** No load needs anything any more. */
    synchronized void release() {
        floor = Optional.empty();
    }

    synchronized Optional<Position> floor() {
        return floor;
    }

    /** The last position that the source was told; empty when it was told none. */
    synchronized Optional<Position> told() {
        return told;
    }

    private synchronized Position limit(Position durable) {
        Position limited = floor.isPresent() && durable.covers(floor.get()) ? floor.get() : durable;
        told = Optional.of(told.map(before -> Position.max(before, limited)).orElse(limited));
        return limited;
    }

    /** The source, as far as it may be told. */
    ChangeSource over(ChangeSource source) {
        return new ChangeSource() {
            @Override
            public void start(StreamStart start) {
                source.start(start);
            }

            @Override
            public Optional<ChangeChunk> poll(Duration timeout) throws InterruptedException {
                return source.poll(timeout);
            }

            @Override
            public void confirm(Position durable) {
                source.confirm(limit(durable));
            }

            @Override
            public void close() {
                source.close();
            }
        };
    }
}
