package io.sluice.testkit.workload;

import io.sluice.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The transaction of TPC-B as PostgreSQL's {@code pgbench} has it: an amount is added to an account, a teller and a
 * branch, and a row with it to the history, in one transaction. So in every state of the database the sums of the three
 * balances and of the history's amounts are equal. Clients connect again after the server was away.
 */
public final class TpcB implements AutoCloseable {

    /** The tables, each with the column whose sum is the same in all of them. */
    public static final List<Sum> SUMS = List.of(
            new Sum("pgbench_accounts", "abalance"),
            new Sum("pgbench_branches", "bbalance"),
            new Sum("pgbench_history", "delta"),
            new Sum("pgbench_tellers", "tbalance"));

    private static final int TELLERS_PER_BRANCH = 10;
    private static final Duration RECONNECT = Duration.ofMillis(200);

    private final TestDatabase database;
    private final int branches;
    private final int accounts;
    private final List<Thread> clients = new ArrayList<>();
    private final AtomicLong committed = new AtomicLong();
    private final AtomicLong broken = new AtomicLong();
    private volatile boolean stopped;

    /** A table and the column to be summed up. */
    public record Sum(String table, String column) {}

    /**
     * Makes the tables and fills them; the history begins empty and has no key.
     *
     * @param branches from 1; each has ten tellers
     * @param accounts over all branches, from 1
     */
    public TpcB(TestDatabase database, int branches, int accounts) {
        this.database = database;
        this.branches = branches;
        this.accounts = accounts;
        database.execute(
                "CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int NOT NULL, filler char(88))",
                "CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int NOT NULL, filler char(84))",
                "CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int NOT NULL, filler char(84))",
                "CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))",
                // Without a key, and nothing is ever changed in it.
                "ALTER TABLE pgbench_history REPLICA IDENTITY FULL",
                "INSERT INTO pgbench_branches SELECT i, 0, '' FROM generate_series(1, " + branches + ") i",
                "INSERT INTO pgbench_tellers SELECT i, (i - 1) / " + TELLERS_PER_BRANCH
                        + " + 1, 0, '' FROM generate_series(1, " + tellers() + ") i",
                "INSERT INTO pgbench_accounts SELECT i, (i - 1) % " + branches + " + 1, 0, '' FROM generate_series(1, "
                        + accounts + ") i",
                "ANALYZE");
    }

    private int tellers() {
        return branches * TELLERS_PER_BRANCH;
    }

    /**
     * Starts clients.
     *
     * @param pause the mean time between two transactions of one client
     */
    public void start(int count, long seed, Duration pause) {
        for (int i = 0; i < count; i++) {
            Random random = new Random(seed + i);
            Thread client = new Thread(() -> run(random, pause), "tpc-b-" + i);
            client.setDaemon(true);
            clients.add(client);
            client.start();
        }
    }

    /** Transactions known to be committed; after a broken connection one more may be. */
    public long committed() {
        return committed.get();
    }

    /** Connections that broke. */
    public long broken() {
        return broken.get();
    }

    /** Ends the clients and waits for them. */
    public void stop() {
        stopped = true;
        for (Thread client : clients) {
            try {
                client.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        clients.clear();
    }

    @Override
    public void close() {
        stop();
    }

    private void run(Random random, Duration pause) {
        try {
            while (!stopped) {
                try (Connection connection = database.connect()) {
                    connection.setAutoCommit(false);
                    transactions(connection, random, pause);
                } catch (SQLException e) {
                    broken.incrementAndGet();
                    TimeUnit.MILLISECONDS.sleep(RECONNECT.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void transactions(Connection connection, Random random, Duration pause)
            throws SQLException, InterruptedException {
        try (PreparedStatement account = connection.prepareStatement(
                        "UPDATE pgbench_accounts SET abalance = abalance + ? WHERE aid = ?");
                PreparedStatement teller = connection.prepareStatement(
                        "UPDATE pgbench_tellers SET tbalance = tbalance + ? WHERE tid = ?");
                PreparedStatement branch = connection.prepareStatement(
                        "UPDATE pgbench_branches SET bbalance = bbalance + ? WHERE bid = ?");
                PreparedStatement history = connection.prepareStatement(
                        "INSERT INTO pgbench_history VALUES (?, ?, ?, ?, current_timestamp, ?)")) {
            while (!stopped) {
                int aid = 1 + random.nextInt(accounts);
                int tid = 1 + random.nextInt(tellers());
                int bid = 1 + random.nextInt(branches);
                int delta = random.nextInt(10_001) - 5_000;
                change(account, delta, aid);
                change(teller, delta, tid);
                change(branch, delta, bid);
                history.setInt(1, tid);
                history.setInt(2, bid);
                history.setInt(3, aid);
                history.setInt(4, delta);
                history.setNull(5, Types.CHAR);
                history.executeUpdate();
                connection.commit();
                committed.incrementAndGet();
                TimeUnit.MICROSECONDS.sleep((long) (pause.toNanos() / 1_000 * 2 * random.nextDouble()));
            }
        }
    }

    private static void change(PreparedStatement statement, int delta, int key) throws SQLException {
        statement.setInt(1, delta);
        statement.setInt(2, key);
        statement.executeUpdate();
    }
}
