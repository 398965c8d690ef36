package io.sluice.snapshot.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes waiting on a database connection interruptible: a thread blocked in a socket does not notice its interrupt, so
 * a daemon thread looks at the watched threads ten times a second and, when one is interrupted, cancels its statement
 * and closes its connection. The cancel comes first because the server would otherwise go on, and a slot whose
 * creation nobody waits for any more would stay behind.
 */
final class InterruptWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InterruptWatch.class);
    private static final long TICK_MILLIS = 100;

    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer;

    InterruptWatch(String name) {
        timer = new ScheduledThreadPoolExecutor(2, task -> {
            Thread thread = new Thread(task, "sluice-watch-" + name);
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.scheduleWithFixedDelay(this::look, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Watches the calling thread, which uses the connection, until the result is closed. */
    Watched watch(Connection connection) {
        Watched entry = new Watched(Thread.currentThread(), connection);
        watched.add(entry);
        return entry;
    }

    /** Runs something short again and again, until the result is cancelled. */
    Future<?> every(Duration interval, Runnable task) {
        return timer.scheduleWithFixedDelay(task, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void look() {
        for (Watched entry : watched) {
            if (entry.thread.isInterrupted()) {
                entry.stop();
            }
        }
    }

    /** One thread on one connection. The lock keeps the watcher from stopping a connection that was handed on. */
    final class Watched implements AutoCloseable {

        private final Thread thread;
        private final Connection connection;
        private boolean ended;

        private Watched(Thread thread, Connection connection) {
            this.thread = thread;
            this.connection = connection;
        }

        private synchronized void stop() {
            if (ended) {
                return;
            }
            ended = true;
            try {
                Connections.postgres(connection).cancelQuery();
            } catch (SQLException e) {
                LOG.debug("The statement of an interrupted thread could not be cancelled; its connection is closed", e);
            }
            Connections.abort(connection);
        }

        @Override
        public synchronized void close() {
            ended = true;
            watched.remove(this);
        }
    }
}
