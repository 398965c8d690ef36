package io.sluice.pipeline.lake;

/** Where a lake table is in its life; durable in the table's property {@code sluice.phase}. */
public enum TablePhase {
    /** Created and owned, nothing published: readers see an empty table without a snapshot. */
    SNAPSHOT,
    /** Published; follows the change stream. */
    STREAMING,
    /** Left behind at its position, for the reason in {@code sluice.stopped-reason}; needs a new snapshot. */
    STOPPED
}
