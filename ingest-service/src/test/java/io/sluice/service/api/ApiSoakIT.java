package io.sluice.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.service.packaged.PackagedSluice;
import io.sluice.service.security.ApiTokens;
import io.sluice.service.security.Caller;
import io.sluice.service.security.Role;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many clients ask one packaged service for everything, while its pipelines run, are replaced, and lose their connections:
 * every answer is as described, what the lake has is what the source has, and the service ends with what it began with.
 *
 * <p>System properties: {@code soak.api-seconds} (3600), {@code soak.api-clients} (20), {@code soak.seed}.
 */
@Tag("slow")
@ExtendWith(PostgresExtension.class)
class ApiSoakIT {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String PIPELINES = "/api/v1/pipelines";
    private static final String ADMIN = ApiTokens.PREFIX + "of-the-admin-in-this-test";
    private static final int COUNT = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final Map<String, Integer> answers = new ConcurrentSkipListMap<>();

    @Test
    void an_hour_of_mixed_requests_leaves_nothing_wrong_and_nothing_behind(TestDatabase database) throws Exception {
        long seconds = Long.getLong("soak.api-seconds", 3_600);
        int clients = Integer.getInteger("soak.api-clients", 20);
        long seed = Long.getLong("soak.seed", System.nanoTime());
        System.out.println("Seed of the mixed requests: " + seed);
        for (int number = 0; number < COUNT; number++) {
            database.execute(
                    "CREATE TABLE t" + number + " (id bigint PRIMARY KEY, n bigint, note text)",
                    "INSERT INTO t" + number + " SELECT i, 0, 'note ' || i FROM generate_series(1, 2000) i");
        }
        try (ChildProcess service = service()) {
            String url =
                    service.awaitLine("API +(http\\S+)/api/v1/pipelines", LIMIT).group(1);
            DescribedApi api = new DescribedApi(url, ADMIN);
            // What is loaded and cached once is there when the first figures are taken.
            mix(api, database, service, clients, seconds / 4, seed);
            ServiceFigures before = settle(api, database, service);
            mix(api, database, service, clients, seconds, seed + 1_000);
            ServiceFigures after = settle(api, database, service);
            System.out.printf("%d s, %d clients: %s%nbefore %s%nafter  %s%n", seconds, clients, answers, before, after);

            assertThat(after.liveBytes()).as("live heap").isLessThan(before.liveBytes() * 5 / 4 + (16 << 20));
            assertThat(after.pipelineThreads()).as("threads of pipelines").isZero();
            // The server's pool grows to as many as were asked at once.
            assertThat(after.threads()).as("threads").isLessThanOrEqualTo(before.threads() + clients);
            assertThat(after.files()).as("open files").isLessThanOrEqualTo(before.files() + 16);
            assertThat(after.connections()).as("connections").isZero();
            assertThat(service.output())
                    .noneMatch(line -> line.contains("A request to") || line.contains("OutOfMemory"));
        }
    }

