package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChangeChunk;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.ChunkRange;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotConsumer;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.pipeline.source.SourceInspection;
import io.sluice.pipeline.source.SourceTable;
import io.sluice.pipeline.source.StreamStart;
import io.sluice.pipeline.source.TableStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;

/**
 * A database in memory with a log: tables of one {@code long} key, transactions at rising positions, a slot that keeps
 * what was not confirmed. Keeps the contracts of {@link SourceDatabase} and {@link ChangeSource}.
 */
final class InMemorySource {

    private final Map<TableId, Set<Long>> tables = new TreeMap<>();
    private final List<Transaction> log = new ArrayList<>();
    private final Map<TableId, String> stoppedAtEnd = new LinkedHashMap<>();
    private final Map<TableId, String> changedSilently = new LinkedHashMap<>();
    private long end = 100;
    private Optional<Position> slot = Optional.empty();
    private Optional<PipelineException> nextFailure = Optional.empty();
    final Semaphore readGate = new Semaphore(Integer.MAX_VALUE);
    /** Whether a permit of the gate is for one chunk; otherwise an open gate lets every reader pass. */
    volatile boolean onePermitPerChunk;

    /** Every key that was read in a snapshot, as often as it was. */
    final List<Long> keysRead = new ArrayList<>();

    /** Tables that are no longer what earlier snapshots saw. */
    final Set<TableId> rewritten = new TreeSet<>();

    /** Tables that the stream does not include until they are read again. */
    final Set<TableId> leftStream = new TreeSet<>();

    /** Names the publication; another one after it was dropped and made anew. */
    volatile int publication = 1;

    /** The slot is there and cannot be used. */
    volatile boolean slotInvalid;

    /** Which database this is. */
    volatile String identity = "1/shop";

    int streamsBegun;
    int snapshotsBegun;
    int slotsDropped;

    private record Change(TableId table, byte operation, long key) {}

    private record Transaction(Position position, List<Change> changes) {}

    /** One change for {@link #commit}. */
    static Object[] insert(String table, long key) {
        return new Object[] {table, RowOperation.INSERT, key};
    }

    static Object[] delete(String table, long key) {
        return new Object[] {table, RowOperation.DELETE, key};
    }

    synchronized void createTable(String name, Long... keys) {
        tables.put(TableId.parse(name), new TreeSet<>(List.of(keys)));
    }

    synchronized Set<Long> keys(String table) {
        return new TreeSet<>(tables.get(TableId.parse(table)));
    }

    /** Commits one transaction and tells its position. */
    synchronized Position commit(Object[]... changes) {
        List<Change> made = new ArrayList<>();
        for (Object[] change : changes) {
            made.add(new Change(TableId.parse((String) change[0]), (Byte) change[1], (Long) change[2]));
        }
        for (Change change : made) {
            if (change.operation == RowOperation.INSERT) {
                tables.get(change.table).add(change.key);
            } else {
                tables.get(change.table).remove(change.key);
            }
        }
        end += 10;
        Transaction transaction = new Transaction(new LogSequenceNumber(end), made);
        log.add(transaction);
        notifyAll();
        return transaction.position;
    }

    /** Lets the slot stand at a position, as an earlier process left it. */
    synchronized void leaveSlotAt(Position position) {
        slot = Optional.of(position);
    }

    synchronized void dropSlot() {
        slot = Optional.empty();
    }

    /** What is in the log now is told to nobody any more. */
    synchronized void forgetLog() {
        log.clear();
    }

    /** The database is one from before, with the same tables. */
    synchronized void setBackTo(long position) {
        log.clear();
        end = position;
    }

    /** The source changes a table's rows and says nothing of it in its log. */
    synchronized void changeSilently(String table, String how) {
        changedSilently.put(TableId.parse(table), how);
    }

    synchronized Optional<Position> slot() {
        return slot;
    }

    synchronized Position end() {
        return new LogSequenceNumber(end);
    }

    /** The next poll of a stream fails once. */
    synchronized void failNextPoll(ErrorKind kind) {
        nextFailure = Optional.of(new PipelineException(kind, "The scripted source fails"));
    }

    /** The stream leaves this table behind with its next chunk. */
    synchronized void stopTable(String table, String reason) {
        stoppedAtEnd.put(TableId.parse(table), reason);
    }

