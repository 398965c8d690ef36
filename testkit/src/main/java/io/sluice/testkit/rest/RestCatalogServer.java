package io.sluice.testkit.rest;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RESTSerializers;
import org.apache.iceberg.rest.responses.ErrorResponse;
import org.jspecify.annotations.Nullable;

/**
 * Iceberg's REST protocol on 127.0.0.1 over a JDBC catalog in a SQLite file: configuration, namespaces, tables, and
 * {@code transactions/commit} over several tables at once. No authentication, no views, no pages. Requests are served
 * one at a time, so that a commit over several tables is seen in all of them or in none. The next requests can be made
 * to fail.
 */
public final class RestCatalogServer implements AutoCloseable {

    private final Optional<SSLContext> encryption;
    private final int port;
    private HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final JdbcCatalog catalog = new JdbcCatalog();
    private final CatalogRoutes routes;
    private final ObjectMapper mapper;
    private final Path warehouse;
    private final List<Planned> planned = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();

    /** How a request fails. */
    public enum Fault {
        /** Answered with 409 as if another writer had been faster; nothing happens. */
        CONFLICT,
        /** Answered with 503; nothing happens. */
        UNAVAILABLE,
        /** Answered with 504; it happens all the same. */
        TIMEOUT_AFTER_EFFECT,
        /** The connection is closed without an answer; it happens all the same. */
        LOST_RESPONSE,
        /** The connection is closed without an answer; nothing happens. */
        LOST_REQUEST,
        /** Answered with 500; it happens all the same. */
        ERROR_AFTER_EFFECT,
        /** Answered with 409 as if another writer had been faster; it happens all the same, as after a repeated request. */
        CONFLICT_AFTER_EFFECT
    }

    private record Planned(Pattern request, Fault fault) {}

    private RestCatalogServer(
            Path directory, String warehouse, Map<String, String> hadoop, Optional<SSLContext> encryption) {
        this.encryption = encryption;
        this.server = listen(0);
        this.port = server.getAddress().getPort();
        this.warehouse = directory;
        this.mapper = mapper();
        Configuration configuration = new Configuration();
        hadoop.forEach(configuration::set);
        catalog.setConf(configuration);
        catalog.initialize(
                "rest-backend",
                Map.of(
                        CatalogProperties.URI,
                        "jdbc:sqlite:" + directory.resolve("rest-catalog.db"),
                        CatalogProperties.WAREHOUSE_LOCATION,
                        warehouse,
                        "jdbc.schema-version",
                        "V1"));
        this.routes = new CatalogRoutes(catalog, mapper);
    }

    /**
     * Starts a server.
     *
     * @param directory of the catalog's file and of the tables; what it has is kept
     */
    public static RestCatalogServer start(Path directory) {
        return start(directory, directory.toString(), Map.of());
    }

    /**
     * Starts a server whose tables are elsewhere.
     *
     * @param directory of the catalog's file; what it has is kept
     * @param warehouse where tables are made, such as {@code s3a://lake/warehouse}
     * @param hadoop what Hadoop needs to reach it
     */
    public static RestCatalogServer start(Path directory, String warehouse, Map<String, String> hadoop) {
        return new RestCatalogServer(directory, warehouse, hadoop, Optional.empty());
    }

    /** Starts a server that is asked by https. */
    public static RestCatalogServer startEncrypted(Path directory, SSLContext encryption) {
        return new RestCatalogServer(directory, directory.toString(), Map.of(), Optional.of(encryption));
    }

    private HttpServer listen(int wanted) {
        try {
            HttpServer http = create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
            http.createContext("/", this::handle);
            http.setExecutor(executor);
            http.start();
            return http;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start the REST catalog", e);
        }
    }

    private HttpServer create(InetSocketAddress address) throws IOException {
        if (encryption.isEmpty()) {
            return HttpServer.create(address, 0);
        }
        HttpsServer https = HttpsServer.create(address, 0);
        https.setHttpsConfigurator(new HttpsConfigurator(encryption.get()));
        return https;
    }

    /** Stops listening: connections are refused until {@link #comeBack}. */
    public synchronized void goAway() {
        server.stop(0);
    }

