package io.sluice.service.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.service.observe.ObservedPipeline;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.rest.RestCatalogServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
class CutTracesIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    Path directory;

    @Test
    void each_cut_is_one_trace_of_its_steps_and_tables(TestDatabase database) throws Exception {
        ObservedPipeline.tables(database);
        InMemorySpanExporter spans = InMemorySpanExporter.create();
        try (TraceSender sender = TraceSender.through(spans);
                ObservedPipeline shop = new ObservedPipeline(database, directory, point -> {})) {
            shop.observations.onCut(sender::send);
            shop.pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            Awaitility.await().atMost(LIMIT).until(() -> shop.pipeline.status().phase() == PipelinePhase.STREAMING);
            database.execute("BEGIN; UPDATE items SET name = 'secret-value' WHERE id <= 10;"
                    + " UPDATE orders SET item = 1 WHERE id <= 7; COMMIT");
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(traces(spans).values())
                            .anyMatch(trace -> trace.stream()
                                    .anyMatch(span -> Long.valueOf(10)
                                            .equals(span.getAttributes().get(CutSpans.ROWS)))));
            long wanted = shop.pipeline.status().cut();
            List<SpanData> trace = traces(spans).values().stream()
                    .filter(all -> all.stream()
                            .anyMatch(span ->
                                    Long.valueOf(10).equals(span.getAttributes().get(CutSpans.ROWS))))
                    .findFirst()
                    .orElseThrow();

            Map<String, List<SpanData>> byName = trace.stream().collect(Collectors.groupingBy(SpanData::getName));
            assertThat(byName.keySet())
                    .containsExactlyInAnyOrder(
                            "cut", "collect", "table", "prepare", "commit", "commit-table", "acknowledge");
            SpanData cut = byName.get("cut").get(0);
            assertThat(cut.getParentSpanContext().isValid()).isFalse();
            assertThat(cut.getAttributes().get(CutSpans.PIPELINE)).isEqualTo("shop");
            assertThat(cut.getAttributes().get(CutSpans.CUT)).isBetween(1L, wanted);
            assertThat(cut.getAttributes().get(CutSpans.POSITION)).matches("[0-9A-F]+/[0-9A-F]+");
            assertThat(cut.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            for (String step : List.of("collect", "prepare", "commit", "acknowledge")) {
                SpanData span = byName.get(step).get(0);
                assertThat(span.getParentSpanId()).as(step).isEqualTo(cut.getSpanId());
                assertThat(span.getStartEpochNanos()).as(step).isGreaterThanOrEqualTo(cut.getStartEpochNanos());
                assertThat(span.getEndEpochNanos()).as(step).isLessThanOrEqualTo(cut.getEndEpochNanos());
            }
            Map<String, Long> tables = byName.get("table").stream()
                    .collect(Collectors.toMap(
                            span -> span.getAttributes().get(CutSpans.TABLE),
                            span -> span.getAttributes().get(CutSpans.ROWS)));
            assertThat(tables).containsOnly(Map.entry("shop.items", 10L), Map.entry("shop.orders", 7L));
            assertThat(byName.get("table"))
                    .allMatch(span -> span.getParentSpanId()
                            .equals(byName.get("collect").get(0).getSpanId()));
            List<SpanData> commits = commits(byName);
            assertThat(commits)
                    .extracting(
                            span -> span.getAttributes().get(CutSpans.TABLE),
                            span -> span.getAttributes().get(CutSpans.ROWS),
                            span -> span.getAttributes().get(CutSpans.FILES),
                            span -> span.getAttributes().get(CutSpans.DELETE_FILES))
                    .containsExactlyInAnyOrder(tuple("shop.items", 10L, 1L, 1L), tuple("shop.orders", 7L, 1L, 1L));
            // One after the other.
            assertThat(commits.get(0).getEndEpochNanos())
                    .isLessThanOrEqualTo(commits.get(1).getStartEpochNanos());
            assertThat(cut.getAttributes().get(CutSpans.ROWS)).isEqualTo(17);
            assertThat(spans.getFinishedSpanItems().toString()).doesNotContain("secret-value");
        }
    }

    private static Map<String, List<SpanData>> traces(InMemorySpanExporter spans) {
        return spans.getFinishedSpanItems().stream().collect(Collectors.groupingBy(SpanData::getTraceId));
    }

    /** The spans of a trace's tables below its commit, in the order of time. */
    private static List<SpanData> commits(Map<String, List<SpanData>> byName) {
        SpanData commit = byName.get("commit").get(0);
        List<SpanData> tables = byName.get("commit-table").stream()
                .sorted(Comparator.comparing(SpanData::getStartEpochNanos).thenComparing(SpanData::getEndEpochNanos))
                .toList();
        for (SpanData table : tables) {
            assertThat(table.getParentSpanId()).isEqualTo(commit.getSpanId());
            assertThat(table.getStartEpochNanos()).isGreaterThanOrEqualTo(commit.getStartEpochNanos());
            assertThat(table.getEndEpochNanos()).isLessThanOrEqualTo(commit.getEndEpochNanos());
            assertThat(table.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        }
        return tables;
    }

    @Test
    void tables_that_a_catalog_commits_together_have_the_same_time(TestDatabase database) throws Exception {
        ObservedPipeline.tables(database);
        InMemorySpanExporter spans = InMemorySpanExporter.create();
        Path warehouse = Files.createDirectory(directory.resolve("rest"));
        try (RestCatalogServer catalog = RestCatalogServer.start(warehouse);
                TraceSender sender = TraceSender.through(spans)) {
            String sink = "type: rest\n    uri: " + catalog.uri() + "\n    warehouse: " + warehouse + "\n";
            try (ObservedPipeline shop = new ObservedPipeline(
                    database, directory, point -> {}, yaml -> yaml.replaceFirst("(?s)type: jdbc.*", sink))) {
                shop.observations.onCut(sender::send);
                shop.pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                Awaitility.await()
                        .atMost(LIMIT)
                        .until(() -> shop.pipeline.status().phase() == PipelinePhase.STREAMING);
                database.execute("BEGIN; INSERT INTO items SELECT i, 'x' FROM generate_series(1001, 1003) i;"
                        + " INSERT INTO orders SELECT i, i FROM generate_series(1001, 1002) i; COMMIT");
                Awaitility.await().atMost(LIMIT).until(() -> ofInserts(spans).isPresent());
                List<SpanData> commits = commits(ofInserts(spans).orElseThrow());
                assertThat(commits)
                        .extracting(
                                span -> span.getAttributes().get(CutSpans.TABLE),
                                span -> span.getAttributes().get(CutSpans.ROWS))
                        .containsExactlyInAnyOrder(tuple("shop.items", 3L), tuple("shop.orders", 2L));
                assertThat(commits.get(0).getStartEpochNanos())
                        .isEqualTo(commits.get(1).getStartEpochNanos());
                assertThat(commits.get(0).getEndEpochNanos())
                        .isEqualTo(commits.get(1).getEndEpochNanos());
            }
        }
    }

    /** The trace, by the spans' names, of the cut with three new rows of a table. */
    private static Optional<Map<String, List<SpanData>>> ofInserts(InMemorySpanExporter spans) {
        return traces(spans).values().stream()
                .map(trace -> trace.stream().collect(Collectors.groupingBy(SpanData::getName)))
                .filter(byName -> byName.containsKey("cut"))
                .filter(byName -> byName.getOrDefault("commit-table", List.of()).stream()
                        .anyMatch(span ->
                                Long.valueOf(3).equals(span.getAttributes().get(CutSpans.ROWS))))
                .findFirst();
    }

    @Test
    void a_cut_that_is_given_up_is_an_error(TestDatabase database) throws Exception {
        ObservedPipeline.tables(database);
        InMemorySpanExporter spans = InMemorySpanExporter.create();
        java.util.concurrent.atomic.AtomicBoolean dies = new java.util.concurrent.atomic.AtomicBoolean();
        try (TraceSender sender = TraceSender.through(spans);
                ObservedPipeline shop = new ObservedPipeline(database, directory, point -> {
                    if (point == FailPoint.CUT_AFTER_DATA_FILES && dies.get()) {
                        throw new IllegalStateException("the test's fault");
                    }
                })) {
            shop.observations.onCut(sender::send);
            shop.pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            Awaitility.await().atMost(LIMIT).until(() -> shop.pipeline.status().phase() == PipelinePhase.STREAMING);
            dies.set(true);
            database.execute("UPDATE items SET name = 'x' WHERE id = 1");
            assertThat(shop.pipeline.awaitEnd(LIMIT)).isTrue();
            Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
                Map<String, SpanData> failed = spans.getFinishedSpanItems().stream()
                        .filter(span -> span.getStatus().getStatusCode() == StatusCode.ERROR)
                        .collect(Collectors.toMap(SpanData::getName, Function.identity()));
                assertThat(failed.keySet()).containsExactlyInAnyOrder("cut", "prepare");
                assertThat(failed.get("prepare").getTraceId())
                        .isEqualTo(failed.get("cut").getTraceId());
            });
        }
    }

    @Test
    void traces_arrive_at_a_receiver_as_protobuf_over_http(TestDatabase database) throws Exception {
        ObservedPipeline.tables(database);
        Queue<String> received = new ConcurrentLinkedQueue<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            received.add(exchange.getRequestURI()
                    + " "
                    + exchange.getRequestHeaders().getFirst("Content-Type")
                    + " "
                    + exchange.getRequestHeaders().getFirst("X-Tenant")
                    + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        URI url = CutTraces.traces(
                URI.create("http://localhost:" + server.getAddress().getPort()));
        try (ObservedPipeline shop = new ObservedPipeline(database, directory, point -> {})) {
            try (TraceSender sender = TraceSender.to(url, "x-tenant=a%20b,other=1")) {
                shop.observations.onCut(sender::send);
                shop.pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
                assertThat(shop.pipeline.awaitEnd(LIMIT)).isTrue();
            }
            assertThat(received)
                    .anyMatch(request -> request.startsWith("/v1/traces application/x-protobuf a b ")
                            && request.contains("sluice.position")
                            && request.contains("commit")
                            && request.contains("service.name"));
        } finally {
            server.stop(0);
        }
    }
}
