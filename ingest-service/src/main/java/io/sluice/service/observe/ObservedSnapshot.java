package io.sluice.service.observe;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotConsumer;
import io.sluice.pipeline.source.SnapshotSession;
import java.util.List;
import java.util.Set;

/** A snapshot whose parts are read in steps, and whose rows are counted batch by batch. */
final class ObservedSnapshot implements SnapshotSession {

    private final SnapshotSession real;
    private final Observation observation;

    ObservedSnapshot(SnapshotSession real, Observation observation) {
        this.real = real;
        this.observation = observation;
    }

    @Override
    public Position position() {
        return real.position();
    }

    @Override
    public List<SnapshotChunk> chunks() {
        return real.chunks();
    }

    @Override
    public Set<TableId> restarted() {
        return real.restarted();
    }

    @Override
    public void read(SnapshotChunk chunk, SnapshotConsumer consumer) {
        TableId table = chunk.table();
        try (Fields fields = Fields.with(Fields.TABLE, table.toString())) {
            observation.run(
                    Step.CHUNK_READ,
                    () -> real.read(chunk, (batch, bytes) -> {
                        observation.figures().read(table, Figures.Way.SNAPSHOT, batch.rowCount(), bytes);
                        observation.run(Step.ROWS_TAKE, () -> consumer.accept(batch, bytes));
                    }));
        }
    }

    @Override
    public ColumnBatch readRows(TableSchema table, ColumnBatch keys) {
        return observation.in(Step.SOURCE_REQUEST, () -> real.readRows(table, keys));
    }

    @Override
    public void close() {
        observation.run(Step.SOURCE_REQUEST, real::close);
    }
}
