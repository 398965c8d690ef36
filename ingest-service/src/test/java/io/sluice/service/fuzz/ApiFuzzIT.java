package io.sluice.service.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.service.packaged.PackagedSluice;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Spoiled requests to the packaged service get an answer that says whose fault they are. A run is repeated with
 * {@code -Dsluice.fuzz.seed=} and the number that it prints.
 */
@ExtendWith(PostgresExtension.class)
class ApiFuzzIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int CALLERS = 4;
    private static final long SEED = Long.getLong("sluice.fuzz.seed", System.nanoTime());
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final Map<Integer, Integer> statuses = new ConcurrentSkipListMap<>();

    @Test
    void spoiled_requests_are_refused_and_never_fail_the_service(TestDatabase database) throws Exception {
        fuzz(database, 2_000);
    }

    @Test
    @Tag("slow")
    void fifty_thousand_spoiled_requests_are_refused_and_never_fail_the_service(TestDatabase database)
            throws Exception {
        fuzz(database, 50_000);
    }

    private void fuzz(TestDatabase database, int requests) throws Exception {
        database.execute("CREATE TABLE items (id bigint PRIMARY KEY, name text, amount numeric(10, 2))");
        System.out.println("Seed of the fuzzed requests: " + SEED);
        long begun = System.nanoTime();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try (ChildProcess service = service()) {
            int port = Integer.parseInt(
                    service.awaitLine("API +http://127.0.0.1:(\\d+)/", LIMIT).group(1));
            List<Future<Integer>> shares = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                Random random = new Random(SEED + caller);
                shares.add(callers.submit(() -> call(database, port, random, requests / CALLERS)));
            }
            int sent = 0;
            for (Future<Integer> share : shares) {
                try {
                    sent += share.get();
                } catch (ExecutionException e) {
                    List<String> said = service.output();
                    throw new AssertionError(
                            e.getCause().getMessage() + "\nThe service said at last:\n"
                                    + String.join("\n", said.subList(Math.max(0, said.size() - 80), said.size())),
                            e.getCause());
                }
            }
            assertThat(sent).isEqualTo(requests);
            // The service is as well as before, and thinks so.
            try (RawHttp http = new RawHttp(port)) {
                assertThat(get(http, "/q/health").status()).isEqualTo(200);
                assertThat(get(http, "/api/v1/pipelines").body()).isEqualTo("[]");
            }
            assertThat(service.output())
                    .noneMatch(line -> line.contains("A request to") || line.contains("OutOfMemory"));
        } finally {
            callers.shutdownNow();
        }
        System.out.printf(
                "%d fuzzed requests in %d s: %s%n", requests, (System.nanoTime() - begun) / 1_000_000_000, statuses);
        assertThat(statuses).containsKeys(200, 201, 400, 404, 415);
    }

    private int call(TestDatabase database, int port, Random random, int requests) throws IOException {
        FuzzedRequests fuzzed =
                new FuzzedRequests(new FuzzedBodies(List.of(yaml(database), json(database)), random), random, port);
        try (RawHttp http = new RawHttp(port)) {
            for (int sent = 0; sent < requests; sent++) {
                FuzzedRequests.Request request = fuzzed.next();
                boolean broken = request.form() == FuzzedRequests.Form.BROKEN;
                Optional<RawHttp.Answer> answer =
                        http.send(request.bytes(), broken ? RawHttp.IMPATIENT : RawHttp.PATIENT);
                if (broken) {
                    http.close();
                }
                check(request, answer);
                if (answer.isPresent()) {
                    forget(http, answer.get());
                }
            }
        }
        return requests;
    }

    private void check(FuzzedRequests.Request request, Optional<RawHttp.Answer> answer) {
        if (answer.isEmpty()) {
            // What is not HTTP, or too large, may be hung up on.
            boolean allowed = request.form() == FuzzedRequests.Form.BROKEN || request.bytes().length > 1_000_000;
            assertThat(allowed)
                    .as("no answer, seed %d, request %s", SEED, shown(request))
                    .isTrue();
            return;
        }
        int status = answer.get().status();
        statuses.merge(status, 1, Integer::sum);
        assertThat(status)
                .as("answer %s, seed %d, request %s", answer.get(), SEED, shown(request))
                .isBetween(200, 499);
    }

    /** So that there is room for the next. */
    private static void forget(RawHttp http, RawHttp.Answer answer) throws IOException {
        if (answer.status() == 201 || answer.status() == 200 && answer.body().contains("\"state\"")) {
            String name = JSON.readTree(answer.body()).path("name").asText();
            http.send(
                    ("DELETE /api/v1/pipelines/" + name + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII),
                    RawHttp.PATIENT);
        }
    }

    private static RawHttp.Answer get(RawHttp http, String path) throws IOException {
        return http.send(
                        ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII),
                        RawHttp.PATIENT)
                .orElseThrow();
    }

    private static String shown(FuzzedRequests.Request request) {
        byte[] bytes = request.bytes();
        return bytes.length > 20_000
                ? bytes.length + " bytes: " + new String(bytes, 0, 600, StandardCharsets.ISO_8859_1)
                : Base64.getEncoder().encodeToString(bytes);
    }

    private ChildProcess service() {
        return PackagedSluice.in(directory)
                .arguments(
                        "run",
                        "--definitions",
                        directory.resolve("kept").toString(),
                        "--port",
                        "0",
                        "--plain",
                        "--debug")
                .start();
    }

    private String yaml(TestDatabase database) {
        return """
                pipeline:
                  name: fuzz
                  commit-interval: 10s
                  snapshot-parallelism: 2
                source:
                  type: postgres
                  hostname: 127.0.0.1
                  port: %d
                  database-name: %s
                  username: %s
                  connect-timeout: 1s
                  tables: public.items, public.order_.*
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: jdbc
                    uri: jdbc:sqlite:%s/catalog.db
                    warehouse: %s/warehouse
                  table-properties: { format-version: "3" }
                transform:
                  - source-table: public.items
                    projection: "*, amount * 100 AS cents, UPPER(name) AS upper_name"
                    filter: "name <> 'draft'"
                    partition-keys: bucket(4, id)
                route:
                  - source-table: public.items
                    sink-table: shop.items
                """.formatted(database.port(), database.name(), database.user(), directory, directory);
    }

    private String json(TestDatabase database) {
        return """
                {"pipeline": {"name": "fuzz", "commit-interval": "10s"},
                 "source": {"type": "postgres", "hostname": "127.0.0.1", "port": %d, "database-name": "%s",
                            "username": "%s", "connect-timeout": "1s", "tables": ["public.items"]},
                 "sink": {"type": "iceberg", "namespace": "shop",
                          "catalog": {"type": "jdbc", "uri": "jdbc:sqlite:%s/catalog.db", "warehouse": "%s/warehouse"}}}
                """.formatted(database.port(), database.name(), database.user(), directory, directory);
    }
}
