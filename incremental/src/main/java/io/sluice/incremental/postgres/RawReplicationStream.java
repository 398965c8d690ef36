package io.sluice.incremental.postgres;

import io.debezium.connector.postgresql.connection.LogicalDecodingMessage;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * Hands the log on as it is received, in frames, and tells the server only of positions that were confirmed.
 *
 * <p>The driver's own flushing is off: it reports a keepalive's position as flushed when the last message received began
 * before the last flushed position, which is no proof in a log whose transactions interleave. The position of a keepalive
 * is used for reading only: the server names with it how far it has decoded and sent, so outside of a transaction nothing
 * is left before it.
 */
final class RawReplicationStream implements ReplicationStream {

    /** Prefix of the events that carry frames. */
    static final String PREFIX = "sluice";

    private static final int FRAME_BYTES = 256 << 10;
    private static final long GATHER_NANOS = 5_000_000L;
    private static final long GATHER_PAUSE_NANOS = 500_000L;
    private static final String ADMIN_SHUTDOWN = "57P01";

    private final PGReplicationStream stream;
    private final EngineLink link;
    private final long idleNanos;
    private final FrameWriter frame = new FrameWriter();
    private Lsn lastReceived;
    private boolean inTransaction;
    private long announced;
    private long announcedAt = System.nanoTime();
    /** Whether no idle position was announced since the start or the last commit: the first one does not wait. */
    private boolean idleIsNews = true;

    private volatile boolean keepAliveRunning;
    private volatile @Nullable SQLException keepAliveFailure;
    private @Nullable ExecutorService keepAlive;

    RawReplicationStream(PGReplicationStream stream, EngineLink link) {
        this.stream = stream;
        this.link = link;
        this.idleNanos = link.connections().options().idleInterval().toNanos();
        this.announced = link.startPosition();
        this.lastReceived = Lsn.valueOf(announced);
    }

    /** Reads all that is there, up to a frame. */
    @Override
    public boolean readPending(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        if (link.isClosing()) {
            return false;
        }
        SQLException failure = keepAliveFailure;
        if (failure != null) {
            throw failure;
        }
        fillFrame();
        if (frame.isEmpty()) {
            addIdlePosition();
        }
        if (frame.isEmpty()) {
            if (stream.isClosed()) {
                throw new SQLException("The server ended the replication stream", ADMIN_SHUTDOWN);
            }
            return false;
        }
        lastReceived = Lsn.valueOf(announced);
        processor.process(new LogicalDecodingMessage(Operation.MESSAGE, null, null, false, PREFIX, frame.take()));
        return true;
    }

    /**
     * Takes what is there. The server sends row by row; once there is one, waiting a few milliseconds for more makes
     * frames, and reads of the socket, of many.
     */
    private void fillFrame() throws SQLException {
        long deadline = 0;
        while (frame.size() < FRAME_BYTES) {
            ByteBuffer message = stream.readPending();
            if (message != null) {
                add(message);
                continue;
            }
            long now = System.nanoTime();
            if (frame.isEmpty() || link.isClosing() || deadline != 0 && now - deadline >= 0) {
                return;
            }
            deadline = deadline == 0 ? now + GATHER_NANOS : deadline;
            LockSupport.parkNanos(GATHER_PAUSE_NANOS);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    private void add(ByteBuffer message) {
        long position = stream.getLastReceiveLSN().asLong();
        byte kind = message.get(message.position());
        if (kind == 'B') {
            inTransaction = true;
        } else if (kind == 'C') {
            inTransaction = false;
            announced = position;
            idleIsNews = true;
        }
        frame.add(message, position);
    }

    @Override
    public void read(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        while (!readPending(processor)) {
            Thread.sleep(1);
        }
    }

    private void addIdlePosition() {
        long position = stream.getLastReceiveLSN().asLong();
        long now = System.nanoTime();
        if (!inTransaction
                && Long.compareUnsigned(position, announced) > 0
                && (idleIsNews || now - announcedAt >= idleNanos)) {
            idleIsNews = false;
            announced = position;
            announcedAt = now;
            frame.addIdle(position);
        }
    }

    /** Does nothing: Debezium flushes offsets that it has stored; here a position is safe when the lake has it. */
    @Override
    public void flushLsn(Lsn lsn) {}

    @Override
    public Lsn lastReceivedLsn() {
        return lastReceived;
    }

    @Override
    public Lsn startLsn() {
        return Lsn.valueOf(link.startPosition());
    }

    /** Reports confirmed positions as they come, and asks the server for its own position at the idle interval. */
    @Override
    public void startKeepAlive(ExecutorService service) {
        keepAlive = service;
        keepAliveRunning = true;
        service.execute(this::keepAlive);
    }

    private void keepAlive() {
        long reported = 0;
        try {
            while (keepAliveRunning && !link.isClosing()) {
                long confirmed = link.awaitConfirmed(reported, idleNanos);
                if (Long.compareUnsigned(confirmed, reported) > 0) {
                    LogSequenceNumber position = LogSequenceNumber.valueOf(confirmed);
                    stream.setAppliedLSN(position);
                    stream.setFlushedLSN(position);
                    reported = confirmed;
                }
                stream.forceUpdateStatus();
            }
        } catch (SQLException e) {
            keepAliveFailure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stopKeepAlive() {
        keepAliveRunning = false;
        if (keepAlive != null) {
            keepAlive.shutdownNow();
        }
    }

    @Override
    public void close() throws SQLException {
        stopKeepAlive();
        stream.close();
    }
}
