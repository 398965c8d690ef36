package io.sluice.service.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.packaged.PackagedSluice;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
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
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Secrets that are planted wherever a service can have one, and looked for in everything that it says. */
@ExtendWith(PostgresExtension.class)
class CanaryIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String CANARY = "canary7f3a";

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> said = new ArrayList<>();

    @TempDir
    Path directory;

    @Test
    void noAnswerMetricEventOrLogHasASecret(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE items (id bigint PRIMARY KEY, name text)",
                "INSERT INTO items SELECT i, '" + CANARY + "-value' FROM generate_series(1, 100) i");
        String token = ApiTokens.PREFIX + CANARY + "-token";
        Path tokens = Files.writeString(
                directory.resolve("tokens"), ApiTokens.line(new Caller("ada", Role.ADMIN), token) + "\n");
        Path secret = Files.writeString(directory.resolve("password"), CANARY + "-file\n");
        Path followed = Files.createDirectory(directory.resolve("pipelines"));
        Files.writeString(
                followed.resolve("good.yaml"), yaml(database, "good", database.port(), "${file:" + secret + "}"));
        Files.writeString(followed.resolve("lost.yaml"), yaml(database, "lost", 1, CANARY + "-text"));
        Files.writeString(
                followed.resolve("wrong.yaml"),
                yaml(database, "wrong", 1, CANARY + "-text").replace("password:", "password: [" + CANARY + "-list,"));
        Queue<String> events = new ConcurrentLinkedQueue<>();
        try (ChildProcess service = service(followed, tokens)) {
            String url =
                    service.awaitLine("API +(http\\S+)/api/v1/pipelines", LIMIT).group(1);
            CompletableFuture<Void> watching = http.sendAsync(
                            request("GET", url + "/api/v1/events", token, ""), HttpResponse.BodyHandlers.ofLines())
                    .thenAccept(answer -> answer.body().forEach(events::add));
            await(url + "/api/v1/pipelines/good", token, "\"phase\":\"STREAMING\"");
            await(url + "/api/v1/pipelines/lost", token, "\"kind\":\"SOURCE_UNAVAILABLE\"");
            database.execute("UPDATE items SET name = '" + CANARY + "-changed' WHERE id = 1");
            database.execute("ALTER TABLE items ADD COLUMN more text", "UPDATE items SET more = '" + CANARY + "-more'");
            await(url + "/api/v1/pipelines/good", token, "\"phase\":\"STOPPED\"");
            for (String path : List.of(
                    "/api/v1/pipelines",
                    "/api/v1/pipelines/good",
                    "/api/v1/pipelines/lost",
                    "/api/v1/pipelines/good/tables",
                    "/api/v1/pipelines/good/cuts",
                    "/api/v1/definitions",
                    "/q/metrics",
                    "/q/health",
                    "/q/openapi",
                    "/")) {
                send("GET", url + path, token, "");
            }
            String body = yaml(database, "asked", 1, CANARY + "-body");
            for (String text : List.of(
                    body,
                    body.replace("localhost", "no such host"),
                    body.replace("hostname", "hostnam"),
                    body.replace("tables:", "\ttables:"),
                    body.replace("password: ", "password: {a: ") + "}",
                    body.replace("jdbc.password", "jdbc.socketFactory"))) {
                send("POST", url + "/api/v1/pipelines?dryRun=true", token, text);
            }
            send("PUT", url + "/api/v1/pipelines/asked?start=false", token, body);
            send("GET", url + "/api/v1/pipelines", token + "x", "");
            Awaitility.await().atMost(LIMIT).until(() -> !events.isEmpty());
            service.terminate();
            service.awaitExit(LIMIT);
            watching.handle((done, failure) -> true).join();
            said.addAll(service.output());
        }
        said.addAll(events);
        for (String expected : List.of("CutPublished", "sluice_cuts_total", "invalid-definition", "unauthorized")) {
            assertThat(said).as("what was looked through").anyMatch(line -> line.contains(expected));
        }
        assertThat(said).noneMatch(line -> line.contains(CANARY));
    }

    private ChildProcess service(Path followed, Path tokens) {
        return PackagedSluice.in(directory, "-D" + Authentication.TOKENS_FILE + "=" + tokens)
                .arguments(
                        "run",
                        followed.toString(),
                        "--definitions",
                        directory.resolve("kept").toString(),
                        "--port",
                        "0",
                        "--plain",
                        "--debug")
                .start();
    }

    private void await(String url, String token, String part) {
        Awaitility.await().atMost(LIMIT).until(() -> send("GET", url, token, ""), answer -> answer.contains(part));
    }

    private String send(String method, String url, String token, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                http.send(request(method, url, token, body), HttpResponse.BodyHandlers.ofString());
        said.add(answer.body());
        answer.headers().map().forEach((name, values) -> said.add(name + values));
        return answer.body();
    }

    private static HttpRequest request(String method, String url, String token, String body) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/yaml")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private String yaml(TestDatabase database, String name, int port, String password) {
        return Stream.of(
                        "pipeline:",
                        "  name: " + name,
                        "  commit-interval: 200ms",
                        "  state-directory: '" + directory + "/state-" + name + "'",
                        "source:",
                        "  type: postgres",
                        "  hostname: " + database.host(),
                        "  port: " + port,
                        "  database-name: " + database.name(),
                        "  username: " + database.user(),
                        "  password: " + password,
                        "  tables: public.items",
                        "sink:",
                        "  type: iceberg",
                        "  namespace: " + name,
                        "  catalog:",
                        "    type: jdbc",
                        "    uri: 'jdbc:sqlite:" + directory + "/" + name + ".db'",
                        "    warehouse: '" + directory + "/warehouse'",
                        "    properties:",
                        "      jdbc.password: " + CANARY + "-property",
                        "")
                .reduce("", (text, line) -> text + line + "\n");
    }
}
