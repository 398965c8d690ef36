package io.sluice.service.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Concurrent clients that change orders, their lines and customers until they are told to stop. */
final class DemoWriters implements AutoCloseable {

    private static final int WRITERS = 3;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(8);
    private static final long SEED = 20260101;

    private final ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicLong transactions = new AtomicLong();
    private final AtomicLong rows = new AtomicLong();
    private volatile boolean stopping;

    private DemoWriters() {}

    /** Begins to write. */
    static DemoWriters start(DemoDatabase database) {
        DemoWriters writers = new DemoWriters();
        for (int i = 0; i < WRITERS; i++) {
            int number = i;
            writers.running.add(writers.executor.submit(() -> {
                writers.write(database, number);
                return number;
            }));
        }
        writers.executor.shutdown();
        return writers;
    }

    /** Transactions committed so far. */
    long transactions() {
        return transactions.get();
    }

    /** Rows inserted, updated and deleted by them. */
    long rows() {
        return rows.get();
    }

    /** Whether every writer has ended, which before {@link #stop} means that one failed. */
    boolean hasFailed() {
        return !stopping && running.stream().anyMatch(Future::isDone);
    }

    /**
     * Lets every writer end its transaction.
     *
     * @throws SQLException when the database refused a change
     */
    void stop() throws SQLException, InterruptedException {
        stopping = true;
        for (Future<?> writer : running) {
            try {
                writer.get();
            } catch (ExecutionException e) {
                throw new SQLException("A writer of the demo failed: " + e.getCause(), e.getCause());
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        executor.shutdownNow();
    }

    private void write(DemoDatabase database, int number) throws SQLException {
        SplittableRandom random = new SplittableRandom(SEED + number);
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            OrderChanges changes = new OrderChanges(connection, random, number, WRITERS);
            long next = System.nanoTime();
            while (!stopping) {
                long changed = changes.transaction();
                if (changed > 0) {
                    transactions.incrementAndGet();
                    rows.addAndGet(changed);
                }
                next += PAUSE_NANOS;
                long left = next - System.nanoTime();
                if (left > 0) {
                    LockSupport.parkNanos(left);
                } else {
                    next = System.nanoTime();
                }
            }
        }
    }
}
