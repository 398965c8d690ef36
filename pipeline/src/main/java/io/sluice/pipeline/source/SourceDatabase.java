package io.sluice.pipeline.source;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A source database seen from outside its log: catalog, snapshots, single rows, and the replication slot's life. Safe
 * for use by several threads. Every method throws {@link io.sluice.pipeline.error.PipelineException} with a kind of
 * {@code SOURCE_UNAVAILABLE}, {@code SOURCE_REFUSED} or {@code SOURCE_LOST}.
 */
public interface SourceDatabase extends AutoCloseable {

    /** Reads the catalog and checks settings and privileges; changes nothing. */
    SourceInspection inspect();

    /**
     * Where the pipeline's own change stream would go on: what the source has been told is safe. Empty when the stream
     * has not been set up. Moves on while another process reads it.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code SOURCE_LOST} when it exists but can no longer be used,
     *     {@code SOURCE_REFUSED} when it is not this pipeline's
     */
    Optional<Position> streamPosition();

    /**
     * Ends the connection of an earlier process that still reads the pipeline's stream. For an owner that has fenced
     * everybody else in the lake: what that process reads, it cannot publish any more. Nothing happens when nobody reads.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code SOURCE_REFUSED} when it is read by something else than
     *     this pipeline, {@code SOURCE_UNAVAILABLE} when that process holds it still
     */
    void takeStream();

    /**
     * Makes the source keep its log for this pipeline from now on (Postgres: publication and slot, created with an
     * exported snapshot) and begins a snapshot of exactly that position.
     *
     * @param tables every table of the pipeline; those not in {@code snapshotTables} are followed but not read
     * @param snapshotTables the tables to read
     */
    SnapshotSession beginStream(List<TableSchema> tables, List<TableSchema> snapshotTables);

    /**
     * Begins a snapshot at the source's current position beside a stream that exists already; the stream is not moved,
     * and goes on to contain every change after {@link #streamPosition}. Makes sure that the stream includes the tables.
     */
    default SnapshotSession beginSnapshot(List<TableSchema> tables, List<TableSchema> snapshotTables) {
        return beginSnapshot(tables, snapshotTables, Map.of());
    }

    /**
     * As {@link #beginSnapshot(List, List)}, without the parts that were read before.
     *
     * @param done by table: ranges of earlier chunks of it that need not be read again
     */
    SnapshotSession beginSnapshot(
            List<TableSchema> tables, List<TableSchema> snapshotTables, Map<TableId, List<ChunkRange>> done);

    /**
     * Makes an existing stream include no other tables than these, where that is the pipeline's to decide.
     *
     * @return those of the tables that the stream does not include now: changes of theirs may have passed it by
     */
    Set<TableId> restrictStream(List<TableSchema> tables);

    /**
     * Which database this is, whatever its address: of another server, or of another database of the same one, it is
     * another text. A server that was copied has that of its original.
     */
    String identity();

    /**
     * A position that covers everything committed before this call and that the change stream reaches even when nothing
     * else is ever written; may leave an empty transaction in the log.
     */
    Position currentPosition();

    /** Where the log ends now; for showing how far behind a stream is, not for waiting: a stream need never reach it. */
    Position logEnd();

    /** Bytes of its log that the source keeps for the pipeline's stream; empty when there is no stream or it cannot tell. */
    default OptionalLong retainedLog() {
        return OptionalLong.empty();
    }

    /**
     * Reads rows by key at the source's current state.
     *
     * @param table the source's schema
     * @param keys one row per key wanted; only the key's columns are looked at
     * @return the rows found, all columns set, and a position that covers the state they were read from
     */
    RowsAt readRows(TableSchema table, ColumnBatch keys);

    /**
     * Looks for changes of rows that leave no trace in the log (Postgres: {@code ALTER TABLE … ALTER COLUMN … TYPE …
     * USING} rewrites a table and logs no row of it), and for tables that are no longer what they were to the log:
     * dropped, renamed, made anew. Tells as well what part each has in the change stream.
     *
     * @param since per table the mark that an earlier call gave; empty text for a table that has none yet
     * @return every table of {@code since}, as it is now
     */
    Map<TableId, TableStorage> storage(Map<TableId, String> since);

    /** Frees what the pipeline holds at the source (Postgres: slot and publication). Nothing happens when there is none. */
    void dropStream();

    @Override
    void close();

    /**
     * Rows with the position they are true at.
     *
     * @param rows a snapshot batch
     * @param position covers every change that the rows contain
     */
    record RowsAt(ColumnBatch rows, Position position) {}
}
