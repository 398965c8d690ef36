package io.sluice.service.demo;

import io.trino.tpch.LineItem;
import io.trino.tpch.TpchEntity;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Fills TPC-H tables in PostgreSQL through COPY, several connections at once, with the rows of {@code
 * io.trino.tpch}: the same for the same scale, apart from the wording of comments, which come from a smaller pool of
 * text than TPC-H's own. At scale 1 {@code lineitem} has 6,001,215 rows; the others follow.
 */
public final class TpchLoader {

    private static final int BUFFER_BYTES = 1 << 16;

    private final ConnectionSource connections;
    private final String schema;
    private final int threads;
    private final TpchRows rows;

    /**
     * A loader.
     *
     * @param connections gives a new connection at each call, from any thread
     * @param schema where the tables are made; must exist
     * @param scale TPC-H's scale factor, above 0; 0.01 gives 60 thousand line items
     * @param threads connections that load at once, at least 1
     */
    public TpchLoader(ConnectionSource connections, String schema, double scale, int threads) {
        if (!(scale > 0) || threads < 1) {
            throw new IllegalArgumentException(
                    "Expected a scale above 0 and at least 1 thread, got " + scale + " and " + threads);
        }
        this.connections = connections;
        this.schema = schema;
        this.threads = threads;
        this.rows = new TpchRows(scale);
    }

    /** Opens connections in auto-commit mode as a user that may create tables. */
    @FunctionalInterface
    public interface ConnectionSource {
        /** A new connection; the caller closes it. */
        Connection open() throws SQLException;
    }

    /** What the tables get besides their rows. */
    public enum Constraint {
        /** Primary keys. */
        PRIMARY_KEYS,
        /** Foreign keys; they need the primary keys. */
        FOREIGN_KEYS
    }

    /** The names of the tables, referenced ones first. */
    public static List<String> tables() {
        return Arrays.stream(TpchTableDefinition.values())
                .map(TpchTableDefinition::table)
                .toList();
    }

    /**
     * Makes all eight tables, fills them, adds the constraints and analyses them.
     *
     * @return the number of rows of all tables
     * @throws SQLException when the database refuses; what was done before stays
     * @throws InterruptedException when the thread is interrupted
     */
    public long load(Constraint... constraints) throws SQLException, InterruptedException {
        return load(tables(), constraints);
    }

    /**
     * Makes some of the tables, fills them, adds the constraints and analyses them.
     *
     * @param names some of {@link #tables}; foreign keys need the tables that they reference
     * @return the number of rows of these tables
     * @throws SQLException when the database refuses; what was done before stays
     * @throws InterruptedException when the thread is interrupted
     */
    public long load(List<String> names, Constraint... constraints) throws SQLException, InterruptedException {
        Set<Constraint> wanted =
                constraints.length == 0 ? EnumSet.noneOf(Constraint.class) : EnumSet.copyOf(Arrays.asList(constraints));
        List<TpchTableDefinition> tables = Arrays.stream(TpchTableDefinition.values())
                .filter(table -> names.contains(table.table()))
                .toList();
        if (tables.size() != names.size()) {
            throw new IllegalArgumentException("Expected some of " + tables() + ", got " + names);
        }
        long loaded = 0;
        for (TpchTableDefinition table : tables) {
            String name = qualified(table.table());
            execute("CREATE TABLE " + name + " (" + table.columns() + ")");
            loaded += copy(name, table, TpchLoader::line);
            if (wanted.contains(Constraint.PRIMARY_KEYS)) {
                execute("ALTER TABLE " + name + " ADD PRIMARY KEY (" + table.key() + ")");
            }
            execute("ANALYZE " + name);
        }
        if (wanted.contains(Constraint.FOREIGN_KEYS)) {
            for (TpchTableDefinition table : tables) {
                for (String foreignKey : table.foreignKeys()) {
                    execute(
                            "SET search_path TO " + quoted(schema),
                            "ALTER TABLE " + qualified(table.table()) + " ADD " + foreignKey);
                }
            }
        }
        return loaded;
    }

    /**
     * Makes and fills one table like {@code lineitem} but with 17 columns: a {@code bigint} primary key {@code l_id}
     * comes first. For measurements of single wide tables.
     *
     * @param table the table's name
     * @return the number of rows
     * @throws SQLException when the database refuses
     * @throws InterruptedException when the thread is interrupted
     */
    public long loadLineItemsWithId(String table) throws SQLException, InterruptedException {
        String name = qualified(table);
        execute("CREATE TABLE " + name + " (l_id bigint NOT NULL, " + TpchTableDefinition.LINEITEM.columns() + ")");
        long loaded =
                copy(name, TpchTableDefinition.LINEITEM, row -> TpchRows.lineItemId((LineItem) row) + "|" + line(row));
        // Hint bits and the visibility map are written once, so that a later measurement does not pay for them.
        execute("ALTER TABLE " + name + " ADD PRIMARY KEY (l_id)", "VACUUM (ANALYZE) " + name);
        return loaded;
    }

    private long copy(String name, TpchTableDefinition table, Function<TpchEntity, String> line)
            throws SQLException, InterruptedException {
        int parts = TpchRows.divisible(table) ? threads : 1;
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int part = 1; part <= parts; part++) {
            int number = part;
            tasks.add(() -> copyPart(name, rows.rows(table, number, parts), line));
        }
        ExecutorService executor = Executors.newFixedThreadPool(parts);
        try {
            long loaded = 0;
            for (Future<Long> task : executor.invokeAll(tasks)) {
                loaded += task.get();
            }
            return loaded;
        } catch (ExecutionException e) {
            throw new SQLException("Cannot fill " + name, e.getCause());
        } finally {
            executor.shutdownNow();
        }
    }

    private long copyPart(String name, Iterable<? extends TpchEntity> part, Function<TpchEntity, String> line)
            throws SQLException {
        try (Connection connection = connections.open()) {
            CopyIn copy = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + name + " FROM STDIN (DELIMITER '|')");
            try {
                StringBuilder buffer = new StringBuilder(BUFFER_BYTES + 1024);
                for (TpchEntity row : part) {
                    buffer.append(line.apply(row)).append('\n');
                    if (buffer.length() >= BUFFER_BYTES) {
                        flush(buffer, copy);
                    }
                }
                flush(buffer, copy);
                return copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        }
    }

    private static void flush(StringBuilder buffer, CopyIn copy) throws SQLException {
        byte[] bytes = buffer.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        buffer.setLength(0);
    }

    /** The generator's own line ends with a separator that COPY would take for one more column. */
    private static String line(TpchEntity row) {
        String line = row.toLine();
        return line.substring(0, line.length() - 1);
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = connections.open();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private String qualified(String table) {
        return quoted(schema) + "." + quoted(table);
    }

    private static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
