package io.sluice.incremental.postgres;

import io.sluice.incremental.postgres.ChangeAssembler.SizedChunk;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.source.ChangeChunk;
import io.sluice.pipeline.source.StreamStart;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Between the engine's thread, which adds frames, and the one that polls chunks. Bounded: adding waits while enough is
 * ready. A reader that finds nothing ready takes the open chunk as soon as that is on a transaction boundary.
 */
final class ChunkQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<SizedChunk> ready = new ArrayDeque<>();
    private final StreamBounds bounds;
    private final Clock clock;
    private final long idleMillis;
    private final ChangeAssembler assembler;
    private long readyRows;
    private long readyBytes;
    /** Long ago after every other chunk: whoever waits for the log's end behind it is not kept waiting. */
    private long lastIdleChunk;

    private boolean closed;
    private @Nullable PipelineException failure;

    ChunkQueue(StreamStart start, StreamBounds bounds, Duration idleInterval, Clock clock) {
        this.bounds = bounds;
        this.clock = clock;
        this.idleMillis = idleInterval.toMillis();
        this.assembler = new ChangeAssembler(start, bounds, this::addReady);
    }

    ReceivedPosition received() {
        return assembler.received();
    }

    /**
     * Decodes a frame, after waiting until there is room. Does nothing any more once closed or failed.
     *
     * @return whether more frames are wanted; false once the frame could not be decoded, which readers are told
     */
    boolean add(byte[] frame, int offset, int length) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && (readyRows >= bounds.queueRows() || readyBytes >= bounds.queueBytes())) {
                room.await();
            }
            if (closed || failure != null) {
                return false;
            }
            assembler.take(frame, offset, length);
            changed.signalAll();
            return true;
        } catch (PipelineException e) {
            fail(e);
            return false;
        } catch (RuntimeException e) {
            fail(new PipelineException(ErrorKind.INTERNAL, "A message of the log could not be decoded: " + e, e));
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The next chunk; what was complete before a failure comes before the failure. */
    Optional<ChangeChunk> poll(Duration timeout) throws InterruptedException {
        long remaining = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                if (ready.isEmpty() && assembler.isSealable()) {
                    assembler.sealForReader();
                }
                SizedChunk next = ready.poll();
                if (next != null) {
                    if (next.rows() > 0) {
                        lastIdleChunk = 0;
                    }
                    readyRows -= next.rows();
                    readyBytes -= next.bytes();
                    room.signalAll();
                    return Optional.of(next.chunk());
                }
                PipelineException failed = failure;
                if (failed != null) {
                    throw failed;
                }
                long pause = remaining;
                if (assembler.isIdleProgress()) {
                    long due = lastIdleChunk + idleMillis - clock.millis();
                    // A clock that was set back must not hold the position up.
                    if (due <= 0 || due > idleMillis) {
                        lastIdleChunk = clock.millis();
                        assembler.sealForReader();
                        continue;
                    }
                    pause = Math.min(pause, TimeUnit.MILLISECONDS.toNanos(due));
                }
                if (remaining <= 0) {
                    return Optional.empty();
                }
                remaining -= pause - changed.awaitNanos(pause);
            }
        } finally {
            lock.unlock();
        }
    }

    /** How much of the room for chunks that wait is taken, 0 to 1. */
    double fill() {
        lock.lock();
        try {
            double rows = (double) readyRows / bounds.queueRows();
            double bytes = (double) readyBytes / bounds.queueBytes();
            return Math.min(1, Math.max(rows, bytes));
        } finally {
            lock.unlock();
        }
    }

    /** Lets readers fail once they have taken what is complete; the first failure stays. */
    void fail(PipelineException reason) {
        lock.lock();
        try {
            if (failure == null) {
                failure = reason;
                assembler.abandonTransaction();
            }
            changed.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Frees a thread that waits for room; frames are dropped from here on. */
    void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void addReady(SizedChunk chunk) {
        ready.add(chunk);
        readyRows += chunk.rows();
        readyBytes += chunk.bytes();
    }
}
