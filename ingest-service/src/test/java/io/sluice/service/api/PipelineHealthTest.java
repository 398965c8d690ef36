package io.sluice.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.PipelineDouble;
import io.sluice.service.observe.Observations;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineRegistry;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

class PipelineHealthTest {

    private final PipelineRegistry registry = new PipelineRegistry(Clock.systemUTC());
    private final PipelineHealth health =
            new PipelineHealth(registry, new Observations(Clock.systemUTC(), Duration.ofDays(1)));

    @Test
    void a_process_that_has_not_taken_in_all_its_pipelines_is_not_ready_whatever_the_others_do() {
        registry.add(new PipelineDouble("first", PipelineState.RUNNING));

        assertThat(health.call().getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);

        registry.add(new PipelineDouble("second", PipelineState.FAILED));
        registry.complete();

        assertThat(health.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        assertThat(health.call().getData().orElseThrow())
                .containsEntry("first", "RUNNING")
                .containsEntry("second", "FAILED");
    }

    @Test
    void pipelines_that_go_and_come_later_leave_it_ready() {
        registry.complete();
        registry.add(new PipelineDouble("later", PipelineState.STARTING));

        assertThat(health.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);

        registry.remove("later");

        assertThat(health.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    }
}
