package io.sluice.service.leader;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Up where this process leads, or could: a standby that has not seen the Lease lately would not take over in time. Both
 * being ready is what lets a rolling update and a drained node go on; the Service leads to the leader by its selector.
 */
@Readiness
@Singleton
public class LeadershipHealth implements HealthCheck {

    private final Leadership leadership;

    @Inject
    LeadershipHealth(Leadership leadership) {
        this.leadership = leadership;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("leadership")
                .withData("role", leadership.leads() ? "LEADER" : leadership.isLost() ? "LOST" : "STANDBY")
                .status(leadership.leads() || !leadership.isLost() && leadership.inContact())
                .build();
    }
}
