package io.sluice.pipeline.lake;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.util.Optional;

/**
 * Collects the changes of one cut of all tables. Used by one thread. Memory is bounded: what does not fit is written
 * into data files that stay invisible until the cut is committed.
 */
public interface CutWriter extends AutoCloseable {

    /** Where the changes of a table whose load is under way go. */
    enum Drain {
        /** Into the load: the table is not published, or has them already. */
        INTO_LOAD,
        /** Into the load, and into the table as well. */
        INTO_LOAD_AND_TABLE
    }

    /** The cut's number. */
    long number();

    /**
     * Takes transformed changes of one table, in order. The batch is handed over.
     *
     * @throws io.sluice.pipeline.error.PipelineException when they cannot be written; the cut must then be closed, and
     *     its changes come again from the source
     */
    void apply(ColumnBatch changes);

    /**
     * The cut publishes the table's load, which must be complete: with its commit the table is what the load holds and
     * the cut's changes make of it, and nothing else. Called before any change of the table is applied. Changes that were
     * drained into the load are applied before this returns, which may take as long as the stream of them did; those that
     * follow begin where they end, or else at the first position of the load's ranges. They go over rows that were read
     * later: an insert replaces what is there, an update of what is missing inserts it, a delete of what is missing is
     * nothing. The cut must not end before the last position of the load's ranges, nor before that of what was drained.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code DATA_REFUSED} with the table when drained changes are
     *     missing or damaged; the cut must then be closed
     */
    void publishLoad(TableId table);

    /**
     * The changes of the table that the cut takes go into the table's load, where the cut that publishes the load finds
     * them; {@link LakeSession#beginDrain} was called for this load. Called before any change of the table is applied. When
     * the cut is durable, the load has every change up to the cut's position.
     */
    void drain(TableId table, Drain into);

    /** Gives up what the cut has of a table, which stays as it is: the cut goes on without it. */
    void leaveOut(TableId table);

    /**
     * Takes every row with one of these keys out of a table, wherever in the lake it stands and however often, and puts
     * in its place what the source has now (see {@link #notBefore}). No cut may be being committed meanwhile.
     *
     * @param keys a snapshot batch of the lake table's schema, which has a key; only the key's columns are looked at
     */
    void readAgain(ColumnBatch keys);

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