    static TableSchema schema(TableId table) {
        return new TableSchema(table, 0, List.of(Column.of("id", DataType.INT64, false)), List.of(0));
    }

    SourceDatabase database() {
        return new Database();
    }

    ChangeSource changes() {
        return new Stream();
    }

    private final class Database implements SourceDatabase {

        @Override
        public SourceInspection inspect() {
            synchronized (InMemorySource.this) {
                return new SourceInspection(
                        tables.entrySet().stream()
                                .map(entry -> new SourceTable(
                                        schema(entry.getKey()),
                                        entry.getValue().size(),
                                        0,
                                        SourceTable.BeforeImage.KEY))
                                .toList(),
                        List.of());
            }
        }

        @Override
        public Optional<Position> streamPosition() {
            if (slotInvalid) {
                throw new PipelineException(ErrorKind.SOURCE_LOST, "The slot was invalidated");
            }
            return slot();
        }

        @Override
        public void takeStream() {}

        @Override
        public SnapshotSession beginStream(List<TableSchema> all, List<TableSchema> wanted) {
            synchronized (InMemorySource.this) {
                if (slot.isPresent()) {
                    throw new PipelineException(ErrorKind.SOURCE_REFUSED, "The slot exists");
                }
                streamsBegun++;
                all.forEach(schema -> leftStream.remove(schema.table()));
                slot = Optional.of(end());
                return new Session(wanted, Map.of());
            }
        }

        @Override
        public SnapshotSession beginSnapshot(
                List<TableSchema> all, List<TableSchema> wanted, Map<TableId, List<ChunkRange>> done) {
            synchronized (InMemorySource.this) {
                snapshotsBegun++;
                all.forEach(schema -> leftStream.remove(schema.table()));
                return new Session(wanted, done);
            }
        }

        @Override
        public Set<TableId> restrictStream(List<TableSchema> tables) {
            synchronized (InMemorySource.this) {
                List<TableId> wanted = tables.stream().map(TableSchema::table).toList();
                Set<TableId> missing = new TreeSet<>(wanted);
                missing.removeIf(table -> !leftStream.contains(table));
                return missing;
            }
        }

        @Override
        public String identity() {
            return identity;
        }

        @Override
        public Position currentPosition() {
            return end();
        }

        @Override
        public Position logEnd() {
            return end();
        }

        @Override
        public RowsAt readRows(TableSchema table, ColumnBatch keys) {
            throw new AssertionError("No row of this source is ever unavailable");
        }

        @Override
        public Map<TableId, TableStorage> storage(Map<TableId, String> since) {
            synchronized (InMemorySource.this) {
                Map<TableId, TableStorage> now = new LinkedHashMap<>();
                since.forEach((table, mark) -> now.put(
                        table,
                        new TableStorage(
                                "mark",
                                Optional.ofNullable(changedSilently.get(table)),
                                leftStream.contains(table) ? "" : "publication " + publication)));
                return now;
            }
        }

        @Override
        public void dropStream() {
            dropSlot();
            slotInvalid = false;
            slotsDropped++;
        }

        @Override
        public void close() {}
    }

    private record Chunk(TableId table, int index, List<Long> keys) implements SnapshotChunk {
        @Override
        public ChunkRange range() {
            return keys.isEmpty()
                    ? new ChunkRange("empty", 0, ChunkRange.OPEN)
                    : new ChunkRange("keys", keys.get(0), keys.get(0) + 1);
        }

        @Override
        public long estimatedRows() {
            return keys.size();
        }
    }

    /** A copy of the tables, one chunk a key, so that chunks of one table are read by several readers. */
    private final class Session implements SnapshotSession {

        private final Position position = end();
        private final List<SnapshotChunk> chunks = new ArrayList<>();

        private final Set<TableId> restarted = new TreeSet<>();

        Session(List<TableSchema> wanted, Map<TableId, List<ChunkRange>> done) {
            for (TableSchema schema : wanted) {
                Set<Long> keys = tables.get(schema.table());
                List<ChunkRange> read = done.getOrDefault(schema.table(), List.of());
                if (rewritten.contains(schema.table()) && !read.isEmpty()) {
                    restarted.add(schema.table());
                    read = List.of();
                }
                if (keys.isEmpty() && read.isEmpty()) {
                    chunks.add(new Chunk(schema.table(), 0, List.of()));
                }
                int index = 0;
                for (long key : keys) {
                    if (read.stream().anyMatch(range -> range.from() <= key && key < range.end())) {
                        continue;
                    }
                    chunks.add(new Chunk(schema.table(), index++, List.of(key)));
                }
            }
        }

