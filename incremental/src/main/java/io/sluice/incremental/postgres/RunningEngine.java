package io.sluice.incremental.postgres;

import io.debezium.engine.DebeziumEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Debezium's engine on a thread of its own. May be ended by one thread.
 *
 * <p>The engine cannot be stopped while it starts its task, and it starts it still when the stream is there already; told to
 * stop then it refuses, and runs on for ever. So it is told again until it has ended.
 */
final class RunningEngine {

    private static final Logger LOG = LoggerFactory.getLogger(RunningEngine.class);
    private static final long AGAIN_MILLIS = 10;

    private final DebeziumEngine<?> engine;
    private final Thread thread;

    private RunningEngine(DebeziumEngine<?> engine, Thread thread) {
        this.engine = engine;
        this.thread = thread;
    }

    /** @param name the thread's */
    static RunningEngine start(DebeziumEngine<?> engine, String name) {
        Thread thread = new Thread(engine, name);
        thread.setDaemon(true);
        thread.start();
        return new RunningEngine(engine, thread);
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** Returns when it has ended; or when the limit is over, or at an interrupt, which is kept, as soon as it is told. */
    void end(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean told = false;
        boolean interrupted = false;
        while (thread.isAlive() && !(told && interrupted)) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                LOG.warn("{} did not end within {} s and is left to itself", thread.getName(), limit.toSeconds());
                break;
            }
            told = told || tell();
            try {
                thread.join(told ? left : Math.min(left, AGAIN_MILLIS));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells it to stop; it refuses too when it stops by itself, after a failure. */
    private boolean tell() {
        try {
            engine.close();
            return true;
        } catch (IllegalStateException e) {
            LOG.debug("The engine cannot be told to stop now", e);
            return false;
        } catch (IOException e) {
            LOG.warn("The engine did not stop cleanly", e);
            return true;
        }
    }
}
