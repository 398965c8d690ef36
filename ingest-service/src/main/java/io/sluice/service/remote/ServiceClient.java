package io.sluice.service.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** Asks the admin API of a service. Safe for use by several threads. */
final class ServiceClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    // A cut on request may take a minute.
    private static final Duration ANSWER = Duration.ofSeconds(90);

    private final HttpClient http;
    private final URI base;
    private final Optional<String> token;

    /**
     * A client.
     *
     * @param base scheme, host and port
     * @param token is sent as bearer token
     * @param encryption whom to trust and how to prove oneself, of an encrypted service
     */
    ServiceClient(URI base, Optional<String> token, SSLContext encryption) {
        this.http = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .sslContext(encryption)
                .build();
        this.base = base;
        this.token = token;
    }

    /** The answer to a question. */
    JsonNode get(String path) throws InterruptedException {
        return send("GET", path);
    }

    /** The answer to a request without a body. */
    JsonNode post(String path) throws InterruptedException {
        return send("POST", path);
    }

    /** The path below {@code /pipelines} of a pipeline. */
    static String pipeline(String name, String... further) {
        StringBuilder path = new StringBuilder("/api/v1/pipelines/").append(segment(name));
        for (String part : further) {
            path.append('/').append(segment(part));
        }
        return path.toString();
    }

    /** A text as a part of a path or a query. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** @throws ServiceException when there is no good answer */
    private JsonNode send(String method, String path) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(ANSWER)
                .header("Accept", "application/json")
                .method(method, HttpRequest.BodyPublishers.noBody());
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        HttpResponse<String> answer;
        try {
            answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (SSLException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNTRUSTED,
                    "no encrypted connection to the service at " + base + ": " + reason(e),
                    "name the authority of its certificate with --ca or SLUICE_CA, and where it asks callers for a"
                            + " certificate, that with --cert and --key.");
        } catch (IOException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNREACHABLE,
                    "no answer from the service at " + base + ": " + reason(e),
                    "start one with 'sluice run', or name its address with --url or SLUICE_URL.");
        }
        JsonNode body = parse(answer);
        if (answer.statusCode() / 100 == 2) {
            return body;
        }
        String detail = body.path("detail").asText("");
        throw new ServiceException(
                ServiceException.Kind.REFUSED,
                detail.isEmpty() ? "the service at " + base + " answered " + answer.statusCode() : detail,
                answer.statusCode() == 401 || answer.statusCode() == 403
                        ? "give a token that may do this with SLUICE_TOKEN."
                        : "'sluice status' shows the pipelines and what they do.");
    }

    private JsonNode parse(HttpResponse<String> answer) {
        try {
            return answer.body().isBlank() ? JSON.createObjectNode() : JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new ServiceException(
                    ServiceException.Kind.REFUSED,
                    "what answers at " + base + " is not a Sluice service (status " + answer.statusCode() + ")",
                    "name its address with --url or SLUICE_URL.");
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
