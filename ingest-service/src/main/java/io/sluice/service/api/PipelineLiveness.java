package io.sluice.service.api;

import io.sluice.service.observe.Activity;
import io.sluice.service.observe.Observation;
import io.sluice.service.observe.Observations;
import io.sluice.service.observe.Step;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/**
 * Down while a thread of some pipeline makes no progress although it waits for nobody: only a new process mends that. A source
 * or a catalog that is away is waited for, and a pipeline that failed is not mended by killing the others' process.
 */
@Liveness
@Singleton
public class PipelineLiveness implements HealthCheck {

    private final Observations observations;
    private final Activity.Limits limits;

    @Inject
    PipelineLiveness(Observations observations, Activity.Limits limits) {
        this.observations = observations;
        this.limits = limits;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("writers");
        boolean up = true;
        for (Observation observation : observations.all()) {
            List<Activity.Stall> stalls = observation.activity().stalls(limits);
            if (!stalls.isEmpty()) {
                up = false;
                response.withData(observation.pipeline(), text(stalls.get(0)));
            }
        }
        return response.status(up).build();
    }

    private static String text(Activity.Stall stall) {
        return "hung for " + stall.silence().toSeconds() + " s (limit "
                + stall.limit().toSeconds() + " s) in "
                + (stall.step() == Step.OWN ? "" : stall.step() + ", ")
                + stall.step().words() + ", thread "
                + stall.thread();
    }
}
