package io.sluice.service.observe;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How long a thread may be silent, from the service's settings. */
public class StallSettings {

    /** The limits. */
    @Produces
    @Singleton
    Activity.Limits limits(
            @ConfigProperty(name = "sluice.health.work-limit", defaultValue = "PT5M") Duration work,
            @ConfigProperty(name = "sluice.health.lake-limit", defaultValue = "PT30M") Duration lake) {
        return new Activity.Limits(work, lake);
    }
}
