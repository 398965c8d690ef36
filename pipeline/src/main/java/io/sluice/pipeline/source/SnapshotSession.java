package io.sluice.pipeline.source;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.List;
import java.util.Set;

/** A consistent view of the source at one position that several readers share. It ends with {@link #close}. */
public interface SnapshotSession extends AutoCloseable {

    /** The view contains exactly the transactions that this position covers. */
    Position position();

    /**
     * The parts to read, of all tables, largest tables first. An empty table has one chunk; a table of which everything
     * was read before has none.
     */
    List<SnapshotChunk> chunks();

    /**
     * Tables whose ranges that were read before are of no use any more, because the table was rewritten since: all of the
     * table is among the chunks.
     */
    Set<TableId> restarted();

    /**
     * Reads one chunk and gives its rows to the consumer on the calling thread, batch by batch. Several threads may
     * read different chunks at once; each call has a connection of its own.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code SOURCE_UNAVAILABLE}, {@code SOURCE_REFUSED}, {@code
     *     DATA_REFUSED} when a value has no lossless place, {@code INTERRUPTED} when the thread is interrupted; rows
     *     may have been given to the consumer before
     */
    void read(SnapshotChunk chunk, SnapshotConsumer consumer);

    /**
     * Reads rows by key as they are at {@link #position}, of a table of this snapshot.
     *
     * @param table the source's schema
     * @param keys one row per key wanted; only the key's columns are looked at
     * @return the rows found, all columns set
     * @throws io.sluice.pipeline.error.PipelineException as {@link #read} does
     */
    ColumnBatch readRows(TableSchema table, ColumnBatch keys);

    @Override
    void close();
}
