package io.sluice.service.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.schema.TableId;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.lake.SourceLakeChecker;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.workload.TpcB;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The soak: clients of TPC-B without a pause, the packaged service killed at random moments and PostgreSQL restarted in
 * between. Afterwards source and lake are compared in full, and the four sums must agree in every cut.
 *
 * <p>System properties: {@code soak.kills} (100), {@code soak.restarts} (5), {@code soak.clients} (8), {@code
 * soak.accounts} (20000), {@code soak.pause-millis} between two transactions of a client (20), {@code
 * soak.seconds-between} two events at most (12), {@code soak.seed}, {@code soak.jar}.
 */
@Tag("slow")
class SoakIT {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String NAMESPACE = "soak";

    private enum Event {
        KILL,
        RESTART_OF_POSTGRES
    }

    @TempDir
    Path directory;

    @Test
    void noKillAndNoRestartEverShowsInAnyCut() throws IOException, InterruptedException {
        int kills = Integer.getInteger("soak.kills", 100);
        int restarts = Integer.getInteger("soak.restarts", 5);
        int clients = Integer.getInteger("soak.clients", 8);
        long seed = Long.getLong("soak.seed", new Random().nextLong());
        Random random = new Random(seed);
        long began = System.nanoTime();
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start();
                TestDatabase database = server.createDatabase();
                TpcB load = new TpcB(database, clients, Integer.getInteger("soak.accounts", 20_000))) {
            Path file = pipelineFile(database);
            load.start(clients, seed, Duration.ofMillis(Integer.getInteger("soak.pause-millis", 20)));
            try (ChildProcess service = service("run", file.toString(), "--port", "0", "--plain")) {
                for (Event event : schedule(kills, restarts, random)) {
                    if (random.nextInt(3) > 0) {
                        // Most lives see at least one cut; the others end anywhere, in the start too.
                        awaitCutAfter(lastCut());
                    }
                    pause(random);
                    assertThat(service.isAlive())
                            .as("the service ended by itself: %s", lastLines(service))
                            .isTrue();
                    if (event == Event.KILL) {
                        service.kill();
                        service.restart();
                    } else {
                        server.stop();
                        server.restart();
                    }
                }
                load.stop();
                // Before that the JVM's own handler would end it without an answer.
                service.awaitLine("API +http", LIMIT);
                service.terminate();
                assertThat(service.awaitExit(LIMIT)).as(lastLines(service)).isZero();
            }
            try (ChildProcess rest = service("run", file.toString(), "--port", "0", "--plain", "--until-caught-up")) {
                assertThat(rest.awaitExit(LIMIT)).as(lastLines(rest)).isZero();
            }
            Findings findings = examine(database);
            System.out.printf(
                    "soak: seed %d, %d s, %d clients, %d transactions (%d connections broke), %d kills, %d restarts of"
                            + " PostgreSQL, %d cuts (%d tagged), %d rows, %d differences%n",
                    seed,
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began),
                    clients,
                    load.committed(),
                    load.broken(),
                    kills,
                    restarts,
                    findings.cuts,
                    findings.tagged,
                    findings.rows,
                    findings.differences.size());
            assertThat(findings.differences).as("seed %d", seed).isEmpty();
            assertThat(findings.cuts).as("cuts, or nothing was tried").isGreaterThan(kills / 3);
        }
    }

    /** What a look at the whole lake found. */
    private record Findings(int cuts, int tagged, long rows, List<String> differences) {}

    private Findings examine(TestDatabase database) {
        List<String> differences = new ArrayList<>();
        Map<String, NavigableMap<Long, Long>> sums = new HashMap<>();
        NavigableSet<Long> cuts = new TreeSet<>();
        Set<String> tags = new TreeSet<>();
        long rows = 0;
        SourceLakeChecker checker = new SourceLakeChecker(database);
        try (LakeReader lake = lake()) {
            for (TpcB.Sum sum : TpcB.SUMS) {
                TableId sink = new TableId(NAMESPACE, sum.table());
                try {
                    checker.assertSame("SELECT * FROM public." + sum.table(), lake.table(sink));
                } catch (AssertionError e) {
                    differences.add(sum.table() + ": " + e.getMessage());
                }
                rows += lake.table(sink).rowCount();
                sums.put(sum.table(), lake.sums(sink, sum.column()));
                cuts.addAll(lake.cuts(sink));
                tags.addAll(lake.tags(sink));
            }
            for (String tag : tags) {
                for (TpcB.Sum sum : TpcB.SUMS) {
                    if (!lake.tags(new TableId(NAMESPACE, sum.table())).contains(tag)) {
                        differences.add("table " + sum.table() + " has no tag " + tag);
                    }
                }
            }
        }
        long last = database.queryLong("SELECT sum(bbalance) FROM pgbench_branches");
        for (long cut : cuts) {
            Map<String, Long> atCut = new HashMap<>();
            sums.forEach((table, byCut) -> {
                Map.Entry<Long, Long> state = byCut.floorEntry(cut);
                if (state != null) {
                    atCut.put(table, state.getValue());
                }
            });
            Set<Long> different = new TreeSet<>(atCut.values());
            if (different.size() > 1 || cut == cuts.last() && !different.equals(Set.of(last))) {
                differences.add("cut " + cut + ": " + atCut);
            }
        }
        return new Findings(cuts.size(), tags.size(), rows, differences);
    }

    /** 0 before there is one. */
    private long lastCut() {
        TableId table = new TableId(NAMESPACE, TpcB.SUMS.get(0).table());
        if (!Files.exists(directory.resolve("catalog.db"))) {
            return 0;
        }
        try (LakeReader lake = lake()) {
            NavigableSet<Long> cuts = lake.exists(table) ? lake.cuts(table) : new TreeSet<>();
            return cuts.isEmpty() ? 0 : cuts.last();
        }
    }

    private void awaitCutAfter(long cut) {
        Awaitility.await()
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions()
                .until(() -> lastCut() > cut);
    }

    private static List<Event> schedule(int kills, int restarts, Random random) {
        List<Event> events = new ArrayList<>(Collections.nCopies(kills, Event.KILL));
        events.addAll(Collections.nCopies(restarts, Event.RESTART_OF_POSTGRES));
        Collections.shuffle(events, random);
        return events;
    }

    private static void pause(Random random) throws InterruptedException {
        // A random moment is what this is about, so there is no condition to wait for.
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000 * Integer.getInteger("soak.seconds-between", 12)));
    }

    private ChildProcess service(String... arguments) {
        return ChildProcess.ofJar(Path.of(System.getProperty("soak.jar", "target/quarkus-app/quarkus-run.jar")))
                .jvmOptions("-Xmx512m", "--add-opens=java.base/java.nio=ALL-UNNAMED")
                .arguments(arguments)
                .directory(directory)
                .start();
    }

    private static String lastLines(ChildProcess process) {
        List<String> lines = process.output();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    private LakeReader lake() {
        return LakeReader.open("jdbc:sqlite:" + directory.resolve("catalog.db"), directory.resolve("warehouse"));
    }

    private Path pipelineFile(TestDatabase database) throws IOException {
        return Files.writeString(directory.resolve("soak.yaml"), """
                pipeline:
                  name: soak
                  commit-interval: 500ms
                  tag-interval: 10s
                  state-directory: '%1$s/state'
                source:
                  type: postgres
                  hostname: %2$s
                  port: %3$d
                  database-name: %4$s
                  username: %5$s
                  tables: public.pgbench_.*
                sink:
                  type: iceberg
                  namespace: %6$s
                  catalog:
                    type: jdbc
                    uri: 'jdbc:sqlite:%1$s/catalog.db'
                    warehouse: '%1$s/warehouse'
                """.formatted(
                        directory, database.host(), database.port(), database.name(), database.user(), NAMESPACE));
    }
}
