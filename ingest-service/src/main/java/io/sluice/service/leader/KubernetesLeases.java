package io.sluice.service.leader;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.service.leader.KubernetesApi.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/** A Lease of Kubernetes. What else others have put into the object stays there. */
final class KubernetesLeases implements Leases {

    /** Kubernetes' MicroTime. */
    private static final DateTimeFormatter MICRO_TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final KubernetesApi api;
    private final String namespace;
    private final String name;
    private ObjectNode last = JsonNodeFactory.instance.objectNode();

    KubernetesLeases(KubernetesApi api, String namespace, String name) {
        this.api = api;
        this.namespace = namespace;
        this.name = name;
    }

    @Override
    public Optional<Lease> read() throws LeaseUnavailableException {
        return stored(api.send("GET", path() + "/" + name, KubernetesApi.JSON, JsonNodeFactory.instance.nullNode()));
    }

    @Override
    public Optional<Lease> create(Lease first) throws LeaseUnavailableException {
        ObjectNode object = JsonNodeFactory.instance
                .objectNode()
                .put("apiVersion", "coordination.k8s.io/v1")
                .put("kind", "Lease");
        object.putObject("metadata").put("name", name).put("namespace", namespace);
        write(first, object.putObject("spec"));
        KubernetesApi.Answer answer = api.send("POST", path(), KubernetesApi.JSON, object);
        if (answer.outcome() == Outcome.NOT_FOUND) {
            throw new LeaseUnavailableException("there is no namespace " + namespace);
        }
        return stored(answer);
    }

    @Override
    public Optional<Lease> replace(Lease next) throws LeaseUnavailableException {
        ObjectNode object = last.deepCopy();
        object.withObject("/metadata").put("resourceVersion", next.version());
        write(next, object.withObject("/spec"));
        return stored(api.send("PUT", path() + "/" + name, KubernetesApi.JSON, object));
    }

    private String path() {
        return "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases";
    }

    private static void write(Lease lease, ObjectNode spec) {
        spec.put("holderIdentity", lease.holder())
                .put("leaseDurationSeconds", lease.duration().toSeconds())
                .put("acquireTime", MICRO_TIME.format(lease.acquired()))
                .put("renewTime", MICRO_TIME.format(lease.renewed()))
                .put("leaseTransitions", lease.transitions());
    }

    private Optional<Lease> stored(KubernetesApi.Answer answer) throws LeaseUnavailableException {
        if (answer.outcome() != Outcome.DONE) {
            return Optional.empty();
        }
        String version = answer.body().at("/metadata/resourceVersion").asText();
        if (!(answer.body() instanceof ObjectNode object) || version.isEmpty()) {
            throw new LeaseUnavailableException("the API server's answer is no Lease");
        }
        last = object;
        JsonNode spec = object.path("spec");
        return Optional.of(new Lease(
                spec.path("holderIdentity").asText(""),
                Duration.ofSeconds(spec.path("leaseDurationSeconds").asLong(1)),
                time(spec.path("acquireTime")),
                time(spec.path("renewTime")),
                spec.path("leaseTransitions").asInt(0),
                version));
    }

    private static Instant time(JsonNode text) throws LeaseUnavailableException {
        if (text.isMissingNode() || text.isNull()) {
            return Instant.EPOCH;
        }
        try {
            return Instant.parse(text.asText());
        } catch (DateTimeParseException e) {
            throw new LeaseUnavailableException("the Lease has a time that is none: " + text, e);
        }
    }
}
