package io.sluice.lake.commit;

import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.TablePhase;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTransaction;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at a change: the metadata that was checked, the metadata that shall take its place, and the manifests that
 * were written for it.
 *
 * @param target what is committed where
 * @param base the metadata that was checked and that the swap compares with
 * @param updated the metadata that is swapped in
 * @param marks the marks in {@code updated}
 * @param pinned where the attempt's manifests were written through
 */
record StagedCommit(
        CommitTarget target, TableMetadata base, TableMetadata updated, TableMarks marks, PinnedOperations pinned) {

    private static final Logger LOG = LoggerFactory.getLogger(StagedCommit.class);

    /**
     * Builds the next metadata; writes manifests, changes nothing that a reader sees.
     *
     * @throws PipelineException when the manifests cannot be written; what was written is deleted
     */
    static StagedCommit stage(CommitTarget target, TableMetadata base, FencingSnapshot fencing) {
        TableOperations operations = target.operations();
        TableChange change = target.change();
        PinnedOperations pinned = new PinnedOperations(operations, StagedLoad.shaped(base, change));
        try {
            BaseTransaction transaction =
                    (BaseTransaction) Transactions.newTransaction(change.table().toString(), pinned);
            switch (change.kind()) {
                case PUBLISH -> {
                    if (change.load().role() == LoadPart.Role.PUBLISH) {
                        StagedLoad.change(transaction, change);
                    } else {
                        publish(transaction, base, change);
                    }
                }
                case CUT -> {
                    cut(transaction, base, change);
                    Spools.add(transaction, change);
                }
                case LOAD -> StagedLoad.step(transaction, base, change);
                case MARK, OWN, LEAVE -> {}
            }
            fencing.apply(transaction, base, change);
            TableMarks marks = StagedLoad.marks(transaction.currentMetadata(), base, change);
            UpdateProperties properties = transaction.updateProperties();
            marks.apply(properties);
            if (marks.load().drained().exists()) {
                // Before the first file, and for good: whoever owns the table next looks for files that were left
                // behind.
                properties.set(Spools.DRAINED, "true");
            }
            properties.commit();
            TableMetadata updated = StagedLoad.moved(transaction.currentMetadata(), change);
            return new StagedCommit(target, base, updated, marks, pinned);
        } catch (RuntimeException e) {
            discard(pinned);
            throw StorageFailures.of(change.table(), "write the manifests of a commit", e);
        }
    }

    private static void publish(BaseTransaction transaction, TableMetadata base, TableChange change) {
        if (base.currentSnapshot() == null) {
            AppendFiles append = transaction.newFastAppend();
            change.added().forEach(append::appendFile);
            summarise(append, change);
            append.commit();
            return;
        }
        OverwriteFiles overwrite = transaction.newOverwrite().overwriteByRowFilter(Expressions.alwaysTrue());
        change.added().forEach(overwrite::addFile);
        summarise(overwrite, change);
        overwrite.commit();
    }

    private static void cut(BaseTransaction transaction, TableMetadata base, TableChange change) {
        RowDelta delta = transaction.newRowDelta();
        if (base.currentSnapshot() != null) {
            delta.validateFromSnapshot(base.currentSnapshot().snapshotId());
        }
        fill(delta, change);
        delta.commit();
    }

    static void fill(RowDelta delta, TableChange change) {
        change.added().forEach(delta::addRows);
        change.deletes().forEach(delta::addDeletes);
        change.replacedDeletes().forEach(delta::removeDeletes);
        change.removed().forEach(delta::removeRows);
        delta.validateDeletedFiles();
        summarise(delta, change);
    }

    static void summarise(SnapshotUpdate<?> update, TableChange change) {
        summarise(update, summary(change));
    }

    static void summarise(SnapshotUpdate<?> update, Map<String, String> summary) {
        for (Map.Entry<String, String> mark : summary.entrySet()) {
            update.set(mark.getKey(), mark.getValue());
        }
    }

    /** Files of the attempt, without data files. */
    Collection<String> written() {
        return pinned.recorded().written();
    }

    /** Whether the attempt wrote this file. */
    boolean wrote(@Nullable String path) {
        return path != null && pinned.recorded().written().contains(path);
    }

    private static Map<String, String> summary(TableChange change) {
        if (change.kind() != TableChange.Kind.LOAD) {
            Map<String, String> summary = new HashMap<>(change.next().summary());
            if (change.kind() == TableChange.Kind.PUBLISH || change.load().role() == LoadPart.Role.PUBLISH) {
                summary.put(CutHistory.PUBLICATION, "true");
            }
            return summary;
        }
        return stepSummary(change);
    }

    /** A step of a load belongs to no cut and must not look like one. */
    static Map<String, String> stepSummary(TableChange change) {
        return Map.of(
                TableMarks.PIPELINE, change.expected().pipeline(),
                TableMarks.EPOCH, Long.toString(change.expected().epoch()),
                TableMarks.PHASE, TablePhase.SNAPSHOT.name(),
                LoadMarks.LOAD,
                        LoadMarks.begin("step", change.load().definition())
                                .plus(change.load())
                                .text());
    }

    /** The attempt is known not to have gone through: its manifests are referenced by nobody. */
    void discard() {
        discard(pinned);
    }

    private static void discard(PinnedOperations pinned) {
        for (String path : pinned.recorded().written()) {
            try {
                pinned.io().deleteFile(path);
            } catch (RuntimeException e) {
                // The commit's own outcome matters more; orphan clean-up finds what is left.
                LOG.debug("Could not delete the unused manifest {}", path, e);
            }
        }
    }
}
