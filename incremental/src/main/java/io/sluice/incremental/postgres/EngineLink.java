package io.sluice.incremental.postgres;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a source shares with the parts of it that the engine makes by class name and hands nothing but text: they find it
 * by the id in their configuration.
 */
final class EngineLink implements AutoCloseable {

    /** The configuration key that holds the id. */
    static final String PROPERTY = "sluice.link";

    private static final Map<String, EngineLink> LINKS = new ConcurrentHashMap<>();

    private final String id = UUID.randomUUID().toString();
    private final PostgresConnections connections;
    private final long startPosition;
    private final CompletableFuture<Void> streaming = new CompletableFuture<>();
    private long confirmed;
    private volatile boolean closing;

    EngineLink(PostgresConnections connections, long startPosition) {
        this.connections = connections;
        this.startPosition = startPosition;
        LINKS.put(id, this);
    }

    static EngineLink of(@Nullable String id) {
        EngineLink link = id == null ? null : LINKS.get(id);
        if (link == null) {
            throw new IllegalStateException("This part of the change stream works only within its own source");
        }
        return link;
    }

    String id() {
        return id;
    }

    PostgresConnections connections() {
        return connections;
    }

    /** Where the stream begins. */
    long startPosition() {
        return startPosition;
    }

    /** Done when the server has begun to stream, or the stream failed before. */
    CompletableFuture<Void> streaming() {
        return streaming;
    }

    boolean isClosing() {
        return closing;
    }

    /** Lets the reading thread come to its end. */
    synchronized void beginClosing() {
        closing = true;
        notifyAll();
    }

    /** Raises what the server may be told. */
    synchronized void confirm(long position) {
        if (Long.compareUnsigned(position, confirmed) > 0) {
            confirmed = position;
            notifyAll();
        }
    }

    /** The highest position confirmed, 0 when there was none; waits up to {@code nanos} for one above {@code known}. */
    synchronized long awaitConfirmed(long known, long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        long left = nanos;
        while (!closing && left > 0 && Long.compareUnsigned(confirmed, known) <= 0) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000L));
            left = deadline - System.nanoTime();
        }
        return confirmed;
    }

    @Override
    public void close() {
        LINKS.remove(id);
    }
}
