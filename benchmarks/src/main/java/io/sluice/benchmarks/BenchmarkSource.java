package io.sluice.benchmarks;

import io.sluice.service.demo.TpchLoader;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

/** A PostgreSQL server with one table of TPC-H line items, 17 columns wide with a key of one column. */
final class BenchmarkSource implements AutoCloseable {

    static final String TABLE = "lineitem";
    private static final String DATABASE = "bench";
    private static final Map<String, String> SETTINGS = Map.of(
            "shared_buffers", "512MB",
            "max_wal_size", "4GB",
            "checkpoint_timeout", "30min",
            "maintenance_work_mem", "512MB");

    private final EmbeddedPostgresServer server;
    private final TestDatabase database;
    private final long rows;

    private BenchmarkSource(EmbeddedPostgresServer server, TestDatabase database, long rows) {
        this.server = server;
        this.database = database;
        this.rows = rows;
    }

    /** Starts the server and fills the table, unless the kept data has it at this scale. */
    static BenchmarkSource open(Options options) throws SQLException, InterruptedException {
        EmbeddedPostgresServer server = options.data()
                .map(directory -> EmbeddedPostgresServer.startIn(directory, SETTINGS))
                .orElseGet(() -> EmbeddedPostgresServer.start(SETTINGS));
        try {
            TestDatabase admin = server.database("postgres");
            String name = DATABASE + "_" + Double.toString(options.scale()).replace('.', '_');
            TestDatabase database = server.database(name);
            // The comment is made last, so that a load that was broken off does not pass for a whole one.
            boolean loaded =
                    admin.queryLong("SELECT count(*) FROM pg_shdescription d JOIN pg_database b ON b.oid = d.objoid"
                                    + " WHERE datname = '" + name + "' AND description = 'loaded'")
                            == 1;
            if (!loaded) {
                database.close();
                server.createDatabase(name);
                long start = System.nanoTime();
                System.out.println("Loading TPC-H line items at scale " + options.scale() + " ...");
                new TpchLoader(database::connect, "public", options.scale(), 2).loadLineItemsWithId(TABLE);
                database.execute("CHECKPOINT", "COMMENT ON DATABASE \"" + name + "\" IS 'loaded'");
                System.out.printf("Loaded in %.0f s%n", (System.nanoTime() - start) / 1e9);
            }
            // Also brings the table into the operating system's cache, for the first contender as for the others.
            long rows = database.queryLong("SELECT count(*) FROM " + TABLE);
            return new BenchmarkSource(server, database, rows);
        } catch (SQLException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    TestDatabase database() {
        return database;
    }

    long rows() {
        return rows;
    }

    /** CPU time of the server's processes so far. */
    Duration serverCpu() {
        return ProcessUsage.ofTree(ProcessHandle.of(server.pid())
                .orElseThrow(() -> new IllegalStateException("The database server is gone: " + server.log())));
    }

    /** Removes what a contender left: replication slots and publications. */
    void cleanUp() {
        database.dropSlots();
        for (String publication : database.queryStrings("SELECT pubname FROM pg_publication")) {
            database.execute("DROP PUBLICATION \"" + publication + "\"");
        }
        database.execute("CHECKPOINT");
    }

    @Override
    public void close() {
        server.close();
    }
}
