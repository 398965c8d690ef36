package io.sluice.pipeline.lake;

import io.sluice.pipeline.batch.ColumnBatch;

/** Writes transformed snapshot rows of one table into data files. Used by one thread. */
public interface SnapshotWriter extends AutoCloseable {

    /** Writes the batch's rows; the batch is not kept. */
    void append(ColumnBatch batch);

    /** Ends the files; they are durable and invisible when this returns. The writer cannot be used any more. */
    SnapshotFiles finish();

    /** Without {@link #finish} before: gives up and deletes what was written. */
    @Override
    void close();
}