    /** Listens again, at the same address. */
    public synchronized void comeBack() {
        server = listen(port);
    }

    /** The catalog's {@code uri}. */
    public String uri() {
        return (encryption.isPresent() ? "https" : "http") + "://127.0.0.1:" + port;
    }

    /** The directory of the catalog's file and, unless they are elsewhere, of the tables. */
    public Path warehouse() {
        return warehouse;
    }

    /**
     * Makes the next request that matches fail, once; several are used up in the order in which they were planned.
     *
     * @param request matched against method and path, such as {@code POST .*}{@code /transactions/commit}
     */
    public synchronized void failNext(String request, Fault fault) {
        planned.add(new Planned(Pattern.compile(request), fault));
    }

    /** Method and path of every request since the start, those that failed included. */
    public synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public synchronized void close() {
        server.stop(0);
        executor.shutdownNow();
        catalog.close();
    }

    private void handle(HttpExchange exchange) {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Optional<Response> response = answer(exchange, body);
            if (response.isEmpty()) {
                return;
            }
            boolean head = exchange.getRequestMethod().equals("HEAD");
            byte[] bytes = response.get().body();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(response.get().status(), head || bytes.length == 0 ? -1 : bytes.length);
            if (!head && bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        } catch (IOException e) {
            // The client has gone; there is nobody to tell.
            exchange.close();
        }
    }

    private synchronized Optional<Response> answer(HttpExchange exchange, byte[] body) throws IOException {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getRawPath();
        String request = method + " " + path;
        requests.add(request);
        Optional<Fault> fault = nextFault(request);
        if (fault.isPresent()) {
            switch (fault.get()) {
                case CONFLICT -> {
                    return Optional.of(error(409, new CommitFailedException("Planned conflict")));
                }
                case UNAVAILABLE -> {
                    return Optional.of(error(503, new IllegalStateException("Planned outage")));
                }
                case TIMEOUT_AFTER_EFFECT -> {
                    respond(method, path, exchange.getRequestURI().getRawQuery(), body);
                    return Optional.of(error(504, new IllegalStateException("Planned timeout")));
                }
                case LOST_RESPONSE -> {
                    respond(method, path, exchange.getRequestURI().getRawQuery(), body);
                    return Optional.empty();
                }
                case LOST_REQUEST -> {
                    return Optional.empty();
                }
                case ERROR_AFTER_EFFECT -> {
                    respond(method, path, exchange.getRequestURI().getRawQuery(), body);
                    return Optional.of(error(500, new IllegalStateException("Planned failure")));
                }
                case CONFLICT_AFTER_EFFECT -> {
                    respond(method, path, exchange.getRequestURI().getRawQuery(), body);
                    return Optional.of(error(409, new CommitFailedException("Planned conflict")));
                }
            }
        }
        return Optional.of(respond(method, path, exchange.getRequestURI().getRawQuery(), body));
    }

    private Response respond(String method, String path, @Nullable String query, byte[] body) throws IOException {
        try {
            Optional<Object> result = routes.call(method, path, query == null ? "" : query, body);
            return result.isPresent()
                    ? new Response(200, mapper.writeValueAsBytes(result.get()))
                    : new Response(204, new byte[0]);
        } catch (RuntimeException e) {
            return error(CatalogRoutes.status(e), e);
        }
    }

    private Optional<Fault> nextFault(String request) {
        for (Planned plan : planned) {
            if (plan.request().matcher(request).matches()) {
                planned.remove(plan);
                return Optional.of(plan.fault());
            }
        }
        return Optional.empty();
    }

    private Response error(int status, RuntimeException e) throws IOException {
        ErrorResponse error = ErrorResponse.builder()
                .responseCode(status)
                .withType(e.getClass().getSimpleName())
                .withMessage(e.getMessage() == null ? e.toString() : e.getMessage())
                .build();
        return new Response(status, mapper.writeValueAsBytes(error));
    }

    private record Response(int status, byte[] body) {}

    /** As Iceberg's own, which is not public. */
    private static ObjectMapper mapper() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);
        mapper.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
        mapper.setPropertyNamingStrategy(new PropertyNamingStrategies.KebabCaseStrategy());
        RESTSerializers.registerAll(mapper);
        return mapper;
    }
}
