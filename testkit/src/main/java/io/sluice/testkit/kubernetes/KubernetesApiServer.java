package io.sluice.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * A Kubernetes API server with Leases ({@code coordination.k8s.io/v1}) and Services, over HTTP, in this process: bearer
 * tokens, {@code resourceVersion} as compare-and-set with 409 for the later one, 404, 422 for an object that names another,
 * merge patches, and faults on request. Only what is named here is answered; everything else is 404. Thread-safe.
 */
public final class KubernetesApiServer implements AutoCloseable {

    private static final Pattern LEASES =
            Pattern.compile("/apis/coordination\\.k8s\\.io/v1/namespaces/([^/]+)/leases(?:/([^/]+))?");
    private static final Pattern SERVICES = Pattern.compile("/api/v1/namespaces/([^/]+)/services/([^/]+)");

    private final ObjectMapper json = new ObjectMapper();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, ObjectNode> objects = new TreeMap<>();
    private final List<String> requests = new ArrayList<>();
    private final boolean encrypted;
    private String token = "test-token";
    private Function<Call, Fault> faults = call -> Fault.NONE;
    private long version = 100;

    private KubernetesApiServer(HttpServer server, boolean encrypted) {
        this.server = server;
        this.encrypted = encrypted;
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** A request. */
    public record Call(String method, String path) {}

    /** What goes wrong with a request. */
    public enum Fault {
        /** Nothing. */
        NONE,
        /** 503, nothing was done. */
        UNAVAILABLE,
        /** No answer ever, nothing was done. */
        SILENT,
        /** Done, but the answer never comes. */
        ANSWER_LOST
    }

    /** A server on any free port of the loopback interface. */
    public static KubernetesApiServer start() {
        try {
            return new KubernetesApiServer(HttpServer.create(loopback(), 0), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with TLS. */
    public static KubernetesApiServer start(SSLContext context) {
        try {
            HttpsServer server = HttpsServer.create(loopback(), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context));
            return new KubernetesApiServer(server, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Its address. */
    public URI uri() {
        return URI.create((encrypted ? "https" : "http") + "://127.0.0.1:"
                + server.getAddress().getPort());
    }

    /** Writes what the kubelet mounts into a pod into a directory: the token that is asked for now, and the namespace. */
    public Path serviceAccount(Path directory, String namespace) {
        try {
            Files.createDirectories(directory);
            synchronized (this) {
                Files.writeString(directory.resolve("token"), token + "\n");
            }
            Files.writeString(directory.resolve("namespace"), namespace);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on only this bearer token is accepted. */
    public synchronized void requireToken(String required) {
        token = required;
    }

    /** From now on requests fail so. */
    public synchronized void failing(Function<Call, Fault> fault) {
        faults = fault;
    }

    /** The requests so far, as {@code GET /path}. */
    public synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    /** Stores a Service with a selector, as {@code kubectl apply} would. */
    public synchronized void putService(String namespace, String name, Map<String, String> selector) {
        ObjectNode service = json.createObjectNode().put("apiVersion", "v1").put("kind", "Service");
        service.putObject("metadata").put("name", name).put("namespace", namespace);
        ObjectNode labels = service.putObject("spec").putObject("selector");
        selector.forEach(labels::put);
        store("services/" + namespace + "/" + name, service);
    }

    /** The selector of a Service, ordered. */
    public synchronized Map<String, String> selector(String namespace, String name) {
        Map<String, String> selector = new TreeMap<>();
        ObjectNode service = objects.get("services/" + namespace + "/" + name);
        if (service != null) {
            service.at("/spec/selector")
                    .fields()
                    .forEachRemaining(label ->
                            selector.put(label.getKey(), label.getValue().asText()));
        }
        return selector;
    }

    /** A Lease as it is stored. */
    public synchronized Optional<JsonNode> lease(String namespace, String name) {
        return Optional.ofNullable(objects.get("leases/" + namespace + "/" + name))
                .map(ObjectNode::deepCopy);
    }

    /** Stores a Lease whatever is there, as a person with {@code kubectl edit} would. */
    public synchronized void putLease(String namespace, String name, Map<String, Object> spec) {
        ObjectNode lease = json.createObjectNode()
                .put("apiVersion", "coordination.k8s.io/v1")
                .put("kind", "Lease");
        lease.putObject("metadata").put("name", name).put("namespace", namespace);
        lease.set("spec", json.valueToTree(spec));
        store("leases/" + namespace + "/" + name, lease);
    }

    /** Answers nothing any more. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Call call =
                new Call(exchange.getRequestMethod(), exchange.getRequestURI().getPath());
        byte[] body = exchange.getRequestBody().readAllBytes();
        Fault fault;
        Answer answer;
        synchronized (this) {
            requests.add(call.method() + " " + call.path());
            fault = faults.apply(call);
            answer = switch (fault) {
                case NONE, ANSWER_LOST ->
                    answer(
                            call,
                            String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                            String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type")),
                            body);
                case UNAVAILABLE -> status(503, "the server is shutting down");
                case SILENT -> status(500, "");
            };
        }
        if (fault == Fault.SILENT || fault == Fault.ANSWER_LOST) {
            // The connection stays open, and nothing comes.
            return;
        }
        byte[] bytes = answer.body().toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private record Answer(int status, JsonNode body) {}

    private Answer answer(Call call, String authorization, String type, byte[] body) throws IOException {
        if (!authorization.equals("Bearer " + token)) {
            return status(401, "Unauthorized");
        }
        Matcher lease = LEASES.matcher(call.path());
        Matcher service = SERVICES.matcher(call.path());
        if (lease.matches()) {
            return lease(call, lease.group(1), Optional.ofNullable(lease.group(2)), body);
        }
        if (service.matches() && call.method().equals("PATCH")) {
            return patch("services/" + service.group(1) + "/" + service.group(2), type, body);
        }
        return status(404, "the server could not find the requested resource");
    }

    private Answer lease(Call call, String namespace, Optional<String> name, byte[] body) throws IOException {
        if (name.isEmpty() && call.method().equals("POST")) {
            ObjectNode first = (ObjectNode) json.readTree(body);
            String key =
                    "leases/" + namespace + "/" + first.at("/metadata/name").asText();
            return objects.containsKey(key)
                    ? status(409, "leases.coordination.k8s.io already exists")
                    : new Answer(201, store(key, first));
        }
        String key = "leases/" + namespace + "/" + name.orElse("");
        ObjectNode present = objects.get(key);
        if (present == null) {
            return status(404, "leases.coordination.k8s.io not found");
        }
        return switch (call.method()) {
            case "GET" -> new Answer(200, present);
            case "PUT" -> {
                ObjectNode next = (ObjectNode) json.readTree(body);
                if (!next.at("/metadata/name").asText().equals(name.orElse(""))) {
                    yield status(422, "the name of the object does not match the name on the URL");
                }
                String seen = next.at("/metadata/resourceVersion").asText();
                yield seen.equals(present.at("/metadata/resourceVersion").asText())
                        ? new Answer(200, store(key, next))
                        : status(409, "the object has been modified; please apply your changes to the latest version");
            }
            default -> status(405, "the server does not allow this method on the requested resource");
        };
    }

    private Answer patch(String key, String type, byte[] body) throws IOException {
        ObjectNode present = objects.get(key);
        if (present == null) {
            return status(404, "not found");
        }
        if (!type.equals("application/merge-patch+json")) {
            return status(415, "the body of the request was in an unknown format");
        }
        ObjectNode next = present.deepCopy();
        merge(next, json.readTree(body));
        return new Answer(200, next.equals(present) ? present : store(key, next));
    }

    /** RFC 7386. */
    private static void merge(ObjectNode into, JsonNode patch) {
        patch.fields().forEachRemaining(field -> {
            if (field.getValue().isNull()) {
                into.remove(field.getKey());
            } else if (field.getValue().isObject()) {
                merge(into.withObjectProperty(field.getKey()), field.getValue());
            } else {
                into.set(field.getKey(), field.getValue());
            }
        });
    }

    private ObjectNode store(String key, ObjectNode object) {
        object.withObjectProperty("metadata").put("resourceVersion", Long.toString(++version));
        objects.put(key, object);
        return object.deepCopy();
    }

    private Answer status(int code, String message) {
        return new Answer(
                code,
                json.createObjectNode()
                        .put("kind", "Status")
                        .put("apiVersion", "v1")
                        .put("status", "Failure")
                        .put("message", message)
                        .put("code", code));
    }
}
