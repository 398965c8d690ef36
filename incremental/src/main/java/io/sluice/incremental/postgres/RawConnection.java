package io.sluice.incremental.postgres;

import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.connector.postgresql.spi.SlotCreationResult;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * The connection that streams the log. Begins exactly at the source's start: the server then sends the transactions whose
 * commit records are at or behind that position, whole and in order. Never creates a slot: one that is missing has lost
 * changes.
 */
final class RawConnection implements ReplicationConnection {

    private final EngineLink link;
    private @Nullable Connection connection;

    RawConnection(EngineLink link) {
        this.link = link;
    }

    @Override
    public ReplicationStream startStreaming(WalPositionLocator walPosition) throws SQLException {
        return startStreaming(null, walPosition);
    }

    @Override
    public synchronized ReplicationStream startStreaming(@Nullable Lsn offset, WalPositionLocator walPosition)
            throws SQLException {
        initConnection();
        PostgresStreamOptions options = link.connections().options();
        Connection open = connection;
        if (open == null) {
            throw new SQLException("The connection was closed before streaming began", "08003");
        }
        PGReplicationStream stream = open.unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(options.slotName())
                .withStartPosition(LogSequenceNumber.valueOf(link.startPosition()))
                .withAutomaticFlush(false)
                // RawReplicationStream reports by itself.
                .withStatusInterval(0, TimeUnit.MILLISECONDS)
                .withSlotOption("proto_version", 1)
                .withSlotOption(
                        "publication_names", '"' + options.publicationName().replace("\"", "\"\"") + '"')
                .start();
        link.streaming().complete(null);
        return new RawReplicationStream(stream, link);
    }

    @Override
    public synchronized void initConnection() throws SQLException {
        if (connection == null) {
            connection = link.connections().openReplication();
        }
    }

    @Override
    public Optional<SlotCreationResult> createReplicationSlot() {
        throw new PipelineException(
                ErrorKind.SOURCE_LOST, SlotCheck.missing(link.connections().options()));
    }

    @Override
    public synchronized boolean isConnected() throws SQLException {
        return connection != null && !connection.isClosed();
    }

    @Override
    public synchronized void reconnect() throws SQLException {
        close();
        initConnection();
    }

    /** Ends the connection without an exchange with the server, which may be busy sending. */
    @Override
    public synchronized void close() throws SQLException {
        Connection open = connection;
        connection = null;
        if (open != null) {
            open.abort(Runnable::run);
        }
    }
}
