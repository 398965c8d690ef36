package io.sluice.service.leader;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.UUID;

/** Makes this process a candidate as the service's settings say. */
public class LeadershipProducer {

    /** Of all that others have before it may be taken from them: two requests that fail do not cost the Lease. */
    private static final int REQUESTS_IN_RENEWAL = 4;

    private final LeaderElectionSettings settings;

    @Inject
    LeadershipProducer(LeaderElectionSettings settings) {
        this.settings = settings;
    }

    /** The candidate, which has not tried yet. */
    @Produces
    @Singleton
    Leadership leadership(MeterRegistry meters) {
        if (!settings.enabled()) {
            return Leadership.alone();
        }
        Leadership leadership = candidate();
        Gauge.builder("sluice.leader", leadership, found -> found.leads() ? 1 : 0)
                .description("1 where this process may run pipelines, 0 where it stands by")
                .register(meters);
        return leadership;
    }

    private Leadership candidate() {
        ElectionTimes times =
                new ElectionTimes(settings.leaseDuration(), settings.renewDeadline(), settings.retryPeriod());
        KubernetesApi api = new KubernetesApi(
                settings.apiServer(), settings.serviceAccount(), times.renewal().dividedBy(REQUESTS_IN_RENEWAL));
        String namespace = settings.namespace();
        // A pod's name alone would be that of the container's next process too, which must not take itself for its
        // predecessor.
        String identity = settings.pod() + "_" + UUID.randomUUID();
        return Leadership.of(
                new LeaderElector(
                        new KubernetesLeases(api, namespace, settings.lease()),
                        identity,
                        times,
                        System::nanoTime,
                        Clock.systemUTC()),
                settings.service().map(service -> new LeaderService(api, namespace, service, settings.pod())),
                times);
    }
}
