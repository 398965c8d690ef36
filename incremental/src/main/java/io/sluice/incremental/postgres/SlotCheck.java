package io.sluice.incremental.postgres;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Looks at the slot and the publication before anything is started, because Debezium would make missing ones anew. */
final class SlotCheck {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private static final String SLOT = """
            SELECT s.plugin, s.database = pg_catalog.current_database(), s.active_pid, s.wal_status,
                   s.confirmed_flush_lsn::text,
                   coalesce((SELECT a.application_name = pg_catalog.current_setting('application_name')
                               FROM pg_catalog.pg_stat_activity a WHERE a.pid = s.active_pid), true)
              FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = ?
            """;

    private static final String PUBLICATION = "SELECT 1 FROM pg_catalog.pg_publication WHERE pubname = ?";

    private final PostgresConnections connections;
    private final PostgresStreamOptions options;

    SlotCheck(PostgresConnections connections) {
        this.connections = connections;
        this.options = connections.options();
    }

    /**
     * Returns when the stream can begin at {@code start}.
     *
     * @throws PipelineException {@code SOURCE_UNAVAILABLE} also when an earlier connection of this pipeline still holds the
     *     slot, {@code SOURCE_REFUSED} or {@code SOURCE_LOST}
     */
    void await(LogSequenceNumber start) {
        long deadline = System.nanoTime() + options.slotPatience().toNanos();
        try (Connection connection = connections.open()) {
            Optional<User> user = checkSlot(connection, start);
            checkPublication(connection);
            while (user.isPresent()) {
                if (System.nanoTime() >= deadline) {
                    throw inUse(user.get());
                }
                TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
                user = checkSlot(connection, start);
            }
        } catch (SQLException e) {
            throw SourceErrors.translate(e, options);
        } catch (InterruptedException e) {
            throw PipelineException.interrupted("waiting for the replication slot '" + options.slotName() + "'");
        }
    }

    /** A stream of this pipeline that ended ends at the server too, in time; something else has to be stopped by somebody. */
    private PipelineException inUse(User user) {
        return user.ofPipeline()
                ? new PipelineException(
                        ErrorKind.SOURCE_UNAVAILABLE,
                        "The replication slot '" + options.slotName() + "' is still held by the server process "
                                + user.process()
                                + ", an earlier connection of this pipeline. It is waited for: the server"
                                + " frees the slot after wal_sender_timeout at the latest.")
                : new PipelineException(
                        ErrorKind.SOURCE_REFUSED,
                        "The replication slot '" + options.slotName() + "' is in use by the server process "
                                + user.process() + ". Stop the other pipeline that uses it, or give this one a name of"
                                + " its own.");
    }

    /**
     * Who uses the slot.
     *
     * @param process the server's process
     * @param ofPipeline whether it is a stream of this pipeline, or gone
     */
    private record User(int process, boolean ofPipeline) {}

    private void checkPublication(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PUBLICATION)) {
            statement.setString(1, options.publicationName());
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new PipelineException(
                            ErrorKind.SOURCE_LOST,
                            "The publication '" + options.publicationName() + "' does not exist any more in database '"
                                    + options.endpoint().database()
                                    + "'. Changes were lost without it: snapshot the tables"
                                    + " again.");
                }
            }
        }
    }

    /** The process that uses the slot; empty when it is free. */
    private Optional<User> checkSlot(Connection connection, LogSequenceNumber start) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SLOT)) {
            statement.setString(1, options.slotName());
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new PipelineException(ErrorKind.SOURCE_LOST, missing(options));
                }
                String plugin = rows.getString(1);
                if (!"pgoutput".equals(plugin) || !rows.getBoolean(2)) {
                    throw new PipelineException(
                            ErrorKind.SOURCE_REFUSED,
                            "The replication slot '" + options.slotName() + "' is not one for 'pgoutput' in database '"
                                    + options.endpoint().database() + "'. Give the pipeline another name.");
                }
                int user = rows.getInt(3);
                if (!rows.wasNull()) {
                    return Optional.of(new User(user, rows.getBoolean(6)));
                }
                if ("lost".equals(rows.getString(4))) {
                    throw new PipelineException(
                            ErrorKind.SOURCE_LOST,
                            "The server has removed log that the replication slot '" + options.slotName()
                                    + "' still needed (max_slot_wal_keep_size). Snapshot the tables again.");
                }
                LogSequenceNumber confirmed = LogSequenceNumber.parse(rows.getString(5));
                if (confirmed.compareTo(start) > 0) {
                    throw new PipelineException(
                            ErrorKind.SOURCE_LOST,
                            "The replication slot '" + options.slotName() + "' stands at " + confirmed
                                    + ", behind it the server sends nothing; the lake needs the changes after " + start
                                    + ". Something else has read or moved the slot: snapshot the tables again.");
                }
                return Optional.empty();
            }
        }
    }

    static String missing(PostgresStreamOptions options) {
        return "The replication slot '" + options.slotName() + "' does not exist any more at "
                + options.endpoint().host() + ":" + options.endpoint().port()
                + ". Changes were lost without it: snapshot the tables again.";
    }
}
