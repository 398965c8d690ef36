package io.sluice.service.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Requests to the admin API with definitions, mostly spoiled: the body, headers, the query, the path. For one thread. */
final class FuzzedRequests {

    private static final List<String> TYPES = List.of(
            "application/yaml",
            "application/yaml",
            "application/yaml",
            "application/json",
            "application/json",
            "text/yaml",
            "application/x-yaml",
            "application/yaml; charset=utf-16",
            "application/json;charset=nonsense",
            "text/html",
            "application/octet-stream",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
            "*/*",
            "",
            ";",
            "a/b/c",
            "application/json; a=\"",
            "\u00ff/\u00fe");
    private static final List<String> CONDITIONS = List.of(
            "*",
            "\"x\"",
            "W/\"x\"",
            "\"a\", \"b\"",
            "x",
            "\"",
            "\"\"",
            ",",
            "\"a\" \"b\"",
            "\u00e9",
            "\"\u00e9\"",
            "\"0123456789abcdef01234567\"",
            "W/*",
            "\"a\",,\"b\"");
    private static final List<String> ACCEPTED = List.of(
            "*/*",
            "application/json",
            "application/xml",
            "text/html;q=x",
            "",
            "a",
            "*/*;q=2",
            "application/json;q=0",
            ",");
    private static final List<String> FLAGS =
            List.of("true", "false", "TRUE", "", "1", "%00", "%ff", "%", "a&dryRun=b");
    private static final List<String> NAMES = List.of(
            "fuzz",
            "shop",
            "nobody",
            "%00",
            "%ff%fe",
            "..%2f..",
            "..",
            "a%0d%0ab",
            "%",
            "a%2",
            "x".repeat(3000),
            "%e2%80%a8",
            "a;b=c",
            "a?b",
            "'%22<>",
            "%F0%9F%98%80");
    private static final List<String> ACTIONS = List.of(
            "",
            "/tables",
            "/cuts",
            "/verify",
            "/start",
            "/stop",
            "/pause",
            "/resume",
            "/events",
            "/tables/public.items/resnapshot",
            "/tables/%00/resnapshot",
            "/nothing",
            "/cuts?limit=0",
            "/cuts?limit=x",
            "/cuts?limit=99999999999",
            "/dead-letters",
            "/dead-letters?limit=1001",
            "/dead-letters?table=%00",
            "/start?mode=%00",
            "/verify?repair=perhaps");
    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "BREW");

    private final FuzzedBodies bodies;
    private final Random random;
    private final int port;

    FuzzedRequests(FuzzedBodies bodies, Random random, int port) {
        this.bodies = bodies;
        this.random = random;
        this.port = port;
    }

    /** Whether a client that keeps HTTP's own rules could have sent a request. */
    enum Form {
        HTTP,
        BROKEN
    }

    /**
     * A request.
     *
     * @param bytes what is sent
     * @param form of a broken one no answer is needed
     */
    record Request(byte[] bytes, Form form) {}

    Request next() {
        int kind = random.nextInt(100);
        if (kind < 45) {
            return request("POST", "/api/v1/pipelines?start=false", bodies.next());
        }
        if (kind < 70) {
            return request("PUT", "/api/v1/pipelines/fuzz?start=false", bodies.next());
        }
        if (kind < 75) {
            return request("POST", "/api/v1/pipelines?dryRun=true", bodies.next());
        }
        if (kind < 77) {
            return plain("POST", "/api/v1/pipelines?dryRun=true", bodies.untouched());
        }
        if (kind < 82) {
            String path = "/api/v1/pipelines?dryRun=" + pick(FLAGS) + "&start=false&x=" + pick(FLAGS);
            return request("POST", path, bodies.next());
        }
        if (kind < 96) {
            String path = "/api/v1/pipelines/" + pick(NAMES) + pick(ACTIONS);
            String method = pick(METHODS);
            return request(method, path, method.equals("PUT") ? bodies.next() : new byte[0]);
        }
        return broken();
    }

    private Request plain(String method, String path, byte[] body) {
        return new Request(
                bytes(method, path, "Content-Type: application/yaml\r\nContent-Length: " + body.length + "\r\n", body),
                Form.HTTP);
    }

    private Request request(String method, String path, byte[] body) {
        StringBuilder headers = new StringBuilder();
        headers.append("Content-Type: ")
                .append(random.nextInt(4) == 0 ? pick(TYPES) : pick(TYPES.subList(0, 7)))
                .append("\r\n");
        headers.append("Content-Length: ").append(body.length).append("\r\n");
        if (random.nextInt(5) == 0) {
            headers.append("If-Match: ").append(pick(CONDITIONS)).append("\r\n");
        }
        if (random.nextInt(5) == 0) {
            headers.append("If-None-Match: ").append(pick(CONDITIONS)).append("\r\n");
        }
        if (random.nextInt(10) == 0) {
            headers.append("Accept: ").append(pick(ACCEPTED)).append("\r\n");
        }
        if (random.nextInt(20) == 0) {
            headers.append("Authorization: ")
                    .append(pick(List.of("Bearer x", "Bearer", "Basic !", "\u00ff", "")))
                    .append("\r\n");
        }
        if (random.nextInt(30) == 0) {
            headers.append("Content-Encoding: ")
                    .append(pick(List.of("gzip", "deflate", "nonsense")))
                    .append("\r\n");
        }
        if (random.nextInt(30) == 0) {
            headers.append("Origin: ")
                    .append(pick(List.of("http://evil.example", "null", "%", "http://[", "")))
                    .append("\r\n");
        }
        return new Request(bytes(method, path, headers.toString(), body), Form.HTTP);
    }

    private Request broken() {
        byte[] body = bodies.next();
        return switch (random.nextInt(5)) {
            case 0 -> new Request(bytes("POST", "/api/v1/pipelines", "Content-Length: -1\r\n", body), Form.BROKEN);
            case 1 ->
                new Request(
                        bytes("POST", "/api/v1/pipelines?start=false", "Transfer-Encoding: chunked\r\n", body),
                        Form.BROKEN);
            case 2 -> new Request(bytes("GET", "/api/v1/\u00ff\u0001pipelines", "", new byte[0]), Form.BROKEN);
            case 3 ->
                new Request(
                        bytes("GET", "/api/v1/pipelines", "X: " + "x".repeat(20_000) + "\r\n", new byte[0]),
                        Form.BROKEN);
            default -> {
                byte[] noise = new byte[1 + random.nextInt(200)];
                random.nextBytes(noise);
                ByteArrayOutputStream request = new ByteArrayOutputStream();
                request.writeBytes(noise);
                request.writeBytes("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                yield new Request(request.toByteArray(), Form.BROKEN);
            }
        };
    }

    private byte[] bytes(String method, String path, String headers, byte[] body) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        String head = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + headers + "\r\n";
        request.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        return request.toByteArray();
    }

    private <T> T pick(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }
}
