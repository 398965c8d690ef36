package io.sluice.service.observe;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChunkRange;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.pipeline.source.SourceInspection;
import io.sluice.pipeline.source.TableStorage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A source database, each call a step. Opened and closed by the thread that runs the pipeline. */
final class ObservedDatabase implements SourceDatabase {

    private final SourceDatabase real;
    private final Observation observation;
    private final RetainedLogProbe probe;

    ObservedDatabase(SourceDatabase real, Observation observation) {
        this.real = real;
        this.observation = observation;
        observation.activity().begin();
        this.probe = RetainedLogProbe.start(real, observation);
    }

    @Override
    public SourceInspection inspect() {
        return observation.in(Step.SOURCE_REQUEST, real::inspect);
    }

    @Override
    public Optional<Position> streamPosition() {
        return observation.in(Step.SOURCE_REQUEST, real::streamPosition);
    }

    @Override
    public void takeStream() {
        observation.run(Step.SOURCE_REQUEST, real::takeStream);
    }

    @Override
    public SnapshotSession beginStream(List<TableSchema> tables, List<TableSchema> snapshotTables) {
        return observed(observation.in(Step.SOURCE_REQUEST, () -> real.beginStream(tables, snapshotTables)));
    }

    @Override
    public SnapshotSession beginSnapshot(List<TableSchema> tables, List<TableSchema> snapshotTables) {
        return observed(observation.in(Step.SOURCE_REQUEST, () -> real.beginSnapshot(tables, snapshotTables)));
    }

    @Override
    public SnapshotSession beginSnapshot(
            List<TableSchema> tables, List<TableSchema> snapshotTables, Map<TableId, List<ChunkRange>> done) {
        return observed(observation.in(Step.SOURCE_REQUEST, () -> real.beginSnapshot(tables, snapshotTables, done)));
    }

    private SnapshotSession observed(SnapshotSession session) {
        return new ObservedSnapshot(session, observation);
    }

    @Override
    public Set<TableId> restrictStream(List<TableSchema> tables) {
        return observation.in(Step.SOURCE_REQUEST, () -> real.restrictStream(tables));
    }

    @Override
    public String identity() {
        return observation.in(Step.SOURCE_REQUEST, real::identity);
    }

    @Override
    public Position currentPosition() {
        return observation.in(Step.SOURCE_REQUEST, real::currentPosition);
    }

    @Override
    public Position logEnd() {
        return observation.in(Step.SOURCE_REQUEST, real::logEnd);
    }

    @Override
    public OptionalLong retainedLog() {
        return observation.in(Step.SOURCE_REQUEST, real::retainedLog);
    }

    @Override
    public RowsAt readRows(TableSchema table, ColumnBatch keys) {
        return observation.in(Step.SOURCE_REQUEST, () -> real.readRows(table, keys));
    }

    @Override
    public Map<TableId, TableStorage> storage(Map<TableId, String> since) {
        return observation.in(Step.SOURCE_REQUEST, () -> real.storage(since));
    }

    @Override
    public void dropStream() {
        observation.run(Step.SOURCE_REQUEST, real::dropStream);
    }

    @Override
    public void close() {
        try {
            probe.close();
            observation.run(Step.SOURCE_REQUEST, real::close);
        } finally {
            observation.activity().end();
        }
    }
}
