package io.sluice.service.api;

import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Down while any pipeline has failed; a failure that is being retried does not count. */
@Readiness
@Singleton
public class PipelineHealth implements HealthCheck {

    private final PipelineRegistry registry;

    @Inject
    PipelineHealth(PipelineRegistry registry) {
        this.registry = registry;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("pipelines");
        boolean up = true;
        for (Pipeline pipeline : registry.pipelines()) {
            PipelineStatus status = pipeline.status();
            up &= status.state() != PipelineState.FAILED;
            response.withData(status.name(), status.state().name());
            status.error()
                    .ifPresent(error -> response.withData(
                            status.name() + ".error", error.kind().name()));
        }
        return response.status(up).build();
    }
}