        @Override
        public Position position() {
            return position;
        }

        @Override
        public List<SnapshotChunk> chunks() {
            return chunks;
        }

        @Override
        public void read(SnapshotChunk chunk, SnapshotConsumer consumer) {
            List<Long> keys = ((Chunk) chunk).keys;
            if (!readGateInterruptibly()) {
                throw PipelineException.interrupted("reading a chunk");
            }
            synchronized (InMemorySource.this) {
                keysRead.addAll(keys);
            }
            if (keys.isEmpty()) {
                return;
            }
            ColumnBatch batch = ColumnBatch.create(schema(chunk.table()), ColumnBatch.Content.SNAPSHOT, keys.size());
            for (long key : keys) {
                ((LongVector) batch.column(0)).append(key);
                batch.endRow();
            }
            consumer.accept(batch, 8L * keys.size());
        }

        private boolean readGateInterruptibly() {
            try {
                readGate.acquire();
                if (!onePermitPerChunk) {
                    readGate.release();
                }
                return true;
            } catch (InterruptedException e) {
                return false;
            }
        }

        @Override
        public Set<TableId> restarted() {
            return restarted;
        }

        @Override
        public ColumnBatch readRows(TableSchema table, ColumnBatch keys) {
            throw new AssertionError("No row of this source is ever unavailable");
        }

        @Override
        public void close() {}
    }

    private final class Stream implements ChangeSource {

        private StreamStart start = new StreamStart(List.of(), new LogSequenceNumber(0), Map.of(), Optional.empty());
        private Position sent = new LogSequenceNumber(0);
        private final Set<TableId> left = new TreeSet<>();

        @Override
        public void start(StreamStart from) {
            start = from;
            sent = from.after();
        }

        @Override
        public Optional<ChangeChunk> poll(Duration timeout) throws InterruptedException {
            synchronized (InMemorySource.this) {
                if (nextFailure.isPresent()) {
                    PipelineException failure = nextFailure.get();
                    nextFailure = Optional.empty();
                    throw failure;
                }
                for (Transaction transaction : log) {
                    if (!sent.covers(transaction.position)) {
                        sent = transaction.position;
                        return Optional.of(chunk(transaction));
                    }
                }
                if (!stoppedAtEnd.isEmpty() || !sent.covers(end())) {
                    Map<TableId, String> stopped = Map.copyOf(stoppedAtEnd);
                    stoppedAtEnd.clear();
                    left.addAll(stopped.keySet());
                    sent = Position.max(sent, end());
                    return Optional.of(new ChangeChunk(List.of(), Optional.of(sent), Optional.empty(), stopped));
                }
                InMemorySource.this.wait(Math.min(10, timeout.toMillis()));
                return Optional.empty();
            }
        }

        private ChangeChunk chunk(Transaction transaction) {
            Map<TableId, ColumnBatch> batches = new LinkedHashMap<>();
            for (Change change : transaction.changes) {
                boolean followed =
                        start.tables().stream().anyMatch(t -> t.table().equals(change.table));
                Position own = start.tableAfter().get(change.table);
                if (!followed || left.contains(change.table) || own != null && own.covers(transaction.position)) {
                    continue;
                }
                ColumnBatch batch = batches.computeIfAbsent(
                        change.table, table -> ColumnBatch.create(schema(table), ColumnBatch.Content.CHANGES, 4));
                ((LongVector) batch.column(0)).append(change.key);
                batch.endChange(change.operation, ((LogSequenceNumber) transaction.position).value());
            }
            return new ChangeChunk(
                    List.copyOf(batches.values()),
                    Optional.of(transaction.position),
                    Optional.of(Instant.EPOCH),
                    Map.of());
        }

        @Override
        public void confirm(Position durable) {
            synchronized (InMemorySource.this) {
                slot = slot.map(confirmed -> Position.max(confirmed, durable));
            }
        }

        @Override
        public void close() {}
    }
}
