package io.sluice.snapshot.postgres;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The pipeline's logical replication slot, and temporary ones that only serve to take an exact snapshot. */
final class ReplicationSlot {

    static final String PLUGIN = "pgoutput";

    /** A server process notices within this time that its client has gone. */
    private static final long DROP_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long DROP_PAUSE_MILLIS = 50;

    /**
     * Columns that came with later versions are read through JSON, where a missing one is null. Names of applications are
     * cut to 63 bytes by the server.
     */
    private static final String FIND = """
            SELECT s.plugin, s.slot_type, s.database, s.active, s.active_pid, s.confirmed_flush_lsn::text,
                   s.database = pg_catalog.current_database(),
                   pg_catalog.to_jsonb(s) ->> 'wal_status', pg_catalog.to_jsonb(s) ->> 'invalidation_reason',
                   pg_catalog.to_jsonb(s) ->> 'conflicting',
                   coalesce((SELECT a.application_name = pg_catalog.left(?, 63)
                               FROM pg_catalog.pg_stat_activity a WHERE a.pid = s.active_pid), true)
              FROM pg_catalog.pg_replication_slots s
             WHERE s.slot_name = ?
            """;

    private static final String RETAINED = """
            SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), s.restart_lsn)::bigint
              FROM pg_catalog.pg_replication_slots s
             WHERE s.slot_name = ?
            """;

    private static final String END =
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid = ?";

    private final String name;
    private final String reader;

    private ReplicationSlot(String name, String reader) {
        this.name = name;
        this.reader = reader;
    }

    /** The pipeline's, which may or may not exist; its streams tell the server the publication's name. */
    static ReplicationSlot of(PostgresOptions options) {
        return new ReplicationSlot(options.slotName(), "sluice " + options.publicationName());
    }

    /**
     * The slot as the server has it.
     *
     * @param ours whether it is a logical slot of this database with the right plugin
     * @param description plugin and database, for messages
     * @param activePid the server process that uses it, 0 when none does
     * @param readByPipeline whether that process is a stream of this pipeline, or gone
     * @param lost why it cannot be used any more; empty when it can
     * @param confirmed what the server has been told is safe; empty for a slot that is still being made
     */
    record Found(
            boolean ours,
            String description,
            long activePid,
            boolean readByPipeline,
            Optional<String> lost,
            Optional<LogSequenceNumber> confirmed) {}

    /**
     * A slot just created.
     *
     * @param position its begin: the snapshot has exactly what the stream from here on does not bring
     * @param snapshot the exported snapshot's name; gone with the next command on the connection
     */
    record Created(LogSequenceNumber position, String snapshot) {}

