package io.sluice.incremental.postgres;

import io.sluice.pipeline.position.LogSequenceNumber;
import java.time.Instant;
import java.util.Optional;

/**
 * How far the log has been read and decoded, polled or not.
 *
 * @param position covers everything received
 * @param committedAt when the last transaction received was committed, by the source's clock; empty before one
 */
public record ReceivedPosition(LogSequenceNumber position, Optional<Instant> committedAt) {}
