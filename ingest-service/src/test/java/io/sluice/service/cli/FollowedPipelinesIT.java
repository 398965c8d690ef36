package io.sluice.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.packaged.PackagedSluice;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines that come and go while the packaged service runs: by files, by its API, and by the command line. */
@ExtendWith(PostgresExtension.class)
class FollowedPipelinesIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int MANY = 20;

    @TempDir
    Path directory;

    @Test
    void pipelines_of_files_and_of_the_api_come_change_and_go_without_a_restart(TestDatabase database)
            throws Exception {
        database.execute(
                "CREATE TABLE items (id bigint PRIMARY KEY, name text)",
                "CREATE TABLE notes (id bigint PRIMARY KEY, name text)",
                "INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 100) i",
                "INSERT INTO notes SELECT i, 'note ' || i FROM generate_series(1, 100) i",
                "ANALYZE");
        Path followed = Files.createDirectory(directory.resolve("pipelines"));
        try (ChildProcess service = service()) {
            String url = url(service);
            Files.writeString(followed.resolve("items.yaml"), yaml(database, "items", "200ms"));
            // Published: what is changed from now on is in no snapshot.
            await(url, "items", "\"state\":\"RUNNING\"", "\"rowsRead\":100", "\"phase\":\"STREAMING\"");

            // Another text takes effect where the old one had come to.
            Files.writeString(followed.resolve("items.yaml"), yaml(database, "items", "100ms"));
            database.execute("UPDATE items SET name = 'changed' WHERE id <= 10");
            await(url, "items", "\"state\":\"RUNNING\"", "\"cut\":2", "\"epoch\":2");

            Files.writeString(followed.resolve("items.yaml"), yaml(database, "items", "soon"));
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(
                                    send("GET", url + "/definitions", "").body())
                            .contains("items.yaml", "pipeline.commit-interval"));
            await(url, "items", "\"state\":\"RUNNING\"");

            assertThat(send("POST", url + "/pipelines", yaml(database, "notes", "200ms"))
                            .statusCode())
                    .isEqualTo(201);
            await(url, "notes", "\"state\":\"RUNNING\"", "\"rowsRead\":100");
            assertThat(sluice("stop", "notes", "--url", origin(url))).isZero();
            await(url, "notes", "\"state\":\"STOPPED\"");
            service.kill();
        }
        try (ChildProcess service = service()) {
            String url = url(service);
            // Asked to stop before the process was killed; the file is still wrong, so its pipeline does not run.
            await(url, "notes", "\"state\":\"STOPPED\"");
            assertThat(sluice("start", "notes", "--url", origin(url))).isZero();
            await(url, "notes", "\"state\":\"RUNNING\"", "\"phase\":\"STREAMING\"");
            assertThat(send("GET", service.awaitLine("Page +(http\\S+)", LIMIT).group(1), "")
                            .body())
                    .contains("<title>");
            assertThat(sluice("verify", "notes", "--url", origin(url))).isZero();
            assertThat(sluice("status", "--url", origin(url))).isZero();
            assertThat(sluice("cuts", "notes", "--take", "--url", origin(url))).isZero();
            assertThat(sluice("dead-letters", "notes", "--table", "public.notes", "--json", "--url", origin(url)))
                    .isZero();
            assertThat(sluice("dead-letters", "notes", "--table", "public.nothing", "--url", origin(url)))
                    .isEqualTo(1);
            assertThat(sluice("pause", "nobody", "--url", origin(url))).isEqualTo(1);

            Files.writeString(followed.resolve("items.yaml"), yaml(database, "items", "200ms"));
            await(url, "items", "\"state\":\"RUNNING\"", "\"phase\":\"STREAMING\"");
            Files.delete(followed.resolve("items.yaml"));
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(
                                    send("GET", url + "/pipelines/items", "").statusCode())
                            .isEqualTo(404));
            assertThat(send("DELETE", url + "/pipelines/notes", "").statusCode())
                    .isEqualTo(204);
            service.terminate();
            assertThat(service.awaitExit(LIMIT)).isZero();
        }
        assertThat(sluice("status", "--url", "http://127.0.0.1:1")).isEqualTo(4);
    }

    @Test
    void the_service_is_ready_when_it_knows_the_pipelines_that_it_was_started_with(TestDatabase database)
            throws Exception {
        Path followed = Files.createDirectory(directory.resolve("pipelines"));
        for (int i = 0; i < MANY; i++) {
            // Nobody listens to port 1: it is waited for.
            Files.writeString(
                    followed.resolve(i + ".yaml"),
                    yaml(database, "items_" + i, "200ms").replace("port: " + database.port(), "port: 1"));
        }
        int port = freePort();
        String url = "http://127.0.0.1:" + port + "/api/v1";
        // Asked from before it listens on, by a client that is warm.
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest ready = HttpRequest.newBuilder(URI.create(origin(url) + "/q/health/ready"))
                .build();
        HttpRequest pipelines = HttpRequest.newBuilder(URI.create(url + "/pipelines?tables=false"))
                .build();
        try (ChildProcess service = service(port)) {
            Awaitility.await()
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(1))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> client.send(ready, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200);
            assertThat(client.send(pipelines, HttpResponse.BodyHandlers.ofString())
                            .body()
                            .split("\"name\":"))
                    .hasSize(MANY + 1);
            // A signal that comes as early as that is heeded as any other.
            service.terminate();
            assertThat(service.awaitExit(LIMIT)).isZero();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private ChildProcess service() {
        return service(0);
    }

    private ChildProcess service(int port) {
        return PackagedSluice.in(directory)
                .arguments(
                        "run",
                        directory.resolve("pipelines").toString(),
                        "--definitions",
                        directory.resolve("kept").toString(),
                        "--look-every",
                        "PT0.2S",
                        "--port",
                        Integer.toString(port),
                        "--plain")
                .start();
    }

    private static String url(ChildProcess service) {
        return service.awaitLine("API +(http\\S+)/pipelines", LIMIT).group(1);
    }

    private static String origin(String url) {
        return url.replace("/api/v1", "");
    }

    private int sluice(String... arguments) {
        try (ChildProcess command =
                PackagedSluice.in(directory).arguments(arguments).start()) {
            return command.awaitExit(LIMIT);
        }
    }

    private static void await(String url, String pipeline, String... parts) {
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                send("GET", url + "/pipelines/" + pipeline, "").body())
                        .contains(parts));
    }

    private static HttpResponse<String> send(String method, String url, String body)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("Content-Type", "application/yaml")
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private String yaml(TestDatabase database, String table, String commitInterval) {
        return """
                pipeline:
                  name: %6$s
                  commit-interval: %7$s
                  state-directory: "%1$s/state-%6$s"
                source:
                  type: postgres
                  hostname: %2$s
                  port: %3$d
                  database-name: %4$s
                  username: %5$s
                  tables: public.%6$s
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: jdbc
                    uri: "jdbc:sqlite:%1$s/catalog.db"
                    warehouse: "%1$s/warehouse"
                """.formatted(
                directory, database.host(), database.port(), database.name(), database.user(), table, commitInterval);
    }
}
