package io.sluice.lake.commit;

import io.sluice.pipeline.lake.CommitOutcome;
import java.util.Optional;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;

/**
 * Decides on the very metadata that a swap will be based on whether the change may be committed on it. Free of side
 * effects, so that it can be asked again on every attempt.
 */
final class CommitGuard {

    private static final String BRANCH_MOVED = "its branch " + LoadMarks.BRANCH
            + " was moved or dropped by someone else. Start the pipeline again to have the table loaded anew";

    private CommitGuard() {}

    /** What the metadata says about a change. */
    sealed interface Verdict {

        /** The change fits: the table is as the owner left it. */
        record Open() implements Verdict {}

        /** The table has the change already. */
        record Done(TableMarks marks) implements Verdict {}

        /** The same rows stand in other files: a change that was made for the files before does not fit. */
        record Moved(String message) implements Verdict {}

        /** The change must not be committed. */
        record Refused(CommitOutcome outcome) implements Verdict {}
    }

    static Verdict check(TableMetadata metadata, TableChange change) {
        Optional<TableMarks> marks = TableMarks.read(metadata.properties());
        TableMarks expected = change.expected();
        if (marks.isEmpty()) {
            return conflict(
                    change,
                    "it carries no marks of Sluice's any more, expected " + expected.describe()
                            + ". It was replaced or its properties were removed; drop it and start the pipeline again");
        }
        TableMarks found = marks.get();
        if (!found.pipeline().equals(expected.pipeline())) {
            return conflict(
                    change,
                    "it belongs to pipeline '" + found.pipeline() + "', expected '" + expected.pipeline()
                            + "'. Give one of the two another sink table");
        }
        // Asked before the epoch: a commit whose answer was lost stands even when a later owner has come since.
        if (change.isIn(found)) {
            return new Verdict.Done(found);
        }
        if (found.epoch() > expected.epoch()
                || found.epoch() == expected.epoch() && !found.owner().equals(expected.owner())) {
            return new Verdict.Refused(new CommitOutcome.Fenced(change.table(), expected.epoch(), found.epoch()));
        }
        if (change.kind() == TableChange.Kind.LEAVE) {
            return new Verdict.Open();
        }
        if (found.epoch() < expected.epoch()) {
            return conflict(
                    change,
                    "its epoch fell from " + expected.epoch() + " to " + found.epoch()
                            + ": its metadata was replaced by an older version. Start the pipeline again");
        }
        if (change.load().role() == LoadPart.Role.DRAIN) {
            Optional<String> moved = drainMoved(metadata, change, found);
            if (moved.isPresent()) {
                return conflict(change, moved.get());
            }
        }
        if (change.load().isStep() || change.load().role() == LoadPart.Role.PUBLISH) {
            Optional<String> moved = loadMoved(metadata, change, found);
            if (moved.isPresent()) {
                return conflict(change, moved.get());
            }
        }
        if (change.kind() == TableChange.Kind.LOAD) {
            return new Verdict.Open();
        }
        if (change.kind() == TableChange.Kind.CUT
                && found.cut() >= change.next().cut()) {
            return new Verdict.Done(found);
        }
        long current = SnapshotClaim.current(metadata);
        if (found.sameProgress(expected)
                && current != expected.snapshotId()
                && SnapshotClaim.onlyRewritten(metadata, expected.snapshotId())) {
            return change.kind() == TableChange.Kind.CUT
                    ? new Verdict.Moved("Lake table " + change.table()
                            + " was compacted by another engine: expected snapshot "
                            + expected.snapshotId() + ", found " + current + " with the same rows. Cut "
                            + change.next().cut() + " was given up and is collected again, with a key index made anew")
                    : new Verdict.Open();
        }
        if (!found.sameProgress(expected) || current != expected.snapshotId()) {
            return conflict(
                    change,
                    "expected " + expected.describe() + ", found " + found.describe()
                            + " and the current snapshot " + (current == TableMarks.NO_SNAPSHOT ? "none" : "" + current)
                            + ": it was rolled back or written to by someone else. The table stays as it is; have it loaded anew"
                            + " (resnapshot), or drop it and start the pipeline again");
        }
        return new Verdict.Open();
    }

    private static Optional<String> loadMoved(TableMetadata metadata, TableChange change, TableMarks found) {
        LoadMarks expected = change.expected().load();
        if (!found.load().commitId().equals(expected.commitId())) {
            return Optional.of("its load is another one than this pipeline left. Start the pipeline again");
        }
        if (change.load().role() == LoadPart.Role.BEGIN
                || change.load().role() == LoadPart.Role.ASK
                || expected.head() == headOfLoad(metadata)) {
            return Optional.empty();
        }
        return Optional.of(BRANCH_MOVED);
    }

    /** Steps of the load may have come in between, for they do not wait for cuts. */
    private static Optional<String> drainMoved(TableMetadata metadata, TableChange change, TableMarks found) {
        if (!found.load().id().equals(change.expected().load().id())) {
            return Optional.of("its load is another one than this pipeline left. Start the pipeline again");
        }
        return found.load().head() == headOfLoad(metadata) ? Optional.empty() : Optional.of(BRANCH_MOVED);
    }

    /** The head of the load's branch, or {@link TableMarks#NO_SNAPSHOT}. */
    static long headOfLoad(TableMetadata metadata) {
        SnapshotRef ref = metadata.ref(LoadMarks.BRANCH);
        return ref == null ? TableMarks.NO_SNAPSHOT : ref.snapshotId();
    }

    private static Verdict conflict(TableChange change, String what) {
        return new Verdict.Refused(new CommitOutcome.Conflict(
                change.table(), "Lake table " + change.table() + " is not as this pipeline left it: " + what));
    }
}
