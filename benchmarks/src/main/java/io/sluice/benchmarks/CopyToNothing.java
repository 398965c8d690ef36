package io.sluice.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** {@code COPY ... (FORMAT binary)} over one or more connections; the bytes are received and dropped. */
public final class CopyToNothing {

    private CopyToNothing() {}

    /**
     * Reads a table.
     *
     * @param arguments host, port, database, user, password, table, number of connections
     */
    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:postgresql://" + arguments[0] + ":" + arguments[1] + "/" + arguments[2];
        String table = arguments[5];
        int connections = Integer.parseInt(arguments[6]);
        List<Callable<Long>> tasks = new ArrayList<>();
        for (String sql : statements(url, arguments[3], arguments[4], table, connections)) {
            tasks.add(() -> copy(url, arguments[3], arguments[4], sql));
        }
        ExecutorService executor = Executors.newFixedThreadPool(connections);
        long rows = 0;
        try {
            for (Future<Long> task : executor.invokeAll(tasks)) {
                rows += task.get();
            }
        } finally {
            executor.shutdownNow();
        }
        System.out.println(JavaContender.ROWS + rows);
    }

    /** The whole table at once, or equal ranges of its pages. */
    private static List<String> statements(String url, String user, String password, String table, int connections)
            throws SQLException {
        if (connections == 1) {
            return List.of("COPY " + table + " TO STDOUT (FORMAT binary)");
        }
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT pg_relation_size('" + table + "') / current_setting('block_size')::int")) {
            result.next();
            long pages = result.getLong(1);
            List<String> statements = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                String from = " WHERE ctid >= '(" + pages * i / connections + ",0)'";
                String to = i == connections - 1 ? "" : " AND ctid < '(" + pages * (i + 1) / connections + ",0)'";
                statements.add("COPY (SELECT * FROM " + table + from + to + ") TO STDOUT (FORMAT binary)");
            }
            return statements;
        }
    }

    private static long copy(String url, String user, String password, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
            while (copy.readFromCopy() != null) {
                // The next piece.
            }
            return copy.getHandledRowCount();
        }
    }
}
