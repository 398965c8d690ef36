package io.sluice.service.trace;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.sluice.service.observe.Observations;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Sends traces of cuts where OpenTelemetry's own variables say; nothing of it is there without them. */
@Singleton
public class CutTraces {

    private static final String PATH = "v1/traces";

    private final Observations observations;
    private final Optional<URI> tracesEndpoint;
    private final Optional<URI> endpoint;
    private final Optional<String> headers;
    private Optional<TraceSender> sender = Optional.empty();

    @Inject
    CutTraces(
            Observations observations,
            @ConfigProperty(name = "otel.exporter.otlp.traces.endpoint") Optional<URI> tracesEndpoint,
            @ConfigProperty(name = "otel.exporter.otlp.endpoint") Optional<URI> endpoint,
            @ConfigProperty(name = "otel.exporter.otlp.headers") Optional<String> headers) {
        this.observations = observations;
        this.tracesEndpoint = tracesEndpoint;
        this.endpoint = endpoint;
        this.headers = headers;
    }

    void start(@Observes StartupEvent event) {
        Optional<URI> to = tracesEndpoint.or(() -> endpoint.map(CutTraces::traces));
        sender = to.map(url -> TraceSender.to(url, headers.orElse("")));
        sender.ifPresent(started -> observations.onCut(started::send));
    }

    void stop(@Observes ShutdownEvent event) {
        sender.ifPresent(TraceSender::close);
    }

    /** Where traces go at a receiver of all signals. */
    static URI traces(URI base) {
        String text = base.toString();
        return URI.create(text.endsWith("/") ? text + PATH : text + "/" + PATH);
    }
}
