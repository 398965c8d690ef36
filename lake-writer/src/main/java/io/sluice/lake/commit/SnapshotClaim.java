package io.sluice.lake.commit;

import java.util.List;
import java.util.Optional;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.TableMetadata;

/** Compares the snapshot that a table's marks speak of with the one it has. */
public final class SnapshotClaim {

    private static final List<String> FILE_CHANGES = List.of(
            SnapshotSummary.ADDED_FILES_PROP,
            SnapshotSummary.DELETED_FILES_PROP,
            SnapshotSummary.ADDED_DELETE_FILES_PROP,
            SnapshotSummary.REMOVED_DELETE_FILES_PROP);

    private SnapshotClaim() {}

    /** The table's current snapshot, or {@link TableMarks#NO_SNAPSHOT}. */
    public static long current(TableMetadata metadata) {
        Snapshot snapshot = metadata.currentSnapshot();
        return snapshot == null ? TableMarks.NO_SNAPSHOT : snapshot.snapshotId();
    }

    /**
     * Why the table's rows are not the ones its marks speak of; empty when they are. Snapshots that only rewrote files
     * (compaction: operation {@code replace}) are taken as the same rows.
     */
    public static Optional<String> contradiction(TableMetadata metadata, TableMarks marks) {
        long current = current(metadata);
        if (current == marks.snapshotId() || onlyRewritten(metadata, marks.snapshotId())) {
            return Optional.empty();
        }
        return Optional.of(
                "expected the snapshot that Sluice left, " + name(marks.snapshotId()) + " (" + marks.describe()
                        + "), found " + name(current) + operation(metadata)
                        + ": it was rolled back or written to by someone else. Drop it and start the pipeline again to have it"
                        + " loaded anew");
    }

    /** Whether no snapshot after {@code from} up to the current one added or removed a file. */
    public static boolean sameFiles(TableMetadata metadata, long from) {
        Snapshot at = metadata.currentSnapshot();
        while (at != null && at.snapshotId() != from) {
            for (String change : FILE_CHANGES) {
                if (at.summary().containsKey(change)) {
                    return false;
                }
            }
            Long parent = at.parentId();
            at = parent == null ? null : metadata.snapshot(parent);
        }
        return at != null;
    }

    /** Whether someone rewrote files, and nothing else, since the claimed snapshot. */
    static boolean onlyRewritten(TableMetadata metadata, long claimed) {
        if (claimed == TableMarks.NO_SNAPSHOT) {
            return false;
        }
        Snapshot at = metadata.currentSnapshot();
        while (at != null && at.snapshotId() != claimed) {
            Long parent = at.parentId();
            if (!DataOperations.REPLACE.equals(at.operation()) || parent == null) {
                return false;
            }
            if (parent == claimed) {
                return true;
            }
            at = metadata.snapshot(parent);
        }
        return at != null;
    }

    private static String operation(TableMetadata metadata) {
        Snapshot snapshot = metadata.currentSnapshot();
        return snapshot == null ? "" : " (operation " + snapshot.operation() + ")";
    }

    private static String name(long snapshotId) {
        return snapshotId == TableMarks.NO_SNAPSHOT ? "none" : Long.toString(snapshotId);
    }
}