    Optional<Found> find(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setString(1, reader);
            statement.setString(2, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(found(rows)) : Optional.empty();
            }
        }
    }

    private static Found found(ResultSet rows) throws SQLException {
        String plugin = rows.getString(1);
        String database = rows.getString(3);
        boolean ours = PLUGIN.equals(plugin) && "logical".equals(rows.getString(2)) && rows.getBoolean(7);
        String description =
                rows.getString(2) + (plugin == null ? "" : ", plugin " + plugin + ", database " + database);
        String walStatus = rows.getString(8);
        String reason = rows.getString(9);
        @Nullable String lost = null;
        if (reason != null) {
            lost = "invalidated by the server (" + reason
                    + ("wal_removed".equals(reason) ? "; see max_slot_wal_keep_size)" : ")");
        } else if ("lost".equals(walStatus)) {
            lost = "the log it needs was removed (wal_status lost; see max_slot_wal_keep_size)";
        } else if ("true".equals(rows.getString(10))) {
            lost = "invalidated by a conflict with recovery";
        }
        String confirmed = rows.getString(6);
        return new Found(
                ours,
                description,
                rows.getLong(5),
                rows.getBoolean(11),
                Optional.ofNullable(lost),
                Optional.ofNullable(confirmed).map(LogSequenceNumber::parse));
    }

    /** What {@link io.sluice.pipeline.source.SourceDatabase#streamPosition} promises. */
    Optional<LogSequenceNumber> position(Connection connection) throws SQLException {
        Optional<Found> found = find(connection);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Found slot = found.get();
        if (!slot.ours()) {
            throw new PipelineException(ErrorKind.SOURCE_REFUSED, foreign(slot));
        }
        if (slot.lost().isPresent()) {
            throw new PipelineException(ErrorKind.SOURCE_LOST, lost(slot.lost().get()));
        }
        return slot.confirmed();
    }

    /** Bytes of the log from where the slot needs it to its end; empty when there is no slot, or it has lost its log. */
    OptionalLong retained(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RETAINED)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                long bytes = rows.next() ? rows.getLong(1) : -1;
                return bytes < 0 || rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(bytes);
            }
        }
    }

    /**
     * Frees the slot from an earlier process of the same pipeline, whose connection may be alive (the process does not
     * know yet that it is fenced, or stands still) or may only not have been noticed to be gone.
     *
     * @throws PipelineException {@code SOURCE_REFUSED} when something else reads the slot, {@code SOURCE_UNAVAILABLE} when
     *     that process has not let it go yet
     */
    void take(Connection connection) throws SQLException {
        long deadline = System.nanoTime() + DROP_PATIENCE_NANOS;
        while (true) {
            Optional<Found> found = find(connection);
            if (found.isEmpty() || found.get().activePid() == 0) {
                return;
            }
            if (System.nanoTime() >= deadline
                    || !found.get().readByPipeline()
                    || !end(connection, found.get().activePid())) {
                throw inUse(found.get());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(DROP_PAUSE_MILLIS);
            } catch (InterruptedException e) {
                throw PipelineException.interrupted("taking replication slot '" + name + "' over");
            }
        }
    }

    /** Tells the server process to end; false when it is another role's, which this one may not do that to. */
    private static boolean end(Connection connection, long pid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(END)) {
            statement.setLong(1, pid);
            statement.execute();
            return true;
        } catch (SQLException e) {
            if (SqlErrors.state(e).equals(SqlErrors.INSUFFICIENT_PRIVILEGE)) {
                return false;
            }
            throw e;
        }
    }

    String foreign(Found slot) {
        return "Replication slot '" + name + "' exists and is of another kind (" + slot.description()
                + "); expected a logical slot of this database with plugin " + PLUGIN
                + ". Choose another slot name for the pipeline, or drop that slot.";
    }

    String lost(String why) {
        return "Replication slot '" + name + "' can no longer be used: " + why
                + ". The changes since are gone, and the tables have to be read again.";
    }

    /** An earlier process of the pipeline lets the slot go in the end; something else has to be stopped by somebody. */
    private PipelineException inUse(Found slot) {
        return new PipelineException(
                slot.readByPipeline() ? ErrorKind.SOURCE_UNAVAILABLE : ErrorKind.SOURCE_REFUSED, describeUse(slot));
    }

    /** For somebody who only looks. */
    String busy(Found slot) {
        return "Replication slot '" + name + "' is in use by server process " + slot.activePid()
                + ": another process runs this pipeline, or one that died has not been noticed yet (the server notices"
                + " after wal_sender_timeout at the latest).";
    }

    private String describeUse(Found slot) {
        if (slot.readByPipeline()) {
            return "Replication slot '" + name + "' is still held by server process " + slot.activePid()
                    + ", a connection of an earlier process of this pipeline ('" + reader
                    + "'). It is waited for: the server frees the slot when that process goes on or ends, and after"
                    + " wal_sender_timeout at the latest. Ending that server process (pg_terminate_backend) frees it at"
                    + " once.";
        }
        return "Replication slot '" + name + "' is in use by server process " + slot.activePid()
                + ", which is not of this pipeline. Stop what uses it, or choose another slot name for the pipeline.";
    }

    /** Creates the permanent slot; waits for the end of every transaction that is open now. */
    Created create(Connection replication) throws SQLException {
        return create(replication, Quoting.identifier(name) + " LOGICAL ");
    }

    /** Creates a slot that goes with its connection; waits as {@link #create} does. */
    static Created createTemporary(Connection replication, String name) throws SQLException {
        return create(replication, Quoting.identifier(name) + " TEMPORARY LOGICAL ");
    }

    private static Created create(Connection replication, String slot) throws SQLException {
        try (Statement statement = replication.createStatement();
                ResultSet rows =
                        statement.executeQuery("CREATE_REPLICATION_SLOT " + slot + PLUGIN + " EXPORT_SNAPSHOT")) {
            if (!rows.next()) {
                throw new PipelineException(ErrorKind.INTERNAL, "The server gave no answer for a new slot");
            }
            return new Created(
                    LogSequenceNumber.parse(Objects.requireNonNull(rows.getString("consistent_point"))),
                    Objects.requireNonNull(rows.getString("snapshot_name")));
        }
    }

    /**
     * Drops the slot if there is one; waits a little for a server process whose client has just gone.
     *
     * @throws PipelineException {@code SOURCE_REFUSED} when it is someone else's or something else uses it, {@code
     *     SOURCE_UNAVAILABLE} when an earlier process of this pipeline has not let it go yet
     */
    void drop(Connection connection) throws SQLException {
        long deadline = System.nanoTime() + DROP_PATIENCE_NANOS;
        while (true) {
            Optional<Found> found = find(connection);
            if (found.isEmpty()) {
                return;
            }
            if (!found.get().ours()) {
                throw new PipelineException(ErrorKind.SOURCE_REFUSED, foreign(found.get()));
            }
            if (found.get().activePid() == 0 && tryDrop(connection)) {
                return;
            }
            if (System.nanoTime() >= deadline) {
                throw inUse(found.get());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(DROP_PAUSE_MILLIS);
            } catch (InterruptedException e) {
                throw PipelineException.interrupted("dropping replication slot '" + name + "'");
            }
        }
    }

    private boolean tryDrop(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT pg_catalog.pg_drop_replication_slot(?)")) {
            statement.setString(1, name);
            statement.execute();
            return true;
        } catch (SQLException e) {
            String state = SqlErrors.state(e);
            if (state.equals(SqlErrors.OBJECT_IN_USE) || state.equals(SqlErrors.UNDEFINED_OBJECT)) {
                return false;
            }
            throw e;
        }
    }
}
