package io.sluice.lake.commit;

import io.sluice.pipeline.lake.TablePhase;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTransaction;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.expressions.Expressions;

/**
 * The part of a commit that concerns a table's load: steps go to a branch that readers of the table do not look at, and
 * publishing makes {@code main} the branch's head and drops the branch, in one metadata.
 */
final class StagedLoad {

    private StagedLoad() {}

    /** The metadata to build on: the load's schema is known from its first step on, and in force with its publication. */
    static TableMetadata shaped(TableMetadata base, TableChange change) {
        TableMetadata result = base;
        for (LoadShape shape : change.shapes()) {
            result = switch (change.load().role()) {
                case BEGIN, CONTINUE -> shape.announceIn(result);
                case PUBLISH -> shape.applyTo(result);
                case NONE, ASK, DRAIN, DROP -> result;
            };
        }
        return result;
    }

    /** Adds a step's files to the branch. */
    static void step(BaseTransaction transaction, TableMetadata base, TableChange change) {
        if (change.load().role() == LoadPart.Role.ASK) {
            return;
        }
        if (change.load().role() == LoadPart.Role.DRAIN) {
            Spools.add(transaction, change);
            return;
        }
        if (change.load().role() == LoadPart.Role.BEGIN) {
            if (base.ref(LoadMarks.BRANCH) != null) {
                transaction.manageSnapshots().removeBranch(LoadMarks.BRANCH).commit();
            }
            if (base.currentSnapshot() != null) {
                // A new branch begins as what main is: the rows that are there go in the same snapshot.
                OverwriteFiles overwrite = transaction.newOverwrite().overwriteByRowFilter(Expressions.alwaysTrue());
                change.added().forEach(overwrite::addFile);
                StagedCommit.summarise(overwrite, change);
                overwrite.toBranch(LoadMarks.BRANCH).commit();
                return;
            }
        }
        AppendFiles append = transaction.newAppend();
        change.added().forEach(append::appendFile);
        StagedCommit.summarise(append, change);
        append.toBranch(LoadMarks.BRANCH).commit();
    }

    /** Puts a cut's changes on top of the load. The snapshot is made in any case, for it carries the cut's marks. */
    static void change(BaseTransaction transaction, TableChange change) {
        if (change.added().isEmpty()
                && change.deletes().isEmpty()
                && change.removed().isEmpty()) {
            AppendFiles empty = transaction.newFastAppend();
            StagedCommit.summarise(empty, change);
            empty.toBranch(LoadMarks.BRANCH).commit();
            return;
        }
        RowDelta delta = transaction.newRowDelta();
        StagedCommit.fill(delta, change);
        delta.validateFromSnapshot(change.expected().load().head());
        delta.toBranch(LoadMarks.BRANCH).commit();
    }

    /** The marks after a commit that is complete but for them. */
    static TableMarks marks(TableMetadata staged, TableMetadata base, TableChange change) {
        if (change.kind() == TableChange.Kind.LOAD) {
            TableMarks found = TableMarks.read(base.properties()).orElse(change.expected());
            TableMarks kept = found.withNotes(change.next().notes());
            LoadMarks begun =
                    LoadMarks.begin(change.load().commitId(), change.load().definition());
            return switch (change.load().role()) {
                case ASK -> asked(kept, change.next()).withLoad(begun.plus(change.load()));
                case BEGIN -> kept.withLoad(begun.plus(change.load()).withHead(CommitGuard.headOfLoad(staged)));
                case DRAIN ->
                    found.withLoad(found.load().drained(change.load()).withHead(CommitGuard.headOfLoad(staged)));
                case CONTINUE, NONE, PUBLISH, DROP ->
                    kept.withLoad(found.load().plus(change.load()).withHead(CommitGuard.headOfLoad(staged)));
            };
        }
        if (change.load().role() == LoadPart.Role.PUBLISH) {
            return change.next().withLoad(LoadMarks.NONE).withSnapshot(CommitGuard.headOfLoad(staged));
        }
        if (change.load().role() == LoadPart.Role.DROP) {
            return change.next().withLoad(LoadMarks.NONE).withSnapshot(SnapshotClaim.current(staged));
        }
        // A step of the load may have come in between.
        LoadMarks load =
                TableMarks.read(base.properties()).map(TableMarks::load).orElse(LoadMarks.NONE);
        if (change.load().role() == LoadPart.Role.DRAIN) {
            load = load.drained(change.load()).withHead(CommitGuard.headOfLoad(staged));
        }
        return change.next().withLoad(load).withSnapshot(SnapshotClaim.current(staged));
    }

    /**
     * Makes {@code main} the branch's head when the change publishes the load; drops the branch and the changes that wait
     * when they are of no more use.
     */
    static TableMetadata moved(TableMetadata staged, TableChange change) {
        return switch (change.load().role()) {
            case PUBLISH ->
                Spools.removed(TableMetadata.buildFrom(staged)
                        .setBranchSnapshot(CommitGuard.headOfLoad(staged), SnapshotRef.MAIN_BRANCH)
                        .removeRef(LoadMarks.BRANCH)
                        .build());
            case ASK, DROP ->
                Spools.removed(TableMetadata.buildFrom(staged)
                        .removeRef(LoadMarks.BRANCH)
                        .build());
            case BEGIN -> Spools.removed(staged);
            case NONE, CONTINUE, DRAIN -> staged;
        };
    }

    /** A table may be left behind in the commit that asks for its load. */
    private static TableMarks asked(TableMarks found, TableMarks next) {
        return next.phase() == TablePhase.STOPPED ? found.stopped(next.stoppedReason(), next.commitId()) : found;
    }
}
