package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.schema.TableId;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.workload.TransformedTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process is killed with SIGKILL again and again in one table's first load, while the table changes. No kill costs
 * more than one chunk per reader, readers of the lake see nothing until the table is whole, and it is right then.
 */
class KilledLoadIT {

    private static final int READERS = 2;
    private static final String SETTINGS =
            "snapshot-parallelism: " + READERS + "\nsnapshot-chunk-size: 1MiB\ncommit-max-rows: 100";

    @TempDir
    Path directory;

    @Test
    void aKillInALoadCostsAtMostAChunkPerReader() throws InterruptedException {
        killInLoad(3, 12_000);
    }

    @Test
    @Tag("slow")
    void twentyKillsInOneLoadCostAtMostAChunkPerReaderEach() throws InterruptedException {
        killInLoad(20, 60_000);
    }

    private void killInLoad(int kills, int rows) throws InterruptedException {
        long seed = Long.getLong("law.seed", new Random().nextLong());
        Random random = new Random(seed);
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase()) {
            fill(database, rows);
            LawHarness law = new LawHarness(database, tables(), directory, SETTINGS);
            List<Set<String>> runs = new ArrayList<>();
            AtomicBoolean writing = new AtomicBoolean(true);
            Thread writer = new Thread(() -> write(database, rows, seed, writing), "writer");
            writer.start();
            try (ChildProcess process = ChildProcess.of(WitnessedMain.class)
                    .jvmOptions("-Xmx512m")
                    .arguments(law.file().toString())
                    .start()) {
                for (int kill = 0; kill <= kills; kill++) {
                    if (kill == kills) {
                        process.awaitLine(".*HandedOver.*", LawHarness.LIMIT);
                    } else {
                        int chunks = 1 + random.nextInt(READERS + 2);
                        Awaitility.await()
                                .atMost(LawHarness.LIMIT)
                                .pollInterval(Duration.ofMillis(2))
                                .until(() -> reads(process).size() >= chunks || !process.isAlive());
                        assertThat(reads(process))
                                .as("chunks read by %s", process.output())
                                .hasSizeGreaterThanOrEqualTo(chunks);
                        assertThat(process.output()).noneMatch(line -> line.contains("TablePublished"));
                    }
                    if (kill < kills) {
                        process.kill();
                        assertNothingIsVisible(law);
                    }
                    runs.add(Set.copyOf(reads(process)));
                    if (kill < kills) {
                        process.restart();
                    }
                }
                writing.set(false);
                writer.join();
                process.kill();
            } finally {
                writing.set(false);
            }
            law.catchUp();
            law.assertLakeEqualsSource();

            Set<String> read = new HashSet<>();
            int again = 0;
            for (int run = 0; run < runs.size(); run++) {
                Set<String> repeated = new HashSet<>(runs.get(run));
                repeated.retainAll(read);
                assertThat(repeated)
                        .as("chunks that run %d reads again, seed %d", run, seed)
                        .hasSizeLessThanOrEqualTo(READERS);
                again += repeated.size();
                read.addAll(runs.get(run));
            }
            System.out.printf("%d kills, %d chunks, %d read again, seed %d%n", kills, read.size(), again, seed);
            assertThat(database.queryLong(
                            "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                    .isOne();
        }
    }

    private static List<String> reads(ChildProcess process) {
        return process.output().stream()
                .filter(line -> line.startsWith("READS public.big"))
                .toList();
    }

    private static void assertNothingIsVisible(LawHarness law) {
        try (LakeReader lake = law.lake()) {
            assertThat(lake.table("law.big").property("sluice.phase")).contains("SNAPSHOT");
            assertThat(lake.table("law.big").snapshotId()).isEmpty();
        }
    }

    private static void fill(TestDatabase database, int rows) {
        database.execute(
                "CREATE TABLE big (id int8 PRIMARY KEY, n int4, filler text, body text)",
                "ALTER TABLE big ALTER body SET STORAGE EXTERNAL",
                "INSERT INTO big SELECT i, i % 10, repeat('x', 900),"
                        + " CASE WHEN i % 50 = 0 THEN repeat('y', 5000 + i % 7) END FROM generate_series(1, " + rows
                        + ") i",
                "CREATE TABLE small (id int8 PRIMARY KEY, note text)",
                "INSERT INTO small SELECT i, 'note ' || i FROM generate_series(1, 10) i",
                "CREATE TABLE keyless (kind text, amount int4)",
                "ALTER TABLE keyless REPLICA IDENTITY FULL",
                "INSERT INTO keyless SELECT 'k' || i % 3, i % 5 FROM generate_series(1, 50) i",
                "VACUUM ANALYZE");
    }

    private static List<TransformedTable> tables() {
        return List.of(
                table("big", "id, n, filler, body, n * 2 AS twice", Optional.of("n <> 3"), List.of("id")),
                table("small", "*", Optional.empty(), List.of("id")),
                table("keyless", "*", Optional.empty(), List.of()));
    }

    private static TransformedTable table(
            String name, String projection, Optional<String> filter, List<String> keyColumns) {
        return new TransformedTable(
                new TableId("public", name),
                projection,
                filter,
                "SELECT " + projection + " FROM " + name
                        + filter.map(condition -> " WHERE " + condition).orElse(""),
                keyColumns,
                name);
    }

    /** Updates that move rows, in and out of the filter, with and without the large text; deletes and inserts. */
    private static void write(TestDatabase database, int rows, long seed, AtomicBoolean goOn) {
        Random random = new Random(seed);
        long next = rows;
        while (goOn.get()) {
            List<String> statements = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                long id = 1 + random.nextInt(rows);
                long fifty = 50 * (1 + id / 50);
                switch (random.nextInt(6)) {
                    case 0 -> statements.add("UPDATE big SET n = n + 1 WHERE id = " + id);
                    case 1 -> statements.add("UPDATE big SET filler = 'moved' || n WHERE id = " + fifty);
                    case 2 -> statements.add("UPDATE big SET n = 3 WHERE id IN (" + id + ", " + fifty + ")");
                    case 3 -> statements.add("DELETE FROM big WHERE id = " + id);
                    case 4 ->
                        statements.add("INSERT INTO big VALUES (" + ++next + ", 1, 'new', repeat('z', "
                                + random.nextInt(9000) + "))");
                    default -> {
                        statements.add("UPDATE big SET body = repeat('w', 4000) WHERE id = " + id);
                        statements.add(
                                "UPDATE keyless SET amount = amount + 1 WHERE kind = 'k" + random.nextInt(3) + "'");
                        statements.add("UPDATE small SET note = 'at " + id + "' WHERE id = " + (1 + id % 10));
                    }
                }
            }
            database.inTransaction(statements.toArray(String[]::new));
            Awaitility.await().pollDelay(Duration.ofMillis(10)).until(() -> true);
        }
    }
}
