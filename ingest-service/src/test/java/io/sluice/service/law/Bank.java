package io.sluice.service.law;

import io.sluice.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/**
 * Three tables whose sums agree in every state: each transfer changes an account, adds an entry and adds a row to a
 * table without a key. Some transfers are taken back, and some rows have values so large that the log leaves them out.
 */
final class Bank {

    /** The last one has no key. */
    static final List<String> TABLES = List.of("account", "entry", "audit");

    /** Not of the bank's: a table whose columns change, so that it stops. */
    static final String MEMO = "memo";

    /** Not of the bank's: a table in which some rows have no place in the lake, and others come to it. */
    static final String FAULTS = "faults";

    /** What the lake has of {@link #FAULTS}. */
    static final String FAULTS_PROJECTION = "id, amount, doc, 100 / n AS share";

    private static final String FAULTY = "amount = 'NaN' OR n = 0";

    private final TestDatabase database;
    private final Random random = new Random(5);
    private int entries;

    Bank(TestDatabase database) {
        this.database = database;
        database.execute(
                "CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL, note text)",
                "ALTER TABLE account ALTER note SET STORAGE EXTERNAL",
                "CREATE TABLE entry (id int PRIMARY KEY, account int NOT NULL, delta bigint NOT NULL)",
                "CREATE TABLE audit (account int NOT NULL, delta bigint NOT NULL)",
                "ALTER TABLE audit REPLICA IDENTITY FULL",
                "CREATE TABLE memo (id int PRIMARY KEY, text text)",
                "CREATE TABLE faults (id int PRIMARY KEY, amount numeric(10,2) NOT NULL, n int NOT NULL, doc text)",
                "INSERT INTO faults SELECT i, CASE i % 4 WHEN 1 THEN 'NaN'::numeric ELSE i END, CASE i % 5 WHEN 1 THEN 0 ELSE 1 END,"
                        + " 'fault ' || i FROM generate_series(1, 20) i",
                "INSERT INTO memo SELECT i, 'memo ' || i FROM generate_series(1, 5) i",
                "INSERT INTO account SELECT i, 0, repeat('note ' || i, 800) FROM generate_series(1, 20) i");
        transfers(10);
    }

    TestDatabase database() {
        return database;
    }

    /** Each in a transaction of its own. */
    void transfers(int count) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < count; i++) {
                int account = 1 + random.nextInt(20);
                int delta = random.nextInt(100) - 50;
                statement.execute("UPDATE account SET balance = balance + " + delta + " WHERE id = " + account);
                statement.execute("INSERT INTO entry VALUES (" + entries + ", " + account + ", " + delta + ")");
                statement.execute("INSERT INTO audit VALUES (" + account + ", " + delta + ")");
                if (i % 3 == 2) {
                    takeBack(statement, entries - 1);
                }
                entries++;
                fault(statement, i);
                connection.commit();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The rows of {@link #FAULTS} that have a place in the lake, as a query for what it has of them. */
    static String faultless() {
        return "SELECT " + FAULTS_PROJECTION + " FROM public.faults WHERE NOT (" + FAULTY + ")";
    }

    /** The others, as the dead letters name them. */
    List<String> faulty() {
        return database.queryStrings("SELECT 'id=' || id FROM faults WHERE " + FAULTY);
    }

    /**
     * Rows lose their place in the lake, come to it, move, and go. None is so large that it would be read again: a cut with
     * such a row cannot be completed at its own position.
     */
    private void fault(Statement statement, int step) throws SQLException {
        String some = " WHERE id = (SELECT id FROM faults ORDER BY id OFFSET " + random.nextInt(15) + " LIMIT 1)";
        String next = "(SELECT max(id) + 1 FROM faults)";
        if (step == 0) {
            statement.execute("INSERT INTO faults VALUES (" + next + ", 'NaN', 1, 'new')");
        }
        switch (step % 5) {
            case 0 ->
                statement.execute(
                        "UPDATE faults SET amount = CASE WHEN amount = 'NaN' THEN 1 ELSE 'NaN'::numeric END" + some);
            case 1 -> statement.execute("UPDATE faults SET n = 1 - n" + some);
            case 2 -> statement.execute("UPDATE faults SET id = " + next + some);
            case 3 -> statement.execute("DELETE FROM faults" + some);
            default ->
                statement.execute("INSERT INTO faults VALUES (" + next + ", 1, " + random.nextInt(2) + ", 'new')");
        }
    }

    private static void takeBack(Statement statement, int entry) throws SQLException {
        statement.execute("UPDATE account a SET balance = balance - e.delta FROM entry e WHERE e.id = " + entry
                + " AND a.id = e.account");
        statement.execute("DELETE FROM audit WHERE ctid = (SELECT min(x.ctid) FROM audit x JOIN entry e"
                + " ON e.account = x.account AND e.delta = x.delta WHERE e.id = " + entry + ")");
        statement.execute("DELETE FROM entry WHERE id = " + entry);
    }
}
