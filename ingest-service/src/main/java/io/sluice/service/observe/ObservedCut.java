package io.sluice.service.observe;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.time.Instant;
import java.util.Optional;

/** A cut that is collected, each call a step, its changes counted batch by batch. Used by one thread. */
final class ObservedCut implements CutWriter {

    private final CutWriter real;
    private final Observation observation;

    ObservedCut(CutWriter real, Observation observation) {
        this.real = real;
        this.observation = observation;
    }

    @Override
    public long number() {
        return real.number();
    }

    @Override
    public void apply(ColumnBatch changes) {
        Instant begun = observation.cuts().now();
        // The batch is the writer's afterwards.
        TableId table = changes.schema().table();
        long rows = changes.rowCount();
        long before = real.bytes();
        observation.run(Step.CHANGES_WRITE, () -> real.apply(changes));
        long bytes = Math.max(0, real.bytes() - before);
        observation.figures().written(table, Figures.Way.STREAM, rows, bytes);
        observation.cuts().collected(real.number(), table, rows, bytes, begun);
    }

    @Override
    public void publishLoad(TableId table) {
        observation.run(Step.CHANGES_WRITE, () -> real.publishLoad(table));
    }

    @Override
    public void drain(TableId table, Drain into) {
        observation.run(Step.CHANGES_WRITE, () -> real.drain(table, into));
    }

    @Override
    public void leaveOut(TableId table) {
        observation.run(Step.CHANGES_WRITE, () -> real.leaveOut(table));
    }

    @Override
    public void readAgain(ColumnBatch keys) {
        observation.run(Step.CHANGES_WRITE, () -> real.readAgain(keys));
    }

    @Override
    public long rows() {
        return real.rows();
    }

    @Override
    public long bytes() {
        return real.bytes();
    }

    @Override
    public Optional<Position> notBefore() {
        return observation.in(Step.CHANGES_WRITE, real::notBefore);
    }

    @Override
    public PreparedCut prepare(Position position) {
        long number = real.number();
        observation.cuts().closed(number, position.text());
        Instant begun = observation.cuts().now();
        Optional<String> failure = Optional.of("FAILED");
        try {
            PreparedCut prepared = observation.in(Step.CUT_PREPARE, () -> real.prepare(position));
            failure = Optional.empty();
            return prepared;
        } finally {
            observation.cuts().step(number, CutCourse.Name.PREPARE, begun, failure);
            Fields.clear(Fields.CUT);
        }
    }

    @Override
    public void close() {
        long number = real.number();
        observation.run(Step.CHANGES_WRITE, real::close);
        observation.cuts().givenUp(number);
        Fields.clear(Fields.CUT);
    }
}
