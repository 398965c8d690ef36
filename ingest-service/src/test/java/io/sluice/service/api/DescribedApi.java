package io.sluice.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;

/**
 * A running service and what it says of itself: every answer is held against the description, strictly. Safe for use by
 * several threads.
 */
final class DescribedApi {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final int LARGE = 100_000;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String token;
    private final JsonNode description;
    private final Map<String, JsonNode> operations = new TreeMap<>();
    private final Set<String> answered = new ConcurrentSkipListSet<>();
    private final Map<JsonNode, Schema> compiled = new ConcurrentHashMap<>();

    /** Reads the description with a token that may do everything. */
    DescribedApi(String url, String token) throws IOException, InterruptedException {
        this.url = url;
        this.token = token;
        HttpResponse<String> told = http.send(
                HttpRequest.newBuilder(URI.create(url + "/q/openapi?format=json"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        this.description = JSON.readTree(told.body());
        close(description);
        description.path("paths").properties().forEach(path -> {
            for (String method : List.of("get", "post", "put", "delete", "patch")) {
                JsonNode operation = path.getValue().path(method);
                if (!operation.isMissingNode() && path.getKey().startsWith("/api/v1/")) {
                    operations.put(method.toUpperCase(Locale.ROOT) + " " + path.getKey(), operation);
                }
            }
        });
    }

    /** Fields that are not described are wrong in a test; clients must bear them. */
    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("type").asText().equals("object")
                && object.has("properties")
                && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        node.forEach(DescribedApi::close);
    }

    /** All operations, such as {@code GET /api/v1/pipelines/{name}}. */
    Map<String, JsonNode> operations() {
        return operations;
    }

    /** Those that were answered with a status below 300. */
    Set<String> answered() {
        return answered;
    }

    /** What is wrong with a value where a schema of the description is expected. */
    List<Error> problems(JsonNode schema, JsonNode value) {
        return compiled.computeIfAbsent(schema, this::compile).validate(value);
    }

    private Schema compile(JsonNode schema) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", description.path("components"));
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole.toString(), InputFormat.JSON);
    }

    /**
     * A request.
     *
     * @param method and path, with its query
     * @param contentType empty for a request without a body
     * @param headers names and values in turn
     */
    record Call(String method, String path, String contentType, String body, List<String> headers) {

        static Call of(String method, String path) {
            return new Call(method, path, "", "", List.of());
        }

        Call with(String... more) {
            List<String> all = new ArrayList<>(headers);
            all.addAll(List.of(more));
            return new Call(method, path, contentType, body, all);
        }

        Call body(String type, String text) {
            return new Call(method, path, type, text, headers);
        }
    }

    /** The answer to a request that is expected to end with a status, which was found to be as described. */
    JsonNode expect(int status, Call call) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(call);
        assertThat(answer.statusCode())
                .as("%s %s: %s", call.method(), call.path(), answer.body())
                .isEqualTo(status);
        return check(call, answer);
    }

    /** The answer to a request, which was found to be as described, whatever its status. */
    HttpResponse<String> sendChecked(Call call) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(call);
        check(call, answer);
        return answer;
    }

    HttpResponse<String> send(Call call) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + call.path()))
                .method(call.method(), HttpRequest.BodyPublishers.ofString(call.body()))
                // A refusal of what is too large comes before the body then, and not in the middle of it.
                .expectContinue(call.body().length() > LARGE);
        if (!call.contentType().isEmpty()) {
            request.header("Content-Type", call.contentType());
        }
        if (!call.headers().contains("Authorization")) {
            request.header("Authorization", "Bearer " + token);
        }
        if (!call.headers().isEmpty()) {
            request.headers(call.headers().toArray(String[]::new));
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode check(Call call, HttpResponse<String> answer) throws IOException {
        String name = operation(call);
        JsonNode response = operations.get(name).path("responses").path(Integer.toString(answer.statusCode()));
        assertThat(response.isMissingNode())
                .as("%s answers with %d, which is not described: %s", name, answer.statusCode(), answer.body())
                .isFalse();
        if (answer.statusCode() < 300) {
            answered.add(name);
        }
        if (response.path("content").isEmpty()) {
            return JSON.createObjectNode();
        }
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        JsonNode media = response.path("content").path(type);
        assertThat(media.isMissingNode())
                .as("%s answers %d with '%s', which is not described", name, answer.statusCode(), type)
                .isFalse();
        JsonNode body = JSON.readTree(answer.body());
        assertThat(problems(media.path("schema"), body))
                .as("%s answers %d with %s", name, answer.statusCode(), answer.body())
                .isEmpty();
        return body;
    }

    /** An event of a stream as it is described. */
    void checkEvent(String name, String data) throws IOException {
        JsonNode schema = operations
                .get(name)
                .path("responses")
                .path("200")
                .path("content")
                .path("text/event-stream")
                .path("schema");
        assertThat(problems(schema, JSON.readTree(data))).as(data).isEmpty();
        answered.add(name);
    }

    private String operation(Call call) {
        String path = call.path().replaceFirst("\\?.*", "");
        return operations.keySet().stream()
                .filter(name -> name.startsWith(call.method() + " "))
                .filter(name ->
                        Pattern.matches(name.substring(name.indexOf(' ') + 1).replaceAll("\\{\\w+}", "[^/]+"), path))
                .findFirst()
                .orElseThrow(() -> new AssertionError(call.method() + " " + path + " is not described"));
    }
}
