package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.PostgresEndpoint;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * Measures how much one reader spends on a row: {@code SnapshotSpeed [rows] [repeats]}. The table has the columns and
 * the sizes of TPC-H's {@code lineitem} and a {@code bigint} key, 17 in all.
 */
final class SnapshotSpeed {

    private SnapshotSpeed() {}

    public static void main(String[] arguments) {
        long rows = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
        int repeats = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start();
                TestDatabase database = server.createDatabase()) {
            database.execute(
                    "CREATE TABLE lineitem (id bigint PRIMARY KEY, l_orderkey bigint NOT NULL, l_partkey bigint NOT NULL,"
                            + " l_suppkey bigint NOT NULL, l_linenumber int NOT NULL, l_quantity numeric(15,2) NOT NULL,"
                            + " l_extendedprice numeric(15,2) NOT NULL, l_discount numeric(15,2) NOT NULL,"
                            + " l_tax numeric(15,2) NOT NULL, l_returnflag char(1) NOT NULL, l_linestatus char(1) NOT NULL,"
                            + " l_shipdate date NOT NULL, l_commitdate date NOT NULL, l_receiptdate date NOT NULL,"
                            + " l_shipinstruct char(25) NOT NULL, l_shipmode char(10) NOT NULL,"
                            + " l_comment varchar(44) NOT NULL)",
                    "INSERT INTO lineitem SELECT i, i / 4, i * 7919 % 200000, i % 10000, (i % 4)::int + 1, i % 50 + 1,"
                            + " (i * 104729 % 10000000) / 100.0, (i % 11) / 100.0, (i % 9) / 100.0, 'N', 'O',"
                            + " date '1992-01-01' + (i % 2500)::int, date '1992-01-01' + (i % 2480)::int,"
                            + " date '1992-01-01' + (i % 2510)::int, 'DELIVER IN PERSON', 'TRUCK',"
                            + " 'carefully final deposits ' || i FROM generate_series(1::bigint, " + rows + ") i",
                    "VACUUM ANALYZE lineitem");
            PostgresOptions options = PostgresOptions.of(
                    PostgresEndpoint.of(
                            database.host(), database.port(), database.name(), database.user(), database::password),
                    "speed",
                    "speed",
                    List.of(TablePattern.regex("public\\.lineitem")));
            try (PostgresDatabase source = new PostgresDatabase(options)) {
                List<TableSchema> schemas = Sources.schemas(source);
                try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                    for (int i = 0; i < repeats; i++) {
                        measure(session);
                    }
                }
            }
        }
    }

    private static void measure(SnapshotSession session) {
        long[] seen = new long[2];
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long wall = System.nanoTime();
        for (SnapshotChunk chunk : session.chunks()) {
            session.read(chunk, (batch, bytes) -> {
                seen[0] += batch.rowCount();
                seen[1] += bytes;
            });
        }
        wall = System.nanoTime() - wall;
        cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
        System.out.printf(
                "%s: %d chunks, %d rows, %d MB; %d ns of client CPU and %d ns of wall time a row, %d rows/s%n",
                new TableId("public", "lineitem"),
                session.chunks().size(),
                seen[0],
                seen[1] >> 20,
                cpu / seen[0],
                wall / seen[0],
                seen[0] * 1_000_000_000L / wall);
    }
}
