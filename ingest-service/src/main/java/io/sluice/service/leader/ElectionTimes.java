package io.sluice.service.leader;

import java.time.Duration;

/**
 * How long what lasts. The order of the three is what keeps two leaders apart: a leader that cannot renew gives up before
 * others may take the Lease.
 *
 * @param lease for how long others leave a Lease alone after they saw it renewed
 * @param renewal how long a leader goes on without having renewed it; shorter than {@code lease}
 * @param retry the pause between two attempts; shorter than half of {@code renewal}
 */
record ElectionTimes(Duration lease, Duration renewal, Duration retry) {

    ElectionTimes {
        // Whole seconds, because that is what a Lease tells others.
        if (lease.compareTo(Duration.ofSeconds(1)) < 0 || !lease.equals(Duration.ofSeconds(lease.toSeconds()))) {
            throw new IllegalArgumentException(
                    "sluice.leader-election.lease-duration must be whole seconds, 1 or more, got " + lease);
        }
        if (renewal.compareTo(lease) >= 0) {
            throw new IllegalArgumentException("sluice.leader-election.renew-deadline must be shorter than"
                    + " sluice.leader-election.lease-duration (" + lease + "), got " + renewal);
        }
        if (retry.isZero() || retry.isNegative() || retry.multipliedBy(2).compareTo(renewal) >= 0) {
            throw new IllegalArgumentException("sluice.leader-election.retry-period must be positive and shorter than"
                    + " half of sluice.leader-election.renew-deadline (" + renewal + "), got " + retry);
        }
    }
}
