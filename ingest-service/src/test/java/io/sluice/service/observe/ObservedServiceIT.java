package io.sluice.service.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.sluice.service.metrics.DocumentedMetrics;
import io.sluice.service.metrics.Scrape;
import io.sluice.testkit.faults.TcpProxy;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.rest.RestCatalogServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The service as it is packaged, seen by those who watch it: Prometheus, collectors of logs and traces, and probes. */
@ExtendWith(PostgresExtension.class)
class ObservedServiceIT {

    private static final Duration LIMIT = Duration.ofSeconds(150);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private String url = "";

    @TempDir
    Path directory;

    @Test
    void a_running_service_tells_figures_logs_and_traces(TestDatabase database) throws Exception {
        ObservedPipeline.tables(database);
        Path file = Files.writeString(
                directory.resolve("shop.yaml"), ObservedPipeline.yaml(database, directory, database.port(), "shop"));
        Queue<String> traces = new ConcurrentLinkedQueue<>();
        HttpServer receiver = receiver(traces);
        List<String> output;
        try (ChildProcess service = service(
                ChildProcess.ofJar(Path.of("target", "quarkus-app", "quarkus-run.jar"))
                        .environment("SLUICE_LOG_JSON", "true")
                        .environment(
                                "OTEL_EXPORTER_OTLP_ENDPOINT",
                                "http://localhost:" + receiver.getAddress().getPort()),
                file)) {
            streaming("shop");
            database.execute("UPDATE items SET name = 'changed' WHERE id <= 10");
            await().untilAsserted(
                            () -> assertThat(get("/api/v1/pipelines/shop/cuts")).contains("\"rows\":10"));
            Scrape scrape = Scrape.of(get("/q/metrics"));
            DocumentedMetrics.assertSame(scrape);
            DocumentedMetrics.assertConventions(scrape);
            figures(scrape);
            await().untilAsserted(() -> assertThat(
                            Scrape.of(get("/q/metrics")).value("sluice_slot_retained_bytes", "pipeline", "shop"))
                    .isPositive());
            database.execute("ALTER TABLE orders ADD COLUMN more text", "UPDATE orders SET more = 'x'");
            await().untilAsserted(() -> assertThat(Scrape.of(get("/q/metrics"))
                            .value("sluice_table_stopped", "pipeline", "shop", "table", "public.orders"))
                    .isEqualTo(1));
            service.terminate();
            assertThat(service.awaitExit(LIMIT)).isZero();
            output = service.output();
        } finally {
            receiver.stop(0);
        }
        assertThat(traces).anyMatch(request -> request.startsWith("/v1/traces") && request.contains("sluice.cut"));
        logs(output);
    }

    private static void figures(Scrape scrape) {
        for (String table : List.of("items", "orders")) {
            double rows = table.equals("items") ? 500 : 300;
            for (String name : List.of("sluice_rows_read_total", "sluice_rows_written_total")) {
                assertThat(scrape.value(name, "pipeline", "shop", "table", "public." + table, "phase", "snapshot"))
                        .isEqualTo(rows);
            }
        }
        for (String name : List.of("sluice_rows_read_total", "sluice_rows_written_total")) {
            assertThat(scrape.value(name, "pipeline", "shop", "table", "public.items", "phase", "stream"))
                    .isEqualTo(10);
        }
        for (String name : List.of("sluice_bytes_read_total", "sluice_bytes_written_total")) {
            for (String phase : List.of("snapshot", "stream")) {
                assertThat(scrape.value(name, "pipeline", "shop", "table", "public.items", "phase", phase))
                        .as("%s %s", name, phase)
                        .isPositive();
            }
        }
        for (String step : List.of("collect", "prepare", "commit", "acknowledge")) {
            assertThat(scrape.value("sluice_cut_step_seconds_count", "pipeline", "shop", "step", step))
                    .as(step)
                    .isPositive();
        }
        for (String on : List.of("source", "catalog", "storage")) {
            assertThat(scrape.value("sluice_wait_seconds_sum", "pipeline", "shop", "on", on))
                    .as(on)
                    .isPositive();
        }
        assertThat(scrape.value("sluice_load_seconds_count", "pipeline", "shop"))
                .isEqualTo(1);
        assertThat(scrape.value("sluice_index_bytes", "pipeline", "shop", "table", "public.items"))
                .isNotNegative();
        assertThat(scrape.value("sluice_pipeline_state", "pipeline", "shop", "state", "RUNNING"))
                .isEqualTo(1);
        assertThat(scrape.value("sluice_cuts_total", "pipeline", "shop")).isPositive();
        assertThat(scrape.value("sluice_stalled_threads", "pipeline", "shop")).isZero();
    }

    /** Every line is an object; lines of cuts and of tables have their fields. */
    private void logs(List<String> output) {
        List<JsonNode> records = new ArrayList<>();
        for (String line : output) {
            try {
                records.add(json.readTree(line));
            } catch (JsonProcessingException e) {
                throw new AssertionError("Not JSON: " + line, e);
            }
        }
        assertThat(records)
                .allMatch(record -> record.isObject()
                        && Stream.of("timestamp", "level", "logger", "thread", "message")
                                .allMatch(record::has));
        assertThat(records)
                .as("of a cut")
                .anyMatch(record -> text(record, "message").matches("Cut \\d+ is published at .*: 10 rows in 1 tables")
                        && text(record, "pipeline").equals("shop")
                        && record.get("cut").isNumber()
                        && text(record, "message")
                                .startsWith("Cut " + record.get("cut").asLong() + " "));
        assertThat(records)
                .as("of a table that is published")
                .anyMatch(record -> text(record, "message").startsWith("Table shop.items is published")
                        && text(record, "pipeline").equals("shop")
                        && text(record, "table").equals("shop.items"));
        assertThat(records)
                .as("of a table that is stopped")
                .anyMatch(record -> text(record, "message").startsWith("Table public.orders is stopped")
                        && text(record, "level").equals("WARN")
                        && text(record, "pipeline").equals("shop")
                        && text(record, "table").equals("public.orders"));
    }

