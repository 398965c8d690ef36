package io.sluice.snapshot.postgres;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChunkRange;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.pipeline.source.SourceInspection;
import io.sluice.pipeline.source.TableStorage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL source. Holds one connection between calls, for looks at the source, and those of snapshot sessions, which
 * the caller closes first. An interrupt of the calling thread ends any call within a fraction of a second, with kind
 * {@code INTERRUPTED}; a slot whose creation was waited for is then not left behind.
 *
 * <p>Besides the kinds that {@link SourceDatabase} names, methods that take schemas throw {@code SCHEMA_CHANGED} when a
 * table is no longer like its schema, and reading a chunk throws {@code SOURCE_UNAVAILABLE} when the table was rewritten
 * since it was planned: nothing of it is published yet, so the next attempt reads it again.
 */
public final class PostgresDatabase implements SourceDatabase {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);

    private static final String EMIT_BARRIER = "SELECT pg_catalog.pg_logical_emit_message(true, 'sluice', '')::text";

    private final PostgresOptions options;
    private final Connections connections;
    private final InterruptWatch watch;
    private final Requests requests;
    private final ReplicationSlot slot;
    private final Publication publication;

    /** A source that is not yet connected. */
    public PostgresDatabase(PostgresOptions options) {
        this.options = options;
        this.connections = new Connections(options);
        this.watch = new InterruptWatch(options.slotName());
        this.requests = new Requests(connections, watch);
        this.slot = ReplicationSlot.of(options);
        this.publication = new Publication(options.publicationName());
    }

    /**
     * {@inheritDoc}
     *
     * <p>When the server cannot be asked at all (unreachable, wrong password, unknown database) it throws.
     */
    @Override
    public SourceInspection inspect() {
        return requests.run("reading the catalog", null, new Inspection(options)::run);
    }

    @Override
    public Optional<Position> streamPosition() {
        return requests.look("looking for the replication slot", slot::position).map(position -> position);
    }

    @Override
    public void takeStream() {
        requests.run("taking the replication slot over", null, connection -> {
            slot.take(connection);
            return true;
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits until every transaction that is open at the source now has ended. When the slot exists already it
     * refuses: whoever knows that nothing of it was ever published calls {@link #dropStream} before.
     *
     * @throws PipelineException {@code SOURCE_REFUSED} when the slot exists or a privilege is missing
     */
    @Override
    public SnapshotSession beginStream(List<TableSchema> tables, List<TableSchema> snapshotTables) {
        requests.run("preparing publication '" + options.publicationName() + "'", null, connection -> {
            if (slot.find(connection).isPresent()) {
                throw new PipelineException(
                        ErrorKind.SOURCE_REFUSED,
                        "Replication slot '" + options.slotName()
                                + "' exists already. Continue from it, or drop it when nothing was published from it.");
            }
            return publication.ensure(connection, ids(tables));
        });
        return beginSnapshot(snapshotTables, Map.of(), slot::create, this::dropAfterFailure);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits until every transaction that is open at the source now has ended, twice when tables are new to the
     * publication. Needs a free replication slot and connection while it waits.
     */
    @Override
    public SnapshotSession beginSnapshot(
            List<TableSchema> tables, List<TableSchema> snapshotTables, Map<TableId, List<ChunkRange>> done) {
        String doing = "extending publication '" + options.publicationName() + "'";
        boolean extended = requests.run(doing, null, connection -> publication.ensure(connection, ids(tables)));
        if (extended) {
            // Transactions that began before the tables were published end here …
            try (SnapshotSession waited =
                    beginSnapshot(List.of(), Map.of(), PostgresDatabase::createTemporary, () -> {})) {
                LOG.debug(
                        "Every transaction older than the publication's new tables ended before {}", waited.position());
            }
            // … so that none of them can hide the tables from a decoder that hears of them now.
            requests.run(doing, null, connection -> {
                publication.announce(connection);
                return true;
            });
        }
        return beginSnapshot(snapshotTables, done, PostgresDatabase::createTemporary, () -> {});
    }

    /**
     * Begins a snapshot at the source's current position without touching the pipeline's stream or publication, which
     * need not exist; nothing is left behind when it is closed. Waits until every transaction that is open at the
     * source now has ended, and needs a free replication slot while it waits.
     *
     * @param tables the tables to read
     */
    public SnapshotSession beginReading(List<TableSchema> tables) {
        return beginSnapshot(tables, Map.of(), PostgresDatabase::createTemporary, () -> {});
    }

    @Override
    public Set<TableId> restrictStream(List<TableSchema> tables) {
        return requests.run(
                "looking at publication '" + options.publicationName() + "'",
                null,
                connection -> publication.restrict(connection, ids(tables)));
    }

    /** {@inheritDoc} The number that {@code initdb} gave the server, and the database's name. */
    @Override
    public String identity() {
        return requests.look("asking which server this is", connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT s.system_identifier || '/' ||"
                            + " pg_catalog.current_database() FROM pg_catalog.pg_control_system() s")) {
                rows.next();
                return Objects.requireNonNull(rows.getString(1));
            }
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>Leaves an empty transaction behind in the log (see {@link #emitBarrier}), so that a stream that waits for the
     * position reaches it even when nothing else is ever written.
     */
    @Override
    public Position currentPosition() {
        return emitBarrier();
    }

    /**
     * Writes a transaction with an empty logical message of prefix {@code sluice} to the log; needs no privilege.
     *
     * @return the position of the message: it covers everything committed before this call, also what was committed
     *     without waiting for the disk, and the commit that ends the message's own transaction comes behind it
     */
    public LogSequenceNumber emitBarrier() {
        return requests.look("writing a message to the log", connection -> {
            execute(connection, "SET synchronous_commit = local");
            return queryPosition(connection, EMIT_BARRIER);
        });
    }

    @Override
    public LogSequenceNumber logEnd() {
        return requests.look(
                "asking for the log's end",
                connection -> queryPosition(connection, "SELECT pg_catalog.pg_current_wal_insert_lsn()::text"));
    }

    @Override
    public OptionalLong retainedLog() {
        return requests.look("asking what the replication slot keeps", slot::retained);
    }

    @Override
    public RowsAt readRows(TableSchema table, ColumnBatch keys) {
        if (!table.hasKey()) {
            throw new PipelineException(
                    ErrorKind.INTERNAL, table.table(), "Table " + table.table() + " has no key to read rows by", null);
        }
        return byKey(
                table,
                (connection, mapping) -> new KeyedReader(options.reading()).read(connection, mapping, table, keys),
                RowsAt::new);
    }

    /**
     * As {@link #readRows}, with the version of each row: as long as that stays the same, the row was not touched.
     *
     * @param table the source's schema, with a key
     * @param keys one row per key wanted; only the key's columns are looked at
     */
    public VersionsAt readVersions(TableSchema table, ColumnBatch keys) {
        return byKey(
                table,
                (connection, mapping) ->
                        new KeyedReader(options.reading()).readVersions(connection, mapping, table, keys),
                (read, position) -> new VersionsAt(read.rows(), read.versions(), position));
    }

    /**
     * Rows, their versions and where they are true.
     *
     * @param rows a snapshot batch
     * @param versions for each row the number of the transaction that made it; at least as many
     * @param position covers every change that the rows contain
     */
    public record VersionsAt(ColumnBatch rows, long[] versions, Position position) {}

    /** Where the pipeline's stream is, whoever reads it; empty when it has not been set up or was lost. */
    public Optional<StreamProgress> streamProgress() {
        return requests.look("looking at the replication slot", slot::find)
                .filter(found -> found.ours() && found.lost().isEmpty())
                .flatMap(found ->
                        found.confirmed().map(confirmed -> new StreamProgress(confirmed, found.activePid() != 0)));
    }

    /**
     * A stream's place.
     *
     * @param confirmed everything up to here is durable in the lake
     * @param inUse whether a process reads the stream at this moment
     */
    public record StreamProgress(Position confirmed, boolean inUse) {}

    /**
     * Which of the tables changed between what the stream confirmed and a position, or may have; nobody may be reading
     * the stream, which is not moved.
     *
     * @throws PipelineException {@code SOURCE_REFUSED} when somebody reads it, or without the privilege
     *     {@code REPLICATION}
     */
    public Set<TableId> pendingTables(List<TableSchema> tables, Position upTo) {
        PendingChanges changes = new PendingChanges(options.slotName(), options.publicationName());
        return requests.run(
                "looking for changes that were not confirmed",
                null,
                connection -> new HashSet<>(ids(changes.tables(connection, tables, (LogSequenceNumber) upTo))));
    }

    private <T, R> R byKey(TableSchema table, KeyedRead<T> read, BiFunction<T, Position, R> result) {
        return requests.run("reading rows of " + table.table() + " by key", table.table(), connection -> {
            // Not READ ONLY: the message below takes a transaction id.
            execute(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ");
            T rows = read.read(
                    connection, LiveTables.load(connection, List.of(table)).get(0));
            // Behind the snapshot, which the first statement took: every commit that it shows was in the log before.
            execute(connection, "SET LOCAL synchronous_commit = local");
            LogSequenceNumber position = queryPosition(connection, EMIT_BARRIER);
            execute(connection, "COMMIT");
            return result.apply(rows, position);
        });
    }

    @FunctionalInterface
    private interface KeyedRead<T> {
        T read(Connection connection, TableMapping mapping) throws SQLException;
    }

    @Override
    public Map<TableId, TableStorage> storage(Map<TableId, String> since) {
        return requests.look(
                "looking whether tables were rewritten",
                connection -> new StorageCheck(connection, new PublicationMarks(options.publicationName())).run(since));
    }

    @Override
    public void dropStream() {
        requests.run("dropping replication slot '" + options.slotName() + "'", null, connection -> {
            slot.drop(connection);
            publication.drop(connection);
            return true;
        });
    }

    /** Stops the thread behind interrupts; sessions that are still open lose theirs. */
    @Override
    public void close() {
        requests.close();
        watch.close();
    }

    private SnapshotSession beginSnapshot(
            List<TableSchema> tables, Map<TableId, List<ChunkRange>> done, SlotMaker maker, Runnable afterFailure) {
        Connection replication = connections.openReplication();
        boolean created = false;
        boolean opened = false;
        try (InterruptWatch.Watched ignored = watch.watch(replication)) {
            ReplicationSlot.Created made = maker.create(replication);
            created = true;
            SnapshotSession session = PostgresSnapshot.open(connections, watch, made, tables, done);
            opened = true;
            return session;
        } catch (SQLException e) {
            throw SqlErrors.translate(e, "creating a replication slot with a snapshot", null);
        } finally {
            Connections.abort(replication);
            if (created && !opened) {
                afterFailure.run();
            }
        }
    }

    /** Nobody knows of the new slot yet, and it would hold the source's log back. */
    private void dropAfterFailure() {
        boolean interrupted = Thread.interrupted();
        try {
            requests.run("dropping the new replication slot", null, connection -> {
                slot.drop(connection);
                return true;
            });
        } catch (PipelineException e) {
            LOG.warn(
                    "Replication slot '{}' was created, no snapshot could be taken with it, and it could not be dropped"
                            + " either: {}",
                    options.slotName(),
                    e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static ReplicationSlot.Created createTemporary(Connection replication) throws SQLException {
        return ReplicationSlot.createTemporary(
                replication, "sluice_" + UUID.randomUUID().toString().replace("-", ""));
    }

    private static List<TableId> ids(List<TableSchema> tables) {
        List<TableId> ids = new ArrayList<>(tables.size());
        for (TableSchema table : tables) {
            ids.add(table.table());
        }
        return ids;
    }

    private static LogSequenceNumber queryPosition(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return LogSequenceNumber.parse(Objects.requireNonNull(rows.getString(1)));
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @FunctionalInterface
    private interface SlotMaker {
        ReplicationSlot.Created create(Connection replication) throws SQLException;
    }
}
