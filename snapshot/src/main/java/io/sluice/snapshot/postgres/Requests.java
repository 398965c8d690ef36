package io.sluice.snapshot.postgres;

import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the source, each request on a connection that nobody else uses. For looks, which are asked at every cut and every
 * few seconds, one connection is kept: a server forks a process for each new one, which costs it far more than the look.
 * An interrupt of the calling thread ends any request. Safe for several threads.
 */
final class Requests implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

    private final Connections connections;
    private final InterruptWatch watch;
    private @Nullable Connection kept;
    private boolean closed;

    Requests(Connections connections, InterruptWatch watch) {
        this.connections = connections;
        this.watch = watch;
    }

    /** What is done on a connection. */
    @FunctionalInterface
    interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    /**
     * Does the work on a connection of its own.
     *
     * @param doing for messages, such as {@code "reading the catalog"}
     * @param table the one table it is about, if any
     */
    <T> T run(String doing, @Nullable TableId table, Work<T> work) {
        refuseInterrupted(doing);
        Connection connection = connections.open();
        try {
            return watched(connection, work);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, doing, table);
        } finally {
            close(connection);
        }
    }

    /**
     * Looks at something of the source on the connection that is kept, or on a new one. That the kept one was lost since
     * its last use, with a restart of the server for example, says nothing about the source now: then the work is done
     * again, once.
     *
     * @param work may be done twice, leaves no transaction open, and changes no setting that another look depends on
     */
    <T> T look(String doing, Work<T> work) {
        refuseInterrupted(doing);
        Connection before = take();
        if (before != null) {
            try {
                return keeping(before, work);
            } catch (SQLException e) {
                LOG.debug("The kept connection failed while {}; a new one is opened", doing, e);
                refuseInterrupted(doing);
            }
        }
        try {
            return keeping(connections.open(), work);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, doing, null);
        }
    }

    /** Requests that are under way finish. */
    @Override
    public void close() {
        Connection last;
        synchronized (this) {
            closed = true;
            last = take();
        }
        if (last != null) {
            close(last);
        }
    }

    /** Keeps the connection only when all went well: nothing is known of its state otherwise. */
    private <T> T keeping(Connection connection, Work<T> work) throws SQLException {
        boolean keep = false;
        try {
            T result = watched(connection, work);
            keep = keep(connection);
            return result;
        } finally {
            if (!keep) {
                close(connection);
            }
        }
    }

    private <T> T watched(Connection connection, Work<T> work) throws SQLException {
        try (InterruptWatch.Watched ignored = watch.watch(connection)) {
            return work.with(connection);
        }
    }

    private synchronized @Nullable Connection take() {
        Connection taken = kept;
        kept = null;
        return taken;
    }

    /** One is enough: two threads that look at the same moment are rare. */
    private synchronized boolean keep(Connection connection) throws SQLException {
        if (closed || kept != null || connection.isClosed()) {
            return false;
        }
        kept = connection;
        return true;
    }

    private static void refuseInterrupted(String doing) {
        if (Thread.currentThread().isInterrupted()) {
            throw PipelineException.interrupted(doing);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A connection could not be closed", e);
        }
    }
}
