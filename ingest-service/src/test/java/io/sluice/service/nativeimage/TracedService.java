package io.sluice.service.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.nativeimage.trace.TraceJars;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.rest.RestCatalogServer;
import io.sluice.testkit.s3.S3Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The jar that a builder of native images would be given, run on this JVM with what it looks up and loads noted: two pipelines,
 * one with a JDBC catalog and local files, one with a REST catalog and {@code s3a://}, from their load through streaming, tagged
 * cuts and a verification to a clean stop; and meanwhile the commands that people give.
 */
final class TracedService {

    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final List<String> PIPELINES = List.of("local", "remote");

    private final Path directory;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> processes = new ArrayList<>();
    private String url = "";

    TracedService(Path directory) {
        this.directory = directory;
    }

    /** What is noted of lookups, by the service and by commands. */
    List<Lookup> lookups() throws IOException {
        List<Lookup> lookups = new ArrayList<>();
        for (String process : processes) {
            lookups.addAll(Lookup.read(lookups(process)));
        }
        return lookups;
    }

    private Path lookups(String process) {
        return directory.resolve("lookups-" + process + ".tsv");
    }

    /** What is noted of classes that are loaded. */
    Path classes() {
        return directory.resolve("classes.log");
    }

    /** Runs it from begin to end. */
    void run(Path sources, TestDatabase database) throws Exception {
        tables(database);
        Path objects = Files.createDirectory(directory.resolve("s3"));
        Path rest = Files.createDirectory(directory.resolve("rest"));
        try (S3Server store = S3Server.start(objects)) {
            store.createBucket("lake");
            String warehouse = "s3a://lake/warehouse";
            try (RestCatalogServer catalog = RestCatalogServer.start(rest, warehouse, store.hadoopProperties());
                    ChildProcess service = start(
                            sources,
                            file(
                                    database,
                                    "local",
                                    "type: jdbc",
                                    "uri: \"jdbc:sqlite:" + directory + "/catalog.db\"",
                                    "warehouse: \"" + directory + "/warehouse\""),
                            file(
                                    database,
                                    "remote",
                                    "type: rest",
                                    "uri: " + catalog.uri(),
                                    "warehouse: " + warehouse,
                                    "properties: " + inline(store.hadoopProperties())))) {
                try {
                    use(database);
                    commands(sources);
                } catch (ConditionTimeoutException | IOException e) {
                    Path output = Files.write(directory.resolve("service.log"), service.output());
                    throw new AssertionError("The service did not do as expected; it said what is in " + output, e);
                }
                service.terminate();
                assertThat(service.awaitExit(LIMIT)).as("%s", service.output()).isZero();
            }
        }
    }

    private static String inline(Map<String, String> properties) {
        return properties.entrySet().stream()
                .map(property -> property.getKey() + ": \"" + property.getValue() + "\"")
                .collect(Collectors.joining(", ", "{ ", " }"));
    }

    private static void tables(TestDatabase database) {
        database.execute(
                "CREATE TABLE items (id bigint PRIMARY KEY, name text, price numeric(10,2), made timestamptz, day date,"
                        + " code uuid, detail jsonb, raw bytea, ratio float8, flag boolean)",
                "INSERT INTO items SELECT i, 'item ' || i, i / 7.0, now(), current_date, gen_random_uuid(),"
                        + " '{\"a\": 1}', 'x', 0.5, true FROM generate_series(1, 500) i",
                "CREATE TABLE events (kind text, at time)",
                "INSERT INTO events SELECT 'k' || i, '12:00' FROM generate_series(1, 50) i",
                "ALTER TABLE events REPLICA IDENTITY FULL",
                "ANALYZE");
    }

    private Path file(TestDatabase database, String name, String... catalog) throws IOException {
        return Files.writeString(
                directory.resolve(name + ".yaml"),
                """
                pipeline:
                  name: %6$s
                  commit-interval: 200ms
                  state-directory: "%1$s/state-%6$s"
                  dead-letters: %6$s.letters
                source:
                  type: postgres
                  hostname: %2$s
                  port: %3$d
                  database-name: %4$s
                  username: %5$s
                  slot-name: %6$s_%4$s
                  tables: public.items, public.events
                transform:
                  - source-table: public.items
                    projection: "*, UPPER(name) AS title, price * 2 AS twice, CAST(id AS VARCHAR) AS text"
                    filter: "name <> 'draft'"
                    partition-keys: day(made)
                sink:
                  type: iceberg
                  namespace: %6$s
                  catalog:
                """.formatted(directory, database.host(), database.port(), database.name(), database.user(), name)
                        + String.join("\n", catalog).indent(4));
    }

    private ChildProcess start(Path sources, Path... files) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run"));
        List.of(files).forEach(file -> arguments.add(file.toString()));
        arguments.addAll(List.of("--definitions", directory.resolve("kept").toString(), "--port", "0", "--plain"));
        ChildProcess service = traced(sources, "service")
                .jvmOptions("-Xlog:class+load=info:file=" + classes())
                .environment("SLUICE_LOG_JSON", "true")
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:1")
                .arguments(arguments.toArray(String[]::new))
                .start();
        url = service.awaitLine("API +(http[^\\s\"]+)/api/v1/pipelines", LIMIT).group(1);
        return service;
    }

    private ChildProcess.Builder traced(Path sources, String process) throws IOException {
        processes.add(process);
        Path jars = Files.createDirectories(directory.resolve("agent"));
        return ChildProcess.ofJar(NativeSources.jar(sources))
                .jvmOptions(
                        "-Xmx512m",
                        "--add-opens=java.base/java.nio=ALL-UNNAMED",
                        TraceJars.option(jars, lookups(process)));
    }

    private void commands(Path sources) throws Exception {
        List<List<String>> commands = List.of(
                List.of("schema"),
                List.of("completion"),
                List.of("token", "--role", "viewer", "somebody"),
                List.of("plan", directory.resolve("local.yaml").toString()),
                List.of("verify", directory.resolve("local.yaml").toString()),
                List.of("status", "--url", url, "--json"),
                List.of("cuts", "--url", url, "local"),
                List.of("dead-letters", "--url", url, "local"),
                List.of("resnapshot", "--url", url, "local", "public.items"));
        for (List<String> command : commands) {
            try (ChildProcess one = traced(sources, command.get(0))
                    .environment("SLUICE_LOG_JSON", "false")
                    .arguments(command.toArray(String[]::new))
                    .start()) {
                assertThat(one.awaitExit(LIMIT))
                        .as("%s %s", command, one.output())
                        .isZero();
            }
        }
    }

    private void use(TestDatabase database) throws Exception {
        for (String pipeline : PIPELINES) {
            await().untilAsserted(() -> assertThat(get("/api/v1/pipelines/" + pipeline))
                    .contains("\"state\":\"RUNNING\"", "\"phase\":\"STREAMING\""));
        }
        database.execute(
                "UPDATE items SET name = 'changed' WHERE id <= 10",
                "DELETE FROM items WHERE id = 11",
                "INSERT INTO events VALUES ('new', '13:00')");
        for (String pipeline : PIPELINES) {
            String at = "/api/v1/pipelines/" + pipeline;
            await().untilAsserted(() -> assertThat(post(at + "/cuts")).isEqualTo(201));
            assertThat(get(at + "/cuts")).contains("\"tagged\":true");
            assertThat(get(at + "/tables")).contains("public.items");
            assertThat(get(at + "/dead-letters")).contains("\"open\":0");
            assertThat(post(at + "/verify")).isEqualTo(202);
            await().untilAsserted(() ->
                    assertThat(get(at + "/verify")).contains("\"state\":\"DONE\"", "\"verdict\":\"SAME\""));
        }
        assertThat(get("/api/v1/pipelines")).contains("local", "remote");
        assertThat(get("/q/metrics")).contains("sluice_rows_read_total");
        assertThat(get("/q/health/ready")).contains("UP");
        assertThat(get("/q/openapi")).startsWith("---").contains("dead-letters");
        assertThat(get("/q/openapi?format=json")).startsWith("{").contains("dead-letters");
        assertThat(get("/")).contains("<html");
    }

    private static ConditionFactory await() {
        return Awaitility.await()
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions();
    }

    private String get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path)).GET()).body();
    }

    private int post(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path)).POST(HttpRequest.BodyPublishers.noBody()))
                .statusCode();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
    }
}
