package io.sluice.testkit.workload;

import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Random tables with random transforms, and random transactions on them: the same for the same seed, whatever the
 * timing. Several connections have transactions open at once, their statements interleaved; none waits for another.
 * One thread at a time; it may be another than the test's.
 */
public final class RandomWorkload implements AutoCloseable {

    private static final int CONNECTIONS = 3;

    private final long seed;
    private final TestDatabase database;
    private final Set<Feature> features;
    private final Random random;
    private final RandomValues values;
    private final List<TableModel> models = new ArrayList<>();
    private final List<TransformedTable> tables = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();

    /** What a workload may contain beyond rows that come, change and go. */
    public enum Feature {
        /** TRUNCATE, rarely; it waits for readers of the table for 10 seconds and is given up then. */
        TRUNCATE,
        /** One table at most without a key, with REPLICA IDENTITY FULL. */
        KEYLESS_TABLE,
        /** Savepoints, and rollbacks to them. */
        SAVEPOINTS,
        /** Values beside the key that have no place in a lake, and expressions that fail on a row, in tables with a key. */
        REFUSED_ROWS
    }

    private RandomWorkload(long seed, TestDatabase database, Set<Feature> features) {
        this.seed = seed;
        this.database = database;
        this.features = EnumSet.copyOf(features);
        this.random = new Random(seed);
        this.values = new RandomValues(random);
    }

    /** A workload with all features but refused rows; see {@link #create(long, TestDatabase, Set)}. */
    public static RandomWorkload create(long seed, TestDatabase database) {
        return create(seed, database, EnumSet.complementOf(EnumSet.of(Feature.REFUSED_ROWS)));
    }

    /**
     * Makes 2 to 4 tables with up to 150 rows each in an empty database and prints the seed.
     *
     * @throws IllegalStateException when the database refuses a statement
     */
    public static RandomWorkload create(long seed, TestDatabase database, Set<Feature> features) {
        RandomWorkload workload = new RandomWorkload(seed, database, features);
        try {
            workload.createTables();
        } catch (SQLException e) {
            workload.close();
            throw new IllegalStateException("Seed " + seed + ": " + e.getMessage(), e);
        }
        // A test that fails must tell how to run it again, whatever logging is set up.
        System.out.println(workload);
        return workload;
    }

    /** What the workload's random choices are made from. */
    public long seed() {
        return seed;
    }

    /** The tables with their transforms. */
    public List<TransformedTable> tables() {
        return List.copyOf(tables);
    }

    /**
     * Runs transactions to their end, about one in eight of them rolled back.
     *
     * @param count how many, 0 or more
     * @throws IllegalStateException when the database refuses a statement
     */
    public void runTransactions(int count) {
        List<OpenTransaction> open = new ArrayList<>();
        List<Connection> free = new ArrayList<>(connections);
        List<Connection> used = new ArrayList<>();
        int begun = 0;
        try {
            while (begun < count || !open.isEmpty()) {
                boolean begin = begun < count && !free.isEmpty() && (open.isEmpty() || random.nextInt(4) == 0);
                if (begin) {
                    Connection connection = free.remove(0);
                    open.add(new OpenTransaction(connection, random, values, models, features));
                    used.add(connection);
                    begun++;
                } else {
                    int next = random.nextInt(open.size());
                    if (open.get(next).step()) {
                        open.remove(next);
                        free.add(used.remove(next));
                    }
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Seed " + seed + ": " + e.getMessage(), e);
        }
    }

    /** A position that covers every transaction run so far. Call it when no other thread is running any. */
    public LogSequenceNumber position() {
        return database.currentPosition();
    }

    /** Closes the connections; the tables stay. */
    @Override
    public void close() {
        for (Connection connection : connections) {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new IllegalStateException("Cannot close a connection", e);
            }
        }
        connections.clear();
    }

    /** The seed, the tables and their transforms. */
    @Override
    public String toString() {
        return "Random workload, seed " + seed + "L\n"
                + tables.stream()
                        .map(table -> "  " + table.definition() + "\n    SELECT " + table.projection()
                                + table.filter()
                                        .map(filter -> " WHERE " + filter)
                                        .orElse(""))
                        .collect(Collectors.joining("\n"));
    }

    private void createTables() throws SQLException {
        for (int i = 0; i < CONNECTIONS; i++) {
            Connection connection = database.connect();
            connections.add(connection);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET lock_timeout = '10s'");
            }
            connection.setAutoCommit(false);
        }
        RandomTable.TYPES.forEach(database::execute);
        int count = 2 + random.nextInt(3);
        int keyless = features.contains(Feature.KEYLESS_TABLE) && random.nextInt(3) > 0 ? 1 + random.nextInt(count) : 0;
        for (int number = 1; number <= count; number++) {
            int keyWidth = number == keyless ? 0 : random.nextInt(3) > 0 ? 1 : 2 + random.nextInt(2);
            RandomTable table = RandomTable.create(random, number, keyWidth);
            if (features.contains(Feature.REFUSED_ROWS) && keyWidth > 0) {
                table = table.spoilt();
            }
            table.statements().forEach(database::execute);
            TableModel model = new TableModel(table);
            models.add(model);
            boolean failing = features.contains(Feature.REFUSED_ROWS) && keyWidth > 0;
            RandomTransform transform = new RandomTransform(random, table);
            tables.add(failing ? transform.createFailing() : transform.create());
            int rows = random.nextInt(15) == 0 ? 0 : 1 + random.nextInt(150);
            OpenTransaction.fill(connections.get(0), random, values, model, rows);
        }
    }
}
