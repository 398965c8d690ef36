package io.sluice.service.runtime;

import io.sluice.config.OnLostSlot;
import java.time.Duration;
import java.util.Optional;

/**
 * How a pipeline paces itself.
 *
 * @param commitInterval the longest time between a change's arrival and the end of its cut, more than zero
 * @param commitMaxRows changes after which a cut ends at the next transaction boundary, from 1
 * @param commitMaxBytes bytes of changes after which a cut ends at the next transaction boundary, from 1
 * @param snapshotParallelism readers of a snapshot, from 1
 * @param tagInterval one cut in this time is tagged; empty for none
 * @param onLostSlot what is done when the change stream has a gap
 * @param stopGrace how long a stop may take to reach a transaction boundary and publish the open cut before the cut is
 *     given up whole
 * @param drainAfter a load that lasts longer takes the changes of its table itself, so that the source need not keep them;
 *     0 or more
 * @param deadLetters where rows go that have no place in the lake; empty when such a row stops its table
 */
public record RuntimeSettings(
        Duration commitInterval,
        long commitMaxRows,
        long commitMaxBytes,
        int snapshotParallelism,
        Optional<Duration> tagInterval,
        OnLostSlot onLostSlot,
        Duration stopGrace,
        Duration drainAfter,
        Optional<DeadLetterSettings> deadLetters) {

    /** Nobody waits for changes that only go into loads: a commit for them need not come more often. */
    private static final Duration DRAIN_INTERVAL = Duration.ofSeconds(30);

    /** The pace of a stream that publishes nothing. */
    RuntimeSettings forDrainOnly() {
        Duration least = drainAfter.compareTo(DRAIN_INTERVAL) < 0 ? drainAfter : DRAIN_INTERVAL;
        return new RuntimeSettings(
                commitInterval.compareTo(least) < 0 ? least : commitInterval,
                commitMaxRows,
                commitMaxBytes,
                snapshotParallelism,
                tagInterval,
                onLostSlot,
                stopGrace,
                drainAfter,
                deadLetters);
    }
}
