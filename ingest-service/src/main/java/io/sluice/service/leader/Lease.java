package io.sluice.service.leader;

import java.time.Duration;
import java.time.Instant;

/**
 * What a Lease of Kubernetes ({@code coordination.k8s.io/v1}) says.
 *
 * @param holder who has it; empty when it was given back
 * @param duration for how long after a renewal the holder may be at work
 * @param acquired when the holder got it, by the holder's clock
 * @param renewed when it was last renewed, by the holder's clock; never compared with another clock
 * @param transitions how often it changed hands
 * @param version of the stored object, which an update names; empty for one that is not stored yet
 */
record Lease(String holder, Duration duration, Instant acquired, Instant renewed, int transitions, String version) {

    boolean isHeldBy(String candidate) {
        return holder.equals(candidate);
    }

    boolean isFree() {
        return holder.isEmpty();
    }
}
