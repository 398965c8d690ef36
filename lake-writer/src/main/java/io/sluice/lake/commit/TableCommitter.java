package io.sluice.lake.commit;

import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits changes, exactly once. Invariants, each held on every attempt:
 *
 * <ul>
 *   <li>The metadata that the swap compares with is the object that {@link CommitGuard} checked: operations are built on
 *       it by {@link PinnedOperations} and cannot refresh, so a commit of someone else between check and swap makes the
 *       swap fail.
 *   <li>After any error the table is read again, and the id of the commit in its properties decides; what an attempt
 *       wrote is deleted only then ({@link Leftovers}).
 *   <li>An attempt is free of side effects but for its own manifests; data files are never touched here.
 * </ul>
 */
public final class TableCommitter {

    private static final Logger LOG = LoggerFactory.getLogger(TableCommitter.class);

    private final CatalogSwap swap;
    private final CommitRetries retries;
    private final Leftovers leftovers;

    /** A committer for the tables of one catalog. */
    public TableCommitter(Catalog catalog, CommitRetries retries) {
        this.swap = CatalogSwap.of(catalog);
        this.retries = retries;
        this.leftovers = new Leftovers(swap);
    }

    /** Whether {@link #commit} takes several tables at once. */
    public boolean spansTables() {
        return swap.spansTables();
    }

    /**
     * Commits all the changes in one step; more than one only when {@link #spansTables}.
     *
     * @throws PipelineException {@code LAKE_REFUSED} and others when it is known that nothing was committed and trying
     *     again would not help; {@code LAKE_UNAVAILABLE} also when a table's rows were moved to other files, so that the
     *     change has to be made anew; {@code INTERRUPTED} when nothing is known
     */
    public CommitResult commit(List<CommitTarget> targets) {
        TableId first = targets.get(0).change().table();
        boolean tried = false;
        boolean doubtful = false;
        Exception last = new IllegalStateException("Nothing was tried");
        for (int attempt = 1; attempt <= retries.attempts() + 1; attempt++) {
            if (attempt > 1) {
                retries.pause(attempt - 1);
            }
            Look look;
            try {
                look = look(targets);
            } catch (PipelineException e) {
                throw e;
            } catch (RuntimeException e) {
                last = e;
                continue;
            }
            if (look.refusal != null) {
                // The tables after the one that refused were not looked at.
                targets.forEach(this::settle);
                return new CommitResult(look.refusal, look.done, mayBeReferenced(targets));
            }
            if (look.moved != null) {
                targets.forEach(this::settle);
                throw new PipelineException(ErrorKind.LAKE_UNAVAILABLE, look.movedTable, look.moved, null);
            }
            if (look.open.isEmpty()) {
                return new CommitResult(
                        tried ? committed(look.done) : new CommitOutcome.AlreadyCommitted(), look.done, false);
            }
            if (attempt > retries.attempts()) {
                break;
            }
            List<StagedCommit> staged;
            try {
                staged = stage(look);
            } catch (PipelineException e) {
                if (!doubtful) {
                    throw e;
                }
                // An earlier attempt may still show; a failure would say that nothing was committed.
                last = e;
                continue;
            }
            tried = true;
            try {
                swap.swap(staged);
                for (StagedCommit commit : staged) {
                    look.done.put(commit.target().change().table(), commit.marks());
                    settle(commit.target());
                }
                return new CommitResult(committed(look.done), look.done, false);
            } catch (CommitFailedException e) {
                staged.forEach(commit -> leftovers.add(commit, Leftovers.Claim.FAILED));
                last = e;
            } catch (RuntimeException e) {
                if (!doubtful) {
                    refuseIfHopeless(targets, staged, e);
                }
                staged.forEach(commit -> leftovers.add(commit, Leftovers.Claim.UNKNOWN));
                doubtful = true;
                last = e;
            }
        }
        return new CommitResult(new CommitOutcome.Unknown(first, last), Map.of(), true);
    }

    private boolean mayBeReferenced(List<CommitTarget> targets) {
        return targets.stream().anyMatch(leftovers::mayBeReferenced);
    }

    /** Removes what earlier attempts left, as far as the table as it is now allows. */
    private void settle(CommitTarget target) {
        if (!leftovers.has(target.operations())) {
            return;
        }
        try {
            leftovers.sweep(target.operations(), target.operations().refresh());
        } catch (RuntimeException e) {
            // The commit itself stands; the next look at the table sweeps.
            LOG.debug("Could not look for the leftovers of {}", target.identifier(), e);
        }
    }

    /** Reads the tables again and asks the guard. */
    private Look look(List<CommitTarget> targets) {
        Look look = new Look();
        for (CommitTarget target : targets) {
            TableChange change = target.change();
            TableMetadata metadata;
            try {
                metadata = target.operations().refresh();
            } catch (NoSuchTableException e) {
                metadata = null;
            }
            if (metadata == null) {
                look.refusal = new CommitOutcome.Conflict(
                        change.table(),
                        "Lake table " + change.table() + " is gone, expected "
                                + change.expected().describe() + ". Start the pipeline again to have it loaded anew");
                return look;
            }
            leftovers.sweep(target.operations(), metadata);
            CommitGuard.Verdict verdict = CommitGuard.check(metadata, change);
            if (verdict instanceof CommitGuard.Verdict.Refused refused) {
                look.refusal = refused.outcome();
                return look;
            } else if (verdict instanceof CommitGuard.Verdict.Moved moved) {
                look.moved = moved.message();
                look.movedTable = change.table();
            } else if (verdict instanceof CommitGuard.Verdict.Done done) {
                look.done.put(change.table(), done.marks());
            } else {
                look.open.add(target);
                look.metadata.add(metadata);
            }
        }
        return look;
    }

    private List<StagedCommit> stage(Look look) {
        List<StagedCommit> staged = new ArrayList<>();
        try {
            for (int i = 0; i < look.open.size(); i++) {
                staged.add(StagedCommit.stage(look.open.get(i), look.metadata.get(i), swap.fencing()));
            }
            return staged;
        } catch (RuntimeException e) {
            staged.forEach(StagedCommit::discard);
            throw e;
        }
    }

    /** A full disk or a missing privilege will not go away by trying again, provided that the table shows no effect. */
    private void refuseIfHopeless(List<CommitTarget> targets, List<StagedCommit> staged, RuntimeException e) {
        TableId table = targets.get(0).change().table();
        PipelineException failure = StorageFailures.of(table, "commit a change", e);
        if (failure.kind() == ErrorKind.INTERRUPTED) {
            throw failure;
        }
        if (failure.kind() != ErrorKind.LAKE_REFUSED) {
            return;
        }
        Look look;
        try {
            look = look(targets);
        } catch (RuntimeException unreadable) {
            e.addSuppressed(unreadable);
            return;
        }
        if (look.refusal == null && look.open.size() == staged.size()) {
            staged.forEach(StagedCommit::discard);
            throw failure;
        }
    }

    private static CommitOutcome committed(Map<TableId, TableMarks> done) {
        Map<TableId, Long> snapshots = new HashMap<>();
        done.forEach((table, marks) -> snapshots.put(table, marks.snapshotId()));
        return new CommitOutcome.Committed(snapshots);
    }

    /** What one look at all the tables found. */
    private static final class Look {
        private final List<CommitTarget> open = new ArrayList<>();
        private final List<TableMetadata> metadata = new ArrayList<>();
        private final Map<TableId, TableMarks> done = new HashMap<>();
        private @Nullable CommitOutcome refusal;
        private @Nullable String moved;
        private @Nullable TableId movedTable;
    }
}
