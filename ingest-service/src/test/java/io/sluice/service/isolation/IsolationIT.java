package io.sluice.service.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PipelineConfigReader;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.service.observe.Observations;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.ProcessBudget;
import io.sluice.service.runtime.TableStatus;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.lake.SourceLakeChecker;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines of one process, one of which floods and hangs, and one of which fails again and again. */
@ExtendWith(PostgresExtension.class)
class IsolationIT {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int READERS = 3;
    private static final long MEMORY = 64L << 20;

    @TempDir
    Path directory;

    private final ProcessBudget budget = new ProcessBudget(READERS, MEMORY);

    @Test
    void a_load_that_hangs_and_a_pipeline_that_fails_do_not_hold_the_others_up(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE steady (id bigint PRIMARY KEY, n int)",
                "INSERT INTO steady SELECT i, 0 FROM generate_series(1, 100) i",
                "CREATE TABLE late AS SELECT i AS id, 'late ' || i AS name FROM generate_series(1, 1000) i",
                "ALTER TABLE late ADD PRIMARY KEY (id)",
                "CREATE TABLE flood_a AS SELECT i AS id, repeat('a', 200) AS name FROM generate_series(1, 100000) i",
                "CREATE TABLE flood_b AS SELECT i AS id, repeat('b', 200) AS name FROM generate_series(1, 100000) i",
                "ALTER TABLE flood_a ADD PRIMARY KEY (id)",
                "ALTER TABLE flood_b ADD PRIMARY KEY (id)",
                "ANALYZE");
        try (Pipeline steady = pipeline(database, "steady", database.port());
                Pipeline broken = pipeline(database, "broken", 1);
                Pipeline flood = pipeline(database, "flood", database.port());
                Pipeline late = pipeline(database, "late", database.port())) {
            steady.start(Pipeline.RunMode.UNTIL_STOPPED);
            awaitStreaming(steady);
            late.start(Pipeline.RunMode.UNTIL_STOPPED);
            awaitStreaming(late);
            late.stop();
            assertThat(late.awaitEnd(LIMIT)).isTrue();
            broken.start(Pipeline.RunMode.UNTIL_STOPPED);
            Awaitility.await().atMost(LIMIT).until(() -> broken.status().state() == PipelineState.RETRYING);
            flood.start(Pipeline.RunMode.UNTIL_STOPPED);
            Awaitility.await()
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> flood.status().phase() == PipelinePhase.SNAPSHOT && rows(flood, "flood_") > 0);
            Set<Long> stopped = new TreeSet<>();
            try {
                // Its server processes stand still, so every reader that has a turn hangs in it.
                Awaitility.await()
                        .atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> {
                            long before = rows(flood, "flood_");
                            boolean more = stopped.addAll(stop(database, "flood", stopped));
                            return !more && budget.turnsUsed() == READERS - 1 && rows(flood, "flood_") == before;
                        });
                assertThat(rows(flood, "flood_")).as("rows read before").isLessThan(200_000);
                database.execute(
                        "CREATE TABLE late_b AS SELECT i AS id FROM generate_series(1, 1000) i",
                        "ALTER TABLE late_b ADD PRIMARY KEY (id)");
                late.start(Pipeline.RunMode.UNTIL_STOPPED);
                Awaitility.await().atMost(LIMIT).until(() -> isStreaming(late, "late_b"));
                assertThat(rows(late, "late_b")).isEqualTo(1000);
                for (int round = 1; round <= 5; round++) {
                    database.execute(
                            "UPDATE steady SET n = n + 1", "UPDATE late SET name = 'round' WHERE id = " + round);
                    LogSequenceNumber position = database.currentPosition();
                    awaitPublished(steady, position);
                    awaitPublished(late, position);
                }
                assertThat(flood.status().phase()).isEqualTo(PipelinePhase.SNAPSHOT);
                assertThat(budget.turnsUsed()).isEqualTo(READERS - 1);
                assertThat(broken.status().state()).isIn(PipelineState.RETRYING, PipelineState.STARTING);
                // One keeps the snapshot, one the slot, one looks around; beside them the readers.
                assertThat(connections(database, "flood")).isLessThanOrEqualTo(READERS - 1 + 3);
                assertThat(budget.memoryGranted()).isLessThanOrEqualTo(MEMORY);
            } finally {
                for (long pid : stopped) {
                    signal("CONT", pid);
                }
            }
            awaitStreaming(flood);
            assertThat(budget.turnsUsed()).isZero();
        }
        assertThat(budget.memoryGranted()).isZero();
        Awaitility.await().atMost(LIMIT).until(() -> connections(database, "") == 0);
        try (LakeReader lake = LakeReader.open(uri("flood"), directory.resolve("flood/warehouse"))) {
            for (String table : new String[] {"flood_a", "flood_b"}) {
                new SourceLakeChecker(database).assertSame("SELECT * FROM " + table, lake.table("shop." + table));
            }
        }
    }

    /** Stops a pipeline's processes at the server, as a server that hangs. */
    private static Set<Long> stop(TestDatabase database, String pipeline, Set<Long> known) throws Exception {
        Set<Long> found = new TreeSet<>();
        for (String pid : database.queryStrings("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'sluice%"
                + pipeline + "%' AND datname = current_database()")) {
            if (!known.contains(Long.parseLong(pid))) {
                signal("STOP", Long.parseLong(pid));
                found.add(Long.parseLong(pid));
            }
        }
        return found;
    }

    private static void signal(String name, long pid) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
    }

    private static long connections(TestDatabase database, String pipeline) {
        return database.queryLong("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'sluice%"
                + pipeline + "%' AND datname = current_database()");
    }

    private static long rows(Pipeline pipeline, String table) {
        return pipeline.status().tables().stream()
                .filter(one -> one.source().startsWith("public." + table))
                .mapToLong(TableStatus::rowsRead)
                .sum();
    }

    private static boolean isStreaming(Pipeline pipeline, String table) {
        return pipeline.status().tables().stream()
                .anyMatch(one -> one.source().endsWith("." + table) && one.phase() == PipelinePhase.STREAMING);
    }

    private static void awaitStreaming(Pipeline pipeline) {
        Awaitility.await().atMost(LIMIT).until(() -> {
            assertThat(pipeline.status().state())
                    .as("with failure %s", pipeline.status().error())
                    .isNotEqualTo(PipelineState.FAILED);
            return pipeline.status().phase() == PipelinePhase.STREAMING;
        });
    }

    private static void awaitPublished(Pipeline pipeline, LogSequenceNumber position) {
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> pipeline.status()
                        .position()
                        .map(LogSequenceNumber::parse)
                        .filter(reached -> reached.covers(position))
                        .isPresent());
    }

    private String uri(String name) {
        return "jdbc:sqlite:" + directory.resolve(name + ".db");
    }

    private Pipeline pipeline(TestDatabase database, String name, int port) {
        String yaml = """
                pipeline:
                  name: %1$s
                  commit-interval: 200ms
                  snapshot-parallelism: 8
                  snapshot-chunk-size: 1MiB
                  state-directory: "%2$s/state"
                source:
                  type: postgres
                  hostname: %3$s
                  port: %4$d
                  database-name: %5$s
                  username: %6$s
                  slot-name: %1$s_%5$s
                  publication-name: %1$s_%5$s
                  tables: public.%1$s.*
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: jdbc
                    uri: "%7$s"
                    warehouse: "%2$s/warehouse"
                """.formatted(
                name, directory.resolve(name), database.host(), port, database.name(), database.user(), uri(name));
        return PipelineAssembly.of(PipelineConfigReader.ofProcess().read(name, yaml), budget)
                .pipeline(
                        event -> {},
                        Clock.systemUTC(),
                        new Observations(Clock.systemUTC(), Duration.ofDays(1)).of(name));
    }
}
