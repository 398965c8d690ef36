package io.sluice.service.api;

import io.sluice.service.observe.Observations;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready is a process that answers its API and knows the pipelines that it was started with: what is wrong with one of them is told
 * with it, and must not take the others, and the API that mends it, out of reach.
 */
@Readiness
@Singleton
public class PipelineHealth implements HealthCheck {

    private static final Duration WORTH_TELLING = Duration.ofSeconds(30);

    private final PipelineRegistry registry;
    private final Observations observations;

    @Inject
    PipelineHealth(PipelineRegistry registry, Observations observations) {
        this.registry = registry;
        this.observations = observations;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("pipelines");
        for (Pipeline pipeline : registry.pipelines()) {
            PipelineStatus status = pipeline.status();
            response.withData(status.name(), status.state().name());
            status.error()
                    .ifPresent(error -> response.withData(
                            status.name() + ".error", error.kind().name()));
            observations
                    .find(status.name())
                    .map(known -> known.activity().waitingForSource())
                    .filter(waiting -> waiting.compareTo(WORTH_TELLING) > 0)
                    .ifPresent(waiting -> response.withData(
                            status.name() + ".waits", "for the source, for " + waiting.toSeconds() + " s"));
        }
        return response.status(registry.isComplete()).build();
    }
}
