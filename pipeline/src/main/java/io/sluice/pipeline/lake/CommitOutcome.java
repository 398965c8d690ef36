package io.sluice.pipeline.lake;

import io.sluice.pipeline.schema.TableId;
import java.util.Map;

/** How a commit ended. */
public sealed interface CommitOutcome {

    /** For {@code switch}. */
    enum Kind {
        COMMITTED,
        ALREADY_COMMITTED,
        FENCED,
        CONFLICT,
        UNKNOWN
    }

    /** Which of the records this is. */
    Kind kind();

    /**
     * Durable and visible in every table.
     *
     * @param snapshots the Iceberg snapshot made in each changed table
     */
    record Committed(Map<TableId, Long> snapshots) implements CommitOutcome {
        public Committed {
            snapshots = Map.copyOf(snapshots);
        }

        @Override
        public Kind kind() {
            return Kind.COMMITTED;
        }
    }

    /** Every table had it already: an earlier attempt had gone through. */
    record AlreadyCommitted() implements CommitOutcome {
        @Override
        public Kind kind() {
            return Kind.ALREADY_COMMITTED;
        }
    }

    /**
     * A later owner holds the pipeline; this process must stop.
     *
     * @param table where it was seen
     * @param ownEpoch this session's epoch
     * @param foundEpoch the later owner's
     */
    record Fenced(TableId table, long ownEpoch, long foundEpoch) implements CommitOutcome {
        @Override
        public Kind kind() {
            return Kind.FENCED;
        }
    }

    /**
     * A table is not as this session left it: rolled back, dropped, or written to by someone else.
     *
     * @param table where it was seen
     * @param message expected and found, and what to do
     */
    record Conflict(TableId table, String message) implements CommitOutcome {
        @Override
        public Kind kind() {
            return Kind.CONFLICT;
        }
    }

    /**
     * The answer was lost and rereading the table failed too; nothing was deleted. The same commit may be called
     * again.
     *
     * @param table where it happened
     * @param cause what the catalog or the storage said last
     */
    record Unknown(TableId table, Exception cause) implements CommitOutcome {
        @Override
        public Kind kind() {
            return Kind.UNKNOWN;
        }
    }
}