    private static String text(JsonNode record, String field) {
        return record.path(field).asText();
    }

    @Test
    void outages_are_waited_for_and_a_hung_writer_is_not_live(TestDatabase database) throws Exception {
        ObservedPipeline.tables(database);
        Path warehouse = Files.createDirectory(directory.resolve("rest"));
        try (TcpProxy source = new TcpProxy(database.host(), database.port());
                RestCatalogServer catalog = RestCatalogServer.start(warehouse);
                TcpProxy lake =
                        new TcpProxy("127.0.0.1", URI.create(catalog.uri()).getPort());
                ChildProcess service = service(
                        ChildProcess.ofJar(Path.of("target", "quarkus-app", "quarkus-run.jar"))
                                .environment("SLUICE_HEALTH_LAKE_LIMIT", "PT10S"),
                        file("away", ObservedPipeline.yaml(database, directory, source.port(), "away")),
                        file(
                                "hung",
                                ObservedPipeline.yaml(database, directory, database.port(), "hung")
                                        .replaceFirst(
                                                "(?s)type: jdbc.*",
                                                "type: rest\n    uri: http://127.0.0.1:" + lake.port()
                                                        + "\n    warehouse: " + warehouse
                                                        + "\n    properties: { rest.client.max-retries: \"1\" }\n")))) {
            streaming("away");
            streaming("hung");
            assertThat(status("/q/health/live")).isEqualTo(200);

            source.refuse();
            state("away", "RETRYING");
            assertThat(get("/api/v1/pipelines/away")).contains("SOURCE_UNAVAILABLE");
            assertThat(status("/q/health/live")).isEqualTo(200);
            assertThat(status("/q/health/ready")).isEqualTo(200);
            assertThat(get("/q/health/ready")).contains("RETRYING", "SOURCE_UNAVAILABLE");
            source.allow();
            state("away", "RUNNING");

            lake.hold();
            database.execute("UPDATE items SET name = 'held' WHERE id = 1");
            await().untilAsserted(() -> assertThat(status("/q/health/live")).isEqualTo(503));
            assertThat(get("/q/health/live"))
                    .containsPattern(
                            "\"hung\": *\"hung for \\d+ s \\(limit 10 s\\) in (CUT_COMMIT|CUT_PREPARE|CHANGES_WRITE),")
                    .doesNotContain("\"away\"");
            assertThat(status("/q/health/ready")).isEqualTo(200);
            assertThat(Scrape.of(get("/q/metrics")).value("sluice_stalled_threads", "pipeline", "hung"))
                    .isPositive();
            lake.release();
            await().untilAsserted(() -> assertThat(status("/q/health/live")).isEqualTo(200));
            await().untilAsserted(
                            () -> assertThat(get("/api/v1/pipelines/hung/cuts")).contains("\"rows\":1"));

            lake.refuse();
            database.execute("UPDATE items SET name = 'refused' WHERE id = 2");
            state("hung", "RETRYING");
            assertThat(get("/api/v1/pipelines/hung")).contains("LAKE_UNAVAILABLE");
            assertThat(status("/q/health/live")).isEqualTo(200);
            assertThat(status("/q/health/ready")).isEqualTo(200);
            lake.allow();
            state("hung", "RUNNING");
            service.terminate();
            assertThat(service.awaitExit(LIMIT)).isZero();
        }
    }

    private Path file(String name, String yaml) throws IOException {
        return Files.writeString(directory.resolve(name + ".yaml"), yaml);
    }

    private ChildProcess service(ChildProcess.Builder builder, Path... files) {
        List<String> arguments = new ArrayList<>(List.of("run"));
        Stream.of(files).map(Path::toString).forEach(arguments::add);
        arguments.addAll(List.of("--definitions", directory.resolve("kept").toString(), "--port", "0", "--plain"));
        ChildProcess service = builder.jvmOptions("-Xmx512m", "--add-opens=java.base/java.nio=ALL-UNNAMED")
                .arguments(arguments.toArray(String[]::new))
                .start();
        url = service.awaitLine("API +(http[^\\s\"]+)/api/v1/pipelines", LIMIT).group(1);
        return service;
    }

    private static HttpServer receiver(Queue<String> received) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            received.add(exchange.getRequestURI() + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static ConditionFactory await() {
        return Awaitility.await()
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions();
    }

    private void streaming(String pipeline) {
        state(pipeline, "RUNNING");
        await().untilAsserted(() -> assertThat(json.readTree(get("/api/v1/pipelines/" + pipeline))
                        .get("phase")
                        .asText())
                .isEqualTo("STREAMING"));
    }

    private void state(String pipeline, String state) {
        await().untilAsserted(() -> assertThat(json.readTree(get("/api/v1/pipelines/" + pipeline))
                        .get("state")
                        .asText())
                .isEqualTo(state));
    }

    private int status(String path) throws IOException, InterruptedException {
        return send(path).statusCode();
    }

    private String get(String path) throws IOException, InterruptedException {
        return send(path).body();
    }

    private HttpResponse<String> send(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url + path)).timeout(LIMIT).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
