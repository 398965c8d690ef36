package io.sluice.incremental.postgres;

import io.sluice.incremental.postgres.Relation.ColumnType;
import io.sluice.incremental.postgres.Relation.Origin;
import io.sluice.incremental.postgres.Relation.RelationColumn;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChangeChunk;
import io.sluice.pipeline.source.StreamStart;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of the {@code pgoutput} plugin, protocol version 1 (PostgreSQL documentation, "Logical Replication
 * Message Formats"), and collects their rows into chunks. The server sends whole transactions in the order of their
 * commits, and tells at a transaction's begin where its commit record is, so that it is known before the first row which
 * tables have it already. Guarded by its {@link ChunkQueue}.
 */
final class ChangeAssembler {

    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    /** A chunk and what it takes. */
    record SizedChunk(ChangeChunk chunk, int rows, long bytes) {}

    private final StreamBounds bounds;
    private final Consumer<SizedChunk> sink;
    private final Map<TableId, TableRows> tables = new HashMap<>();
    private final RelationMap relations = new RelationMap();
    private final Map<Integer, ColumnType> userTypes = new HashMap<>();
    private final Tuple oldRow = new Tuple();
    private final Tuple newRow = new Tuple();

    private final List<TableRows> openTables = new ArrayList<>();
    private final Map<TableId, String> openStopped = new LinkedHashMap<>();
    private int openRows;
    private long openBytes;
    private boolean boundaryMoved;
    private @Nullable Instant openCommittedAt;

    private @Nullable LogSequenceNumber pendingBoundary;
    private long boundary;
    private boolean inTransaction;
    private boolean partHandedOver;
    private long transaction;
    private long commitRecord;
    /** The lowest position for which a table left the open transaction out; unsigned. */
    private long skippedBefore;

    private volatile ReceivedPosition received;

    ChangeAssembler(StreamStart start, StreamBounds bounds, Consumer<SizedChunk> sink) {
        this.bounds = bounds;
        this.sink = sink;
        LogSequenceNumber after = lsn(start.after());
        for (TableSchema schema : start.tables()) {
            Position own = start.tableAfter().getOrDefault(schema.table(), after);
            tables.put(schema.table(), new TableRows(schema, lsn(Position.max(after, own))));
        }
        boundary = after.value();
        received = new ReceivedPosition(after, Optional.empty());
        Optional<LogSequenceNumber> wanted = start.boundary().map(ChangeAssembler::lsn);
        if (wanted.isPresent() && wanted.get().equals(after)) {
            seal();
        } else if (wanted.isPresent() && wanted.get().compareTo(after) > 0) {
            pendingBoundary = wanted.get();
        }
    }

    ReceivedPosition received() {
        return received;
    }

    /** Whether the open chunk has anything to hand over and may end here. */
    boolean isSealable() {
        return !inTransaction && (openRows > 0 || !openStopped.isEmpty());
    }

    /** Whether nothing but the position has moved, on a boundary. */
    boolean isIdleProgress() {
        return !inTransaction && boundaryMoved && openRows == 0 && openStopped.isEmpty();
    }

    /** Takes a frame of {@link FrameWriter}'s making. */
    void take(byte[] frame, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            int size = Bytes.int32(frame, at);
            long position = Bytes.int64(frame, at + 4);
            at += FrameWriter.HEADER;
            message(frame, at, size, position);
            at += size;
        }
    }

    private void message(byte[] data, int at, int size, long position) {
        switch (data[at]) {
            case 'I' -> insert(data, at + 1, size, position);
            case 'U' -> update(data, at + 1, size, position);
            case 'D' -> delete(data, at + 1, size, position);
            case 'B' -> begin(Bytes.int64(data, at + 1));
            case 'C' -> commit(Bytes.int64(data, at + 10), Bytes.int64(data, at + 18));
            case 'R' -> relation(data, at + 1);
            case 'T' -> truncate(data, at + 1, size, position);
            case 'Y' -> type(data, at + 1);
            case FrameWriter.IDLE -> idle(position);
            case 'O', 'M' -> {
                // Origins and messages of applications carry no rows.
            }
            default ->
                throw new PipelineException(
                        ErrorKind.INTERNAL,
                        "The log has a message of the unknown kind '" + (char) data[at] + "' at position "
                                + new LogSequenceNumber(position));
        }
    }

    private void begin(long commitRecordAt) {
        LogSequenceNumber wanted = pendingBoundary;
        if (wanted != null && Long.compareUnsigned(commitRecordAt, wanted.value()) >= 0) {
            reachPendingBoundary(wanted);
        } else if (openRows >= bounds.chunkRows() / 2 && openRows > 0 || openBytes >= bounds.chunkBytes() / 2) {
            // Leaves a large transaction to chunks of its own, so that this one can end on a boundary.
            seal();
        }
        inTransaction = true;
        transaction++;
        commitRecord = commitRecordAt;
        skippedBefore = -1;
    }

    private void commit(long end, long micros) {
        if (Long.compareUnsigned(end, skippedBefore) > 0) {
            throw notBetweenRecords(skippedBefore, end);
        }
        inTransaction = false;
        boundary = end;
        boundaryMoved = true;
        Instant committedAt = POSTGRES_EPOCH.plus(micros, ChronoUnit.MICROS);
        openCommittedAt = committedAt;
        partHandedOver = false;
        received = new ReceivedPosition(new LogSequenceNumber(end), Optional.of(committedAt));
        LogSequenceNumber wanted = pendingBoundary;
        if (wanted != null && Long.compareUnsigned(end, wanted.value()) >= 0) {
            if (end != wanted.value()) {
                throw notBetweenRecords(wanted.value(), end);
            }
            reachPendingBoundary(wanted);
        } else if (isFull()) {
            seal();
        }
    }

    /** The server has nothing more to send before this position, which lies outside of every transaction. */
    private void idle(long position) {
        if (inTransaction || Long.compareUnsigned(position, boundary) <= 0) {
            return;
        }
        LogSequenceNumber wanted = pendingBoundary;
        if (wanted != null && Long.compareUnsigned(position, wanted.value()) >= 0) {
            reachPendingBoundary(wanted);
        }
        if (Long.compareUnsigned(position, boundary) > 0) {
            boundary = position;
            boundaryMoved = true;
            received = new ReceivedPosition(new LogSequenceNumber(position), received.committedAt());
        }
    }

    private void reachPendingBoundary(LogSequenceNumber wanted) {
        pendingBoundary = null;
        boundary = wanted.value();
        seal();
    }

    private void insert(byte[] data, int at, int size, long position) {
        TableRows table = accepting(Bytes.int32(data, at));
        if (table != null) {
            newRow.read(data, at + 5);
            boolean empty = !table.hasRows();
            table.insert(data, newRow, position);
            added(table, empty, 1, size);
        }
    }

    private void update(byte[] data, int at, int size, long position) {
        TableRows table = accepting(Bytes.int32(data, at));
        if (table == null) {
            return;
        }
        boolean empty = !table.hasRows();
        byte part = data[at + 4];
        if (part == 'K' || part == 'O') {
            int next = oldRow.read(data, at + 5);
            newRow.read(data, next + 1);
            table.update(data, oldRow, newRow, position);
            added(table, empty, 2, size);
        } else {
            newRow.read(data, at + 5);
            table.update(data, newRow, position);
            added(table, empty, 1, size);
        }
    }

    private void delete(byte[] data, int at, int size, long position) {
        TableRows table = accepting(Bytes.int32(data, at));
        if (table != null) {
            oldRow.read(data, at + 5);
            boolean empty = !table.hasRows();
            table.delete(data, oldRow, position);
            added(table, empty, 1, size);
        }
    }

    private void truncate(byte[] data, int at, int size, long position) {
        int count = Bytes.int32(data, at);
        for (int i = 0; i < count; i++) {
            TableRows table = accepting(Bytes.int32(data, at + 5 + 4 * i));
            if (table != null) {
                boolean empty = !table.hasRows();
                table.truncate(position);
                added(table, empty, 1, size);
            }
        }
    }

    private @Nullable TableRows accepting(int relation) {
        TableRows table = relations.get(relation);
        if (table == null) {
            return null;
        }
        if (table.accepts(transaction, commitRecord)) {
            if (isFull()) {
                seal();
            }
            String difference = table.difference();
            if (difference == null) {
                return table;
            }
            // Not earlier: what a covered transaction looked like says nothing about the schema the table began with.
            stop(table, difference);
            return null;
        }
        if (!table.isStopped() && Long.compareUnsigned(table.coveredBy(), skippedBefore) < 0) {
            skippedBefore = table.coveredBy();
        }
        return null;
    }

    private void added(TableRows table, boolean first, int rows, int bytes) {
        if (first) {
            openTables.add(table);
        }
        openRows += rows;
        openBytes += bytes;
    }

    private boolean isFull() {
        return openRows >= bounds.chunkRows() || openBytes >= bounds.chunkBytes();
    }

    private void type(byte[] data, int at) {
        int id = Bytes.int32(data, at);
        int schemaEnd = textEnd(data, at + 4);
        String schema = text(data, at + 4, schemaEnd);
        String name = text(data, schemaEnd + 1, textEnd(data, schemaEnd + 1));
        // For a domain the log names the type below it, and leaves the name of pg_catalog out.
        userTypes.put(
                id,
                schema.isEmpty()
                        ? new ColumnType(name, Origin.DOMAIN)
                        : new ColumnType(schema + "." + name, Origin.USER));
    }

    private void relation(byte[] data, int at) {
        int id = Bytes.int32(data, at);
        int schemaEnd = textEnd(data, at + 4);
        int nameEnd = textEnd(data, schemaEnd + 1);
        // The log leaves the name of pg_catalog out.
        String schema = schemaEnd == at + 4 ? "pg_catalog" : text(data, at + 4, schemaEnd);
        TableId tableId = new TableId(schema, text(data, schemaEnd + 1, nameEnd));
        TableRows table = tables.get(tableId);
        if (table == null || table.isStopped()) {
            relations.put(id, null);
            return;
        }
        boolean full = data[nameEnd + 1] == 'f';
        int count = Bytes.int16(data, nameEnd + 2);
        List<RelationColumn> columns = new ArrayList<>(count);
        int place = nameEnd + 4;
        for (int i = 0; i < count; i++) {
            boolean inIdentity = (data[place] & 1) != 0;
            int end = textEnd(data, place + 1);
            int type = Bytes.int32(data, end + 1);
            int modifier = Bytes.int32(data, end + 5);
            ColumnType typeName = userTypes.containsKey(type)
                    ? userTypes.get(type)
                    : new ColumnType(PostgresTypes.builtIn(type, modifier).orElse("type " + type), Origin.BUILT_IN);
            columns.add(new RelationColumn(text(data, place + 1, end), inIdentity, type, typeName));
            place = end + 9;
        }
        table.bind(new Relation(tableId, full, columns));
        relations.put(id, table);
    }

    private void stop(TableRows table, String difference) {
        openRows -= table.stop(transaction);
        if (!table.hasRows()) {
            openTables.remove(table);
        }
        openStopped.put(table.schema().table(), difference);
    }

    /** Ends the open chunk; it has a boundary when no transaction is open in it. */
    private void seal() {
        List<ColumnBatch> batches = new ArrayList<>(openTables.size());
        for (TableRows table : openTables) {
            batches.add(table.take());
        }
        ChangeChunk chunk = new ChangeChunk(
                batches,
                inTransaction ? Optional.empty() : Optional.of(new LogSequenceNumber(boundary)),
                Optional.ofNullable(openCommittedAt),
                openStopped);
        SizedChunk sized = new SizedChunk(chunk, openRows, openBytes);
        openTables.clear();
        openStopped.clear();
        openRows = 0;
        openBytes = 0;
        boundaryMoved = false;
        openCommittedAt = null;
        partHandedOver = inTransaction;
        sink.accept(sized);
    }

    /** After a failure: forgets the open transaction, so that what was complete before it can be handed over. */
    void abandonTransaction() {
        if (!inTransaction || partHandedOver) {
            return;
        }
        for (TableRows table : openTables) {
            openRows -= table.forget(transaction);
        }
        openTables.removeIf(table -> !table.hasRows());
        inTransaction = false;
    }

    /** Seals for a reader that waits; only on a boundary. */
    void sealForReader() {
        seal();
    }

    private static PipelineException notBetweenRecords(long position, long end) {
        return new PipelineException(
                ErrorKind.INTERNAL,
                "Position " + new LogSequenceNumber(position) + " lies within the commit record that ends at "
                        + new LogSequenceNumber(end) + "; expected a position between records of the log, such as the"
                        + " boundary of a chunk or of a snapshot");
    }

    private static int textEnd(byte[] data, int at) {
        int end = at;
        while (data[end] != 0) {
            end++;
        }
        return end;
    }

    private static String text(byte[] data, int start, int end) {
        return new String(data, start, end - start, StandardCharsets.UTF_8);
    }

    static LogSequenceNumber lsn(Position position) {
        return (LogSequenceNumber) position;
    }
}
