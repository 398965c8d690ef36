package io.sluice.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.service.packaged.PackagedSluice;
import io.sluice.service.security.ApiTokens;
import io.sluice.service.security.Caller;
import io.sluice.service.security.Role;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the packaged service says of its API, and what it does. */
@ExtendWith(PostgresExtension.class)
class OpenApiIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String PIPELINES = "/api/v1/pipelines";
    private static final String LIVE = PIPELINES + "/live";
    private static final String ADMIN = ApiTokens.PREFIX + "of-the-admin-in-this-test";
    private static final String VIEWER = ApiTokens.PREFIX + "of-the-viewer-in-this-test";

    @TempDir
    Path directory;

    @Test
    void every_operation_is_described_with_examples_and_does_what_its_description_says(TestDatabase database)
            throws Exception {
        database.execute(
                "CREATE TABLE items (id bigint PRIMARY KEY, name text)",
                "INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 50) i",
                "ANALYZE");
        try (ChildProcess service = service()) {
            String url =
                    service.awaitLine("API +(http\\S+)/api/v1/pipelines", LIMIT).group(1);
            DescribedApi api = new DescribedApi(url, ADMIN);
            assertThat(api.operations()).hasSizeGreaterThanOrEqualTo(20);
            described(api);
            examplesAreTaken(api);
            live(api, database, url);
            refusals(api, database);
            assertThat(api.answered()).isEqualTo(api.operations().keySet());
        }
    }

    private static void described(DescribedApi api) {
        api.operations().forEach((name, operation) -> {
            assertThat(operation.path("summary").asText()).as(name).isNotBlank();
            operation.path("responses").properties().forEach(response -> {
                String which = name + " " + response.getKey();
                assertThat(response.getValue().path("description").asText())
                        .as(which)
                        .isNotBlank();
                response.getValue().path("content").properties().forEach(media -> {
                    JsonNode example = media.getValue().path("example");
                    assertThat(example.isMissingNode())
                            .as("no example: %s", which)
                            .isFalse();
                    assertThat(api.problems(media.getValue().path("schema"), example))
                            .as(which)
                            .isEmpty();
                    if (response.getKey().compareTo("400") >= 0) {
                        assertThat(media.getKey()).as(which).isEqualTo(Problem.MEDIA_TYPE);
                        assertThat(example.path("status").asText()).as(which).isEqualTo(response.getKey());
                    }
                });
            });
            operation
                    .path("requestBody")
                    .path("content")
                    .properties()
                    .forEach(
                            media -> assertThat(media.getValue().path("example").isMissingNode())
                                    .as("no example of a body: %s %s", name, media.getKey())
                                    .isFalse());
        });
    }

    /** Each body that the description shows makes a pipeline, and changes nothing when it comes again. */
    private static void examplesAreTaken(DescribedApi api) throws IOException, InterruptedException {
        List<DescribedApi.Call> bodies = new ArrayList<>();
        for (String name : List.of("POST " + PIPELINES, "PUT " + PIPELINES + "/{name}")) {
            JsonNode content = api.operations().get(name).path("requestBody").path("content");
            assertThat(content).hasSize(4);
            String path = name.startsWith("PUT") ? PIPELINES + "/shop" : PIPELINES;
            content.properties().forEach(media -> {
                JsonNode example = media.getValue().path("example");
                bodies.add(DescribedApi.Call.of(name.substring(0, name.indexOf(' ')), path + "?start=false")
                        .body(media.getKey(), example.isTextual() ? example.asText() : example.toString()));
            });
        }
        for (DescribedApi.Call body : bodies) {
            JsonNode made = api.expect(201, body);
            assertThat(made.path("name").asText()).isEqualTo("shop");
            if (body.method().equals("PUT")) {
                api.expect(200, body);
            } else {
                api.expect(409, body);
            }
            api.expect(204, DescribedApi.Call.of("DELETE", PIPELINES + "/shop"));
            api.expect(
                    422,
                    new DescribedApi.Call(
                            body.method(),
                            body.path().replace("start=false", "dryRun=true"),
                            body.contentType(),
                            body.body(),
                            body.headers()));
        }
    }

    private void live(DescribedApi api, TestDatabase database, String url) throws Exception {
        String yaml = yaml(database);
        api.expect(200, DescribedApi.Call.of("GET", PIPELINES));
        JsonNode plan = api.expect(200, post("?dryRun=true").body("application/yaml", yaml));
        assertThat(plan.path("canRun").asBoolean()).isTrue();
        api.expect(200, DescribedApi.Call.of("PUT", LIVE + "?dryRun=true").body("application/yaml", yaml));
        api.expect(201, post("").body("application/yaml", yaml));
        await(api, LIVE, "\"phase\":\"STREAMING\"");
        api.expect(200, DescribedApi.Call.of("GET", PIPELINES));
        api.expect(200, DescribedApi.Call.of("GET", PIPELINES + "?tables=false"));
        api.expect(200, DescribedApi.Call.of("GET", "/api/v1/definitions"));
        api.expect(200, DescribedApi.Call.of("GET", LIVE));
        api.expect(200, DescribedApi.Call.of("GET", LIVE + "/tables"));
        database.execute("UPDATE items SET name = 'changed' WHERE id < 10");
        api.expect(201, DescribedApi.Call.of("POST", LIVE + "/cuts"));
        assertThat(api.expect(200, DescribedApi.Call.of("GET", LIVE + "/cuts"))).isNotEmpty();
        assertThat(api.expect(200, DescribedApi.Call.of("GET", LIVE + "/dead-letters"))
                        .path("open")
                        .asInt(-1))
                .isZero();
        api.expect(404, DescribedApi.Call.of("GET", LIVE + "/verify"));
        api.expect(202, DescribedApi.Call.of("POST", LIVE + "/verify"));
        await(api, LIVE + "/verify", "\"state\":\"DONE\"");
        api.expect(200, DescribedApi.Call.of("GET", LIVE + "/verify"));
        api.expect(409, DescribedApi.Call.of("DELETE", LIVE + "/verify"));
        cancelled(api);
        try (EventReader all = new EventReader(url, "/api/v1/events");
                EventReader one = new EventReader(url, LIVE + "/events")) {
            api.expect(202, DescribedApi.Call.of("POST", LIVE + "/pause"));
            api.checkEvent("GET /api/v1/events", all.first());
            api.checkEvent("GET " + PIPELINES + "/{name}/events", one.first());
        }
        await(api, LIVE, "\"state\":\"PAUSED\"");
        api.expect(409, DescribedApi.Call.of("POST", LIVE + "/pause"));
        api.expect(202, DescribedApi.Call.of("POST", LIVE + "/resume"));
        await(api, LIVE, "\"state\":\"RUNNING\"");
        api.expect(202, DescribedApi.Call.of("POST", LIVE + "/tables/public.items/resnapshot"));
        await(api, LIVE, "\"loading\":0");
        api.expect(202, DescribedApi.Call.of("POST", LIVE + "/stop"));
        await(api, LIVE, "\"state\":\"STOPPED\"");
        api.expect(409, DescribedApi.Call.of("POST", LIVE + "/stop"));
        api.expect(409, DescribedApi.Call.of("POST", LIVE + "/resume"));
        api.expect(409, DescribedApi.Call.of("POST", LIVE + "/cuts"));
        api.expect(202, DescribedApi.Call.of("POST", LIVE + "/start"));
        api.expect(409, DescribedApi.Call.of("POST", LIVE + "/start"));
        await(api, LIVE, "\"state\":\"RUNNING\"");
    }

    /** A verification ends when it ends: one that is given up in time is looked for. */
    private static void cancelled(DescribedApi api) {
        Awaitility.await().atMost(LIMIT).until(() -> {
            api.expect(202, DescribedApi.Call.of("POST", LIVE + "/verify?repair=false"));
            int status =
                    api.send(DescribedApi.Call.of("DELETE", LIVE + "/verify")).statusCode();
            if (status == 202) {
                // Described as any other answer; this one was the only chance to see it.
                api.answered().add("DELETE " + PIPELINES + "/{name}/verify");
            }
            await(api, LIVE + "/verify", "\"endedAt\":\"");
            return status == 202;
        });
    }

    private void refusals(DescribedApi api, TestDatabase database) throws IOException, InterruptedException {
        String yaml = yaml(database);
        api.expect(409, post("").body("application/yaml", yaml));
        api.expect(
                412,
                DescribedApi.Call.of("PUT", LIVE).body("application/yaml", yaml).with("If-Match", "\"x\""));
        api.expect(412, DescribedApi.Call.of("DELETE", LIVE).with("If-Match", "\"x\""));
        api.expect(400, DescribedApi.Call.of("DELETE", LIVE).with("If-Match", "x"));
        api.expect(400, DescribedApi.Call.of("PUT", PIPELINES + "/other").body("application/yaml", yaml));
        JsonNode wrong = api.expect(400, post("").body("application/yaml", "pipeline: x"));
        assertThat(wrong.path("errors")).isNotEmpty();
        api.expect(415, post("").body("text/html", "<p>"));
        api.expect(413, post("").body("application/yaml", "#" + "x".repeat(1_200_000)));
        for (String query : List.of("?tables=x", "?tables=TRUE")) {
            api.expect(400, DescribedApi.Call.of("GET", PIPELINES + query));
        }
        api.expect(400, DescribedApi.Call.of("GET", LIVE + "/cuts?limit=0"));
        for (String limit : List.of("0", "1001", "x")) {
            api.expect(400, DescribedApi.Call.of("GET", LIVE + "/dead-letters?limit=" + limit));
        }
        api.expect(404, DescribedApi.Call.of("GET", LIVE + "/dead-letters?table=public.nothing"));
        api.expect(400, DescribedApi.Call.of("POST", LIVE + "/start?mode=x"));
        api.expect(400, DescribedApi.Call.of("POST", LIVE + "/verify?repair=x"));
        api.expect(404, DescribedApi.Call.of("POST", LIVE + "/tables/public.nothing/resnapshot"));
        for (String name : api.operations().keySet()) {
            String method = name.substring(0, name.indexOf(' '));
            String path = name.substring(name.indexOf(' ') + 1)
                    .replace("{name}", "nobody")
                    .replace("{table}", "a.b");
            DescribedApi.Call call = DescribedApi.Call.of(method, path);
            if (!api.operations().get(name).path("requestBody").isMissingNode()) {
                call = call.body("application/yaml", yaml);
            } else if (name.contains("{name}")) {
                api.expect(404, call);
            }
            api.expect(401, call.with("Authorization", "Bearer " + ApiTokens.generate()));
            if (!method.equals("GET")) {
                api.expect(403, call.with("Authorization", "Bearer " + VIEWER));
            }
        }
        api.expect(406, DescribedApi.Call.of("GET", PIPELINES).with("Accept", "application/xml"));
        api.expect(204, DescribedApi.Call.of("DELETE", LIVE));
    }

    private static void await(DescribedApi api, String path, String part) {
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> api.send(DescribedApi.Call.of("GET", path)).body(), answer -> answer.contains(part));
    }

    private static DescribedApi.Call post(String query) {
        return DescribedApi.Call.of("POST", PIPELINES + query);
    }

    /** The first event of a stream. */
    private static final class EventReader implements AutoCloseable {

        private final CompletableFuture<HttpResponse<Stream<String>>> answer;
        private final CompletableFuture<String> first;

        EventReader(String url, String path) throws Exception {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                    .header("Authorization", "Bearer " + ADMIN)
                    .build();
            answer = HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.ofLines());
            assertThat(answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode())
                    .isEqualTo(200);
            first = answer.thenApplyAsync(open -> open.body()
                    .filter(line -> line.startsWith("data:"))
                    .map(line -> line.substring("data:".length()))
                    .findFirst()
                    .orElseThrow());
        }

        String first() throws Exception {
            return first.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            first.cancel(true);
            answer.cancel(true);
        }
    }

    private ChildProcess service() throws IOException {
        Path tokens = Files.write(
                directory.resolve("tokens"),
                List.of(line("ada", Role.ADMIN, ADMIN), line("vera", Role.VIEWER, VIEWER)));
        return PackagedSluice.in(directory, "-Dsluice.api.tokens-file=" + tokens)
                .environment("SHOP_PASSWORD", "not-asked-for")
                .arguments("run", "--definitions", directory.resolve("kept").toString(), "--port", "0", "--plain")
                .start();
    }

    private static String line(String name, Role role, String token) {
        return ApiTokens.line(new Caller(name, role), token);
    }

    private String yaml(TestDatabase database) {
        return PackagedSluice.itemsPipeline("live", directory, database, PackagedSluice.localCatalog(directory));
    }
}
