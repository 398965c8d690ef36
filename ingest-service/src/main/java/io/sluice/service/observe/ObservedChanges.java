package io.sluice.service.observe;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChangeChunk;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.StreamStart;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A change stream whose changes are counted batch by batch, and whose confirmations end the cuts that they are for. */
final class ObservedChanges implements ChangeSource {

    private final ChangeSource real;
    private final Observation observation;

    ObservedChanges(ChangeSource real, Observation observation) {
        this.real = real;
        this.observation = observation;
    }

    @Override
    public void start(StreamStart start) {
        observation.run(Step.STREAM_START, () -> real.start(start));
        observation.figures().queueFill(real::fill);
    }

    @Override
    public Optional<ChangeChunk> poll(Duration timeout) throws InterruptedException {
        Optional<ChangeChunk> chunk = observation.in(Step.STREAM_POLL, () -> real.poll(timeout));
        chunk.ifPresent(this::count);
        return chunk;
    }

    private void count(ChangeChunk chunk) {
        for (ColumnBatch batch : chunk.batches()) {
            observation
                    .figures()
                    .read(batch.schema().table(), Figures.Way.STREAM, batch.rowCount(), batch.memoryBytes());
        }
    }

    @Override
    public void confirm(Position durable) {
        Instant begun = observation.cuts().now();
        observation.run(Step.CUT_ACKNOWLEDGE, () -> real.confirm(durable));
        observation.cuts().acknowledged(begun);
    }

    @Override
    public double fill() {
        return real.fill();
    }

    @Override
    public void close() {
        observation.figures().queueFill(() -> Double.NaN);
        observation.run(Step.STREAM_START, real::close);
    }
}