    private void mix(
            DescribedApi api, TestDatabase database, ChildProcess service, int clients, long seconds, long seed)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        ExecutorService executor = Executors.newCachedThreadPool();
        try {
            CompletionService<Void> all = new ExecutorCompletionService<>(executor);
            for (int client = 0; client < clients; client++) {
                Random random = new Random(seed + client);
                all.submit(client(api, database, random, deadline));
            }
            all.submit(() -> write(database, new Random(seed - 1), deadline));
            all.submit(() -> kill(database, deadline));
            for (int ended = 0; ended < clients + 2; ended++) {
                all.take().get();
            }
        } catch (ExecutionException e) {
            List<String> said = service.output();
            throw new AssertionError(
                    "The service said last: "
                            + String.join("\n", said.subList(Math.max(0, said.size() - 200), said.size())),
                    e.getCause());
        } finally {
            executor.shutdownNow();
        }
    }

    private Callable<Void> client(DescribedApi api, TestDatabase database, Random random, long deadline) {
        Map<String, Long> newest = new HashMap<>();
        return () -> {
            while (System.nanoTime() < deadline) {
                String name = "p" + random.nextInt(COUNT);
                DescribedApi.Call call = call(database, name, random);
                HttpResponse<String> answer = api.sendChecked(call);
                String path = call.path().replaceFirst("\\?.*", "").replaceFirst("/p\\d", "/{name}");
                answers.merge(call.method() + " " + path + " " + answer.statusCode(), 1, Integer::sum);
                if (answer.statusCode() == 200 && call.path().equals(PIPELINES + "/" + name)) {
                    assertThat(JSON.readTree(answer.body()).path("name").asText())
                            .isEqualTo(name);
                }
                if (answer.statusCode() == 200
                        && call.path().endsWith("/cuts")
                        && call.method().equals("GET")) {
                    checkCuts(name, JSON.readTree(answer.body()), newest);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(20)));
            }
            return null;
        };
    }

    /** Cuts are numbered one after the other, and none that was seen is ever gone. */
    private static void checkCuts(String name, JsonNode cuts, Map<String, Long> newest) {
        long last = Long.MAX_VALUE;
        for (JsonNode cut : cuts) {
            assertThat(cut.path("cut").asLong())
                    .as("cuts of %s: %s", name, cuts)
                    .isLessThan(last);
            last = cut.path("cut").asLong();
        }
        if (cuts.isEmpty()) {
            // A pipeline that was made anew knows its tables when it has begun.
            return;
        }
        long first = cuts.path(0).path("cut").asLong();
        assertThat(first).as("newest cut of %s", name).isGreaterThanOrEqualTo(newest.getOrDefault(name, 0L));
        newest.put(name, first);
    }

    private DescribedApi.Call call(TestDatabase database, String name, Random random) {
        String one = PIPELINES + "/" + name;
        return switch (random.nextInt(42)) {
            case 0, 1, 2, 3 -> DescribedApi.Call.of("GET", PIPELINES);
            case 4, 5, 6, 7 -> DescribedApi.Call.of("GET", PIPELINES + "?tables=false");
            case 8, 9, 10, 11, 12, 13 -> DescribedApi.Call.of("GET", one);
            case 14, 15 -> DescribedApi.Call.of("GET", one + "/tables");
            case 16, 17, 18 -> DescribedApi.Call.of("GET", one + "/cuts");
            case 19 -> DescribedApi.Call.of("GET", one + "/verify");
            case 20 -> DescribedApi.Call.of("GET", "/api/v1/definitions");
            case 21, 22, 23 -> DescribedApi.Call.of("POST", one + "/start");
            case 24 -> DescribedApi.Call.of("POST", one + "/stop");
            case 25 -> DescribedApi.Call.of("POST", one + "/pause");
            case 26, 27 -> DescribedApi.Call.of("POST", one + "/resume");
            case 28 -> DescribedApi.Call.of("POST", one + "/cuts");
            case 29 -> DescribedApi.Call.of("POST", one + "/verify");
            case 30 -> DescribedApi.Call.of("DELETE", one + "/verify");
            case 31 -> DescribedApi.Call.of("POST", one + "/tables/public.t" + name.substring(1) + "/resnapshot");
            case 32 -> random.nextInt(4) == 0 ? DescribedApi.Call.of("DELETE", one) : DescribedApi.Call.of("GET", one);
            case 33 -> put(database, one, name, 100 + random.nextInt(3) * 100);
            case 34 -> DescribedApi.Call.of("POST", PIPELINES).body("application/yaml", yaml(database, name, 200));
            case 35 ->
                DescribedApi.Call.of("PUT", one + "?dryRun=true").body("application/yaml", yaml(database, name, 200));
            case 36 -> DescribedApi.Call.of("POST", PIPELINES).body("application/json", "{\"pipeline\": [");
            case 37 -> DescribedApi.Call.of("GET", one + "/cuts?limit=x");
            case 38 -> DescribedApi.Call.of("GET", one).with("Authorization", "Bearer nobody");
            case 39 -> DescribedApi.Call.of("GET", one + "/dead-letters");
            case 40 -> DescribedApi.Call.of("GET", one + "/dead-letters?table=public.t" + name.substring(1));
            default -> put(database, one, name, 200);
        };
    }

    private DescribedApi.Call put(TestDatabase database, String one, String name, int interval) {
        return DescribedApi.Call.of("PUT", one).body("application/yaml", yaml(database, name, interval));
    }

    private static Void write(TestDatabase database, Random random, long deadline) {
        while (System.nanoTime() < deadline) {
            String table = "t" + random.nextInt(COUNT);
            int id = 1 + random.nextInt(2_500);
            database.execute(
                    "INSERT INTO " + table + " VALUES (" + id + ", 0, 'new') ON CONFLICT (id) DO UPDATE SET n = "
                            + table + ".n + 1",
                    "DELETE FROM " + table + " WHERE id = " + (1 + random.nextInt(2_500)));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return null;
    }

    /** A connection of a pipeline is lost every few seconds. */
    private static Void kill(TestDatabase database, long deadline) {
        while (System.nanoTime() < deadline) {
            database.queryLong(
                    "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE"
                            + " application_name LIKE 'sluice%' AND datname = current_database() ORDER BY random() LIMIT 1) one");
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(3));
        }
        return null;
    }

    /** Everything catches up and is compared; then everything is removed, and what is left is counted. */
    private ServiceFigures settle(DescribedApi api, TestDatabase database, ChildProcess service) throws Exception {
        for (int number = 0; number < COUNT; number++) {
            String one = PIPELINES + "/p" + number;
            api.sendChecked(put(database, one, "p" + number, 150));
            Awaitility.await().atMost(LIMIT).until(() -> runs(api, one));
            LogSequenceNumber position = database.currentPosition();
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> hasEverything(
                            JSON.readTree(
                                    api.send(DescribedApi.Call.of("GET", one)).body()),
                            position));
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> api.send(DescribedApi.Call.of("POST", one + "/verify"))
                                    .statusCode()
                            == 202);
            JsonNode[] result = new JsonNode[1];
            Awaitility.await().atMost(LIMIT).until(() -> {
                result[0] = JSON.readTree(
                        api.send(DescribedApi.Call.of("GET", one + "/verify")).body());
                return !result[0].path("state").asText().equals("RUNNING");
            });
            assertThat(result[0].path("verdict").asText()).as("%s", result[0]).isEqualTo("SAME");
        }
        for (int number = 0; number < COUNT; number++) {
            api.expect(204, DescribedApi.Call.of("DELETE", PIPELINES + "/p" + number));
        }
        Awaitility.await().atMost(LIMIT).until(() -> ServiceFigures.connections(database) == 0);
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> ServiceFigures.of(service.pid(), database).pipelineThreads() == 0);
        return ServiceFigures.of(service.pid(), database);
    }

    /** Whether readers of the lake see all that was at the source; not so while a table is loaded anew beside the stream. */
    private static boolean hasEverything(JsonNode status, LogSequenceNumber position) {
        String reached = status.path("position").asText("null");
        return status.path("phase").asText().equals("STREAMING")
                && !reached.equals("null")
                && LogSequenceNumber.parse(reached).covers(position)
                && status.at("/totals/loading").asInt(1) == 0;
    }

    /** Whatever state the mixed requests left it in. */
    private static boolean runs(DescribedApi api, String one) throws IOException, InterruptedException {
        String state = JSON.readTree(api.send(DescribedApi.Call.of("GET", one)).body())
                .path("state")
                .asText();
        switch (state) {
            case "STOPPED", "FAILED" -> api.sendChecked(DescribedApi.Call.of("POST", one + "/start"));
            case "PAUSED" -> api.sendChecked(DescribedApi.Call.of("POST", one + "/resume"));
            default -> {
                return state.equals("RUNNING");
            }
        }
        return false;
    }

    private ChildProcess service() throws IOException {
        Path tokens = Files.writeString(
                directory.resolve("tokens"), ApiTokens.line(new Caller("ada", Role.ADMIN), ADMIN) + "\n");
        return PackagedSluice.in(directory, "-Xmx640m", "-Dsluice.api.tokens-file=" + tokens)
                .arguments("run", "--definitions", directory.resolve("kept").toString(), "--port", "0", "--plain")
                .start();
    }

    private String yaml(TestDatabase database, String name, int intervalMillis) {
        return """
                pipeline:
                  name: %1$s
                  commit-interval: %2$dms
                  state-directory: "%3$s/%1$s/state"
                source:
                  type: postgres
                  hostname: %4$s
                  port: %5$d
                  database-name: %6$s
                  username: %7$s
                  tables: public.t%8$s
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: jdbc
                    uri: "jdbc:sqlite:%3$s/%1$s.db"
                    warehouse: "%3$s/%1$s/warehouse"
                """.formatted(
                        name,
                        intervalMillis,
                        directory,
                        database.host(),
                        database.port(),
                        database.name(),
                        database.user(),
                        name.substring(1));
    }
}
