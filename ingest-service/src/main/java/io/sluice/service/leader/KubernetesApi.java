package io.sluice.service.leader;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A few requests to the API server of the cluster that this process runs in, with the service account of its pod. The
 * token is read for each request, because the kubelet replaces it every hour. Safe for use by several threads.
 */
final class KubernetesApi {

    static final String JSON = "application/json";
    static final String MERGE_PATCH = "application/merge-patch+json";

    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final URI server;
    private final Path token;
    private final Duration limit;
    private final HttpClient client;
    private final ObjectMapper json = new ObjectMapper();

    /**
     * A client that has not asked anything yet.
     *
     * @param server such as {@code https://10.96.0.1:443}
     * @param serviceAccount the directory with {@code token} and, for https, {@code ca.crt}
     * @param limit for one request with its answer
     * @throws IllegalArgumentException when the certificates cannot be used
     */
    KubernetesApi(URI server, Path serviceAccount, Duration limit) {
        this.server = server;
        this.token = serviceAccount.resolve("token");
        this.limit = limit;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(limit);
        if (server.getScheme().equals("https")) {
            builder.sslContext(trusting(serviceAccount.resolve("ca.crt")));
        }
        this.client = builder.build();
    }

    /** How a request ended, where the server answered as it should. */
    enum Outcome {
        DONE,
        NOT_FOUND,
        CONFLICT
    }

    /**
     * An answer.
     *
     * @param body of {@link Outcome#DONE}, else empty
     */
    record Answer(Outcome outcome, JsonNode body) {}

    /**
     * Sends a request.
     *
     * @param path with its leading slash
     * @param type of the body
     * @param body sent unless the method is GET
     * @throws LeaseUnavailableException for every other answer, or none within the limit; what was asked for may be done
     */
    Answer send(String method, String path, String type, JsonNode body) throws LeaseUnavailableException {
        String what = method + " " + path;
        HttpRequest request = HttpRequest.newBuilder(server.resolve(path))
                .timeout(limit)
                .header("Authorization", "Bearer " + token())
                .header("Accept", JSON)
                .header("Content-Type", type)
                .method(
                        method,
                        method.equals("GET")
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        // The limit of the request ends with the head of the answer, this one with its last byte.
        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        try {
            HttpResponse<String> response = answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return switch (response.statusCode()) {
                case OK, CREATED -> new Answer(Outcome.DONE, json.readTree(response.body()));
                case NOT_FOUND -> new Answer(Outcome.NOT_FOUND, json.nullNode());
                case CONFLICT -> new Answer(Outcome.CONFLICT, json.nullNode());
                default ->
                    throw new LeaseUnavailableException(
                            "the API server answered " + response.statusCode() + " to " + what + hint(response));
            };
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw unanswered(what, e);
        } catch (ExecutionException e) {
            // Which of the two limits ends first is chance.
            if (e.getCause() instanceof HttpTimeoutException) {
                throw unanswered(what, e);
            }
            throw new LeaseUnavailableException("the API server cannot be asked: " + what + ": " + e.getCause(), e);
        } catch (JsonProcessingException e) {
            throw new LeaseUnavailableException("the API server's answer to " + what + " is no JSON", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new LeaseUnavailableException("interrupted while asking " + what, e);
        }
    }

    private LeaseUnavailableException unanswered(String what, Exception cause) {
        return new LeaseUnavailableException("the API server did not answer " + what + " within " + limit, cause);
    }

    private static String hint(HttpResponse<String> response) {
        return switch (response.statusCode()) {
            case UNAUTHORIZED -> "; the pod's token was refused";
            case FORBIDDEN -> "; the pod's service account needs a role that allows it (see k8s/base)";
            default -> "";
        };
    }

    private String token() throws LeaseUnavailableException {
        try {
            return Files.readString(token).strip();
        } catch (IOException e) {
            throw new LeaseUnavailableException(
                    "the service account's token " + token + " cannot be read; the pod needs"
                            + " automountServiceAccountToken: true",
                    e);
        }
    }

    private static SSLContext trusting(Path authority) {
        try (InputStream in = Files.newInputStream(authority)) {
            KeyStore known = KeyStore.getInstance(KeyStore.getDefaultType());
            known.load(null, null);
            int count = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                known.setCertificateEntry("ca-" + count++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(known);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "The certificates of the API server " + authority + " cannot be read: " + e, e);
        }
    }
}
