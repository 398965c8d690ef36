package io.sluice.snapshot.postgres;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChunkRange;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotConsumer;
import io.sluice.pipeline.source.SnapshotSession;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot kept alive by one transaction that has imported what the slot exported and exports it again, so that
 * the replication connection is free at once. Its connection is asked something twice a minute: a connection that is
 * silent for hours is dropped by many networks, and the snapshot goes with it.
 */
final class PostgresSnapshot implements SnapshotSession {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresSnapshot.class);

    /** What the server says to the name of a snapshot whose transaction has ended; it depends on the version. */
    private static final Set<String> SNAPSHOT_GONE = Set.of("22023", "42704", "55000");

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    private final Connections connections;
    private final InterruptWatch watch;
    private final Connection keeper;
    private final String snapshot;
    private final LogSequenceNumber position;
    private final List<SnapshotChunk> chunks;
    private final Set<TableId> restarted;
    private final Map<TableId, CopyReader> readers = new HashMap<>();
    private final Map<TableId, TableMapping> mappings = new HashMap<>();
    private final Queue<Connection> idle = new ConcurrentLinkedQueue<>();
    private final Future<?> keepAlive;
    private volatile boolean closed;

    private PostgresSnapshot(
            Connections connections,
            InterruptWatch watch,
            Connection keeper,
            String snapshot,
            LogSequenceNumber position,
            List<TableSchema> schemas,
            List<TableMapping> tables,
            ChunkPlanner.Plan plan) {
        this.connections = connections;
        this.watch = watch;
        this.keeper = keeper;
        this.snapshot = snapshot;
        this.position = position;
        this.chunks = plan.chunks();
        this.restarted = plan.restarted();
        ReadSettings reading = connections.options().reading();
        for (int i = 0; i < schemas.size(); i++) {
            mappings.put(schemas.get(i).table(), tables.get(i));
            readers.put(
                    schemas.get(i).table(),
                    new CopyReader(schemas.get(i), tables.get(i).forms(), reading.batchRows(), reading.batchBytes()));
        }
        this.keepAlive = watch.every(KEEP_ALIVE, this::keepAlive);
    }

    /** Takes over the snapshot that a slot has just exported; the caller may then close the slot's connection. */
    static PostgresSnapshot open(
            Connections connections,
            InterruptWatch watch,
            ReplicationSlot.Created slot,
            List<TableSchema> schemas,
            Map<TableId, List<ChunkRange>> done)
            throws SQLException {
        Connection keeper = connections.open();
        try (InterruptWatch.Watched ignored = watch.watch(keeper)) {
            begin(keeper, slot.snapshot());
            String snapshot = export(keeper);
            List<TableMapping> tables = LiveTables.load(keeper, schemas);
            ChunkPlanner.Plan plan = new ChunkPlanner(
                            connections.options().reading().chunkBytes(), Connections.majorVersion(keeper))
                    .plan(tables, done);
            return new PostgresSnapshot(connections, watch, keeper, snapshot, slot.position(), schemas, tables, plan);
        } catch (SQLException | RuntimeException e) {
            Connections.abort(keeper);
            throw e;
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
    public Set<TableId> restarted() {
        return restarted;
    }

    @Override
    public void read(SnapshotChunk chunk, SnapshotConsumer consumer) {
        CtidChunk range = (CtidChunk) chunk;
        CopyReader reader = readers.get(range.table());
        if (reader == null) {
            throw new PipelineException(
                    ErrorKind.INTERNAL, range.table(), "This snapshot does not include " + range.table(), null);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw PipelineException.interrupted("reading " + range);
        }
        Connection connection = idle.poll();
        if (connection == null) {
            connection = openReader();
        }
        boolean reusable = false;
        try (InterruptWatch.Watched ignored = watch.watch(connection)) {
            begin(connection, snapshot);
            checkNotRewritten(connection, range);
            reader.read(
                    connection,
                    "SELECT " + reader.selectList() + " FROM ONLY " + Quoting.table(range.heap()) + range.condition(),
                    range.toString(),
                    consumer);
            // Also gives up the lock on the table.
            execute(connection, "COMMIT");
            reusable = true;
        } catch (SQLException e) {
            throw SqlErrors.translate(e, "reading " + range, range.table());
        } finally {
            if (reusable && !closed) {
                idle.add(connection);
            } else {
                Connections.abort(connection);
            }
        }
    }

    @Override
    public ColumnBatch readRows(TableSchema table, ColumnBatch keys) {
        TableMapping mapping = mappings.get(table.table());
        if (mapping == null) {
            throw new PipelineException(
                    ErrorKind.INTERNAL, table.table(), "This snapshot does not include " + table.table(), null);
        }
        String doing = "reading rows of " + table.table() + " by key";
        if (Thread.currentThread().isInterrupted()) {
            throw PipelineException.interrupted(doing);
        }
        Connection connection = connections.open();
        try (InterruptWatch.Watched ignored = watch.watch(connection)) {
            begin(connection, snapshot);
            return new KeyedReader(connections.options().reading()).read(connection, mapping, table, keys);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, doing, table.table());
        } finally {
            Connections.abort(connection);
        }
    }

    @Override
    public void close() {
        closed = true;
        keepAlive.cancel(false);
        Connections.abort(keeper);
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            Connections.abort(connection);
        }
    }

    private Connection openReader() {
        Connection connection = connections.open();
        try {
            // A range of addresses is always cheaper than the whole heap; compiling expressions never pays here.
            execute(connection, "SET enable_seqscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0");
            return connection;
        } catch (SQLException e) {
            Connections.abort(connection);
            throw SqlErrors.translate(e, "preparing a connection", null);
        }
    }

    private static void begin(Connection connection, String snapshot) throws SQLException {
        execute(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        try {
            execute(connection, "SET TRANSACTION SNAPSHOT " + Quoting.literal(snapshot));
        } catch (SQLException e) {
            if (!SNAPSHOT_GONE.contains(SqlErrors.state(e))) {
                throw e;
            }
            throw new PipelineException(
                    ErrorKind.SOURCE_UNAVAILABLE,
                    "The snapshot is gone because the connection that kept it was lost. Go on under a new one.",
                    e);
        }
    }

    private static String export(Connection keeper) throws SQLException {
        try (Statement statement = keeper.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_catalog.pg_export_snapshot()")) {
            rows.next();
            return rows.getString(1);
        }
    }

    /**
     * A rewrite moves rows (VACUUM FULL, CLUSTER) or hides them from older snapshots (TRUNCATE, ALTER TABLE): then this
     * chunk and those read before would not add up. The catalog is compared with what the snapshot saw of it, under a
     * lock that keeps the relation as it is until the chunk has been read.
     */
    private static void checkNotRewritten(Connection connection, CtidChunk range) throws SQLException {
        execute(connection, "LOCK TABLE ONLY " + Quoting.table(range.heap()) + " IN ACCESS SHARE MODE");
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT c.oid = ?::oid AND coalesce(pg_catalog.pg_relation_filenode(c.oid), 0) = ?::oid"
                        + " FROM (SELECT ?::regclass::oid AS oid) c")) {
            statement.setLong(1, range.heapOid());
            statement.setLong(2, range.fileNode());
            statement.setString(3, Quoting.table(range.heap()));
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next() || !rows.getBoolean(1)) {
                    // Passes: a new snapshot is planned on the table as it is now, and nothing of this one was
                    // published.
                    throw new PipelineException(
                            ErrorKind.SOURCE_UNAVAILABLE,
                            range.table(),
                            "Table " + range.heap()
                                    + " was rewritten (by VACUUM FULL, CLUSTER, TRUNCATE or ALTER TABLE)"
                                    + " or made anew since the snapshot was planned, so " + range
                                    + " can no longer be told from the others. The table is read again from its beginning.",
                            null);
                }
            }
        }
    }

    private void keepAlive() {
        try {
            execute(keeper, "SELECT 1");
        } catch (SQLException e) {
            // The next reader fails with the reason: its snapshot is gone.
            LOG.warn("The connection that keeps the snapshot at {} alive is gone: {}", position, SqlErrors.said(e));
            keepAlive.cancel(false);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
