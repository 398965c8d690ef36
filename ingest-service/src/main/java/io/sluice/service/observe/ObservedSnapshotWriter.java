package io.sluice.service.observe;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.SnapshotWriter;
import io.sluice.pipeline.schema.TableId;

/** A writer of a table's snapshot, each call a step. */
final class ObservedSnapshotWriter implements SnapshotWriter {

    private final SnapshotWriter real;
    private final TableId table;
    private final Observation observation;

    ObservedSnapshotWriter(SnapshotWriter real, TableId table, Observation observation) {
        this.real = real;
        this.table = table;
        this.observation = observation;
    }

    @Override
    public void append(ColumnBatch batch) {
        observation.run(Step.FILES_WRITE, () -> real.append(batch));
    }

    @Override
    public SnapshotFiles finish() {
        SnapshotFiles files = observation.in(Step.FILES_WRITE, real::finish);
        observation.figures().written(table, Figures.Way.SNAPSHOT, files.rows(), files.bytes());
        return files;
    }

    @Override
    public void close() {
        observation.run(Step.FILES_WRITE, real::close);
    }
}
