package io.sluice.pipeline.lake;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.position.Position;
import java.util.Optional;

/**
 * Collects the changes of one cut of all tables. Used by one thread. Memory is bounded: what does not fit is written
 * into data files that stay invisible until the cut is committed.
 */
public interface CutWriter extends AutoCloseable {

    /** The cut's number. */
    long number();

    /**
     * Takes transformed changes of one table, in order. The batch is handed over.
     *
     * @throws io.sluice.pipeline.error.PipelineException when they cannot be written; the cut must then be closed, and
     *     its changes come again from the source
     */
    void apply(ColumnBatch changes);

    /** Changes taken so far, in rows. */
    long rows();

    /** Changes taken so far, in bytes. */
    long bytes();

    /**
     * The cut may only be prepared at a position that covers this one: rows that were read again from the source are
     * true there. Empty when there were none.
     */
    Optional<Position> notBefore();

    /**
     * Writes everything out: when this returns, all files of the cut are durable and nothing is visible. The writer
     * cannot be used any more.
     *
     * @param position the transaction boundary that the cut ends at
     */
    PreparedCut prepare(Position position);

    /** Without {@link #prepare} before: gives the cut up whole and deletes what was written. */
    @Override
    void close();
}
