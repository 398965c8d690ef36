package io.sluice.pipeline.source;

import io.sluice.pipeline.batch.ColumnBatch;

/** Takes the batches of one chunk, on the thread that reads it. */
@FunctionalInterface
public interface SnapshotConsumer {

    /**
     * Takes a batch, which stays valid only during the call: its vectors are filled again afterwards.
     *
     * @param batch rows of the chunk's table, at least one
     * @param sourceBytes bytes received from the source for these rows
     */
    void accept(ColumnBatch batch, long sourceBytes);
}
