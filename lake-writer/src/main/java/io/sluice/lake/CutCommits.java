package io.sluice.lake;

import io.sluice.lake.commit.CommitResult;
import io.sluice.lake.commit.CommitTarget;
import io.sluice.lake.commit.LoadPart;
import io.sluice.lake.commit.SpoolFile;
import io.sluice.lake.commit.TableChange;
import io.sluice.lake.commit.TableCommitter;
import io.sluice.lake.commit.TableMarks;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.CommitListener;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the cuts of a session, in one step where the catalog has one and table by table otherwise, and gives up what of
 * them nobody will ever have. Used by one thread at a time.
 */
final class CutCommits {

    private static final Logger LOG = LoggerFactory.getLogger(CutCommits.class);

    private final Function<TableId, LakeTable> tables;
    private final TableCommitter committer;
    private final FailPoints failPoints;
    private final Supplier<String> ids;
    private final CommitListener told;

    /** Cuts that may be committed again until the session ends; then nobody can. */
    private final Map<Long, PreparedIcebergCut> refused = new ConcurrentHashMap<>();

    /** Commits of which some attempt had no clear answer: their files are left alone. */
    private final Set<String> doubtful = ConcurrentHashMap.newKeySet();

    CutCommits(
            Function<TableId, LakeTable> tables,
            TableCommitter committer,
            FailPoints failPoints,
            Supplier<String> ids,
            CommitListener told) {
        this.tables = tables;
        this.committer = committer;
        this.failPoints = failPoints;
        this.ids = ids;
        this.told = told;
    }

    private LakeTable table(TableId id) {
        return tables.apply(id);
    }

    /** The session ends: cuts that were refused are given up. */
    void close() {
        refused.values().forEach(this::giveUp);
    }

    /** As {@link io.sluice.pipeline.lake.LakeSession#commit}. */
    CommitOutcome commit(PreparedIcebergCut prepared) {
        CommitOutcome outcome;
        try {
            outcome = committer.spansTables() ? commitAtOnce(prepared) : commitOneByOne(prepared);
        } catch (PipelineException e) {
            if (isUncommitted(e)) {
                refused.put(prepared.number(), prepared);
            }
            throw e;
        }
        refused.remove(prepared.number());
        failPoints.reach(FailPoint.CUT_AFTER_TABLES);
        switch (outcome.kind()) {
            case COMMITTED, ALREADY_COMMITTED -> giveUpLeft(prepared);
            case FENCED, CONFLICT -> giveUp(prepared);
            case UNKNOWN -> {}
        }
        return outcome;
    }

    /** After an interrupt the catalog may have the commit all the same. */
    static boolean isUncommitted(PipelineException failure) {
        return failure.kind() != ErrorKind.INTERRUPTED;
    }

    private CommitOutcome commitAtOnce(PreparedIcebergCut cut) {
        failPoints.reach(FailPoint.CUT_BEFORE_TABLE);
        Map<TableId, CommitTarget> targets = new LinkedHashMap<>();
        for (TableChange change : cut.changes()) {
            if (!table(change.table()).isLeft()) {
                targets.put(change.table(), table(change.table()).target(change));
            }
        }
        while (!targets.isEmpty()) {
            CommitResult result = commit(cut.number(), List.copyOf(targets.values()));
            if (!(result.outcome() instanceof CommitOutcome.Conflict conflict)) {
                return result.outcome();
            }
            // The others go on without it.
            CommitTarget refused = targets.remove(conflict.table());
            if (refused == null) {
                return conflict;
            }
            Optional<CommitOutcome> failed = leave(conflict, refused.change());
            if (failed.isPresent()) {
                return failed.get();
            }
        }
        return new CommitOutcome.Committed(Map.of());
    }

    private CommitOutcome commitOneByOne(PreparedIcebergCut cut) {
        Map<TableId, Long> snapshots = new HashMap<>();
        boolean any = cut.changes().isEmpty();
        for (TableChange change : cut.changes()) {
            if (table(change.table()).isLeft()) {
                continue;
            }
            failPoints.reach(isDrain(change) ? FailPoint.DRAIN_BEFORE_COMMIT : FailPoint.CUT_BEFORE_TABLE);
            CommitResult result =
                    commit(cut.number(), List.of(table(change.table()).target(change)));
            TableMarks marks = result.marks().get(change.table());
            if (marks != null && !isDrain(change)) {
                snapshots.put(change.table(), marks.snapshotId());
            }
            if (result.outcome() instanceof CommitOutcome.Conflict conflict) {
                Optional<CommitOutcome> failed = leave(conflict, change);
                if (failed.isPresent()) {
                    return failed.get();
                }
                any = true;
                continue;
            }
            if (marks == null) {
                return result.outcome();
            }
            any |= result.outcome().kind() == CommitOutcome.Kind.COMMITTED;
            failPoints.reach(isDrain(change) ? FailPoint.DRAIN_AFTER_COMMIT : FailPoint.CUT_AFTER_TABLE);
        }
        return any ? new CommitOutcome.Committed(snapshots) : new CommitOutcome.AlreadyCommitted();
    }

    private static boolean isDrain(TableChange change) {
        return change.kind() == TableChange.Kind.LOAD;
    }

    /** The listener hears of the end whatever that is. */
    private CommitResult commit(long cut, List<CommitTarget> targets) {
        CommitListener.Running running = told.begun(
                cut, targets.stream().map(target -> part(target.change())).toList());
        Optional<CommitOutcome.Kind> end = Optional.empty();
        try {
            CommitResult result = commit(targets);
            end = Optional.of(result.outcome().kind());
            return result;
        } finally {
            running.ended(end);
        }
    }

    /** What becomes visible with a change; for a load that is published, what was loaded. */
    private static CommitListener.Part part(TableChange change) {
        List<SpoolFile> waiting = change.load().drain().files();
        long rows = change.added().stream().mapToLong(DataFile::recordCount).sum()
                + waiting.stream().mapToLong(SpoolFile::rows).sum();
        long files = change.added().size() + waiting.size();
        if (change.load().role() == LoadPart.Role.PUBLISH) {
            rows += change.expected().load().rows();
            files += change.expected().load().files();
        }
        return new CommitListener.Part(
                change.table(), rows, files, change.deletes().size());
    }

    /** Steps of a load that are beside these wait: both change what the table says of it. */
    private CommitResult commit(List<CommitTarget> targets) {
        List<TableChange> changes = targets.stream().map(CommitTarget::change).toList();
        List<Lock> loads = changes.stream()
                .filter(change -> change.load().role() == LoadPart.Role.DRAIN)
                .map(change -> table(change.table()).loadKeeping().lock())
                .toList();
        loads.forEach(Lock::lock);
        try {
            CommitResult result = committer.commit(targets);
            if (changes.stream()
                    .anyMatch(change -> !isDrain(change) && result.marks().containsKey(change.table()))) {
                failPoints.reach(FailPoint.CUT_AFTER_CATALOG);
            }
            changes.forEach(change -> settle(change, result));
            return result;
        } finally {
            loads.forEach(Lock::unlock);
        }
    }

    /**
     * Leaves a published table behind that someone else changed, durably, so that the others can go on: from now on its
     * changes are dropped. One that this cut would have published is only loaded again after a new start.
     *
     * @return why the others cannot go on
     */
    private Optional<CommitOutcome> leave(CommitOutcome.Conflict conflict, TableChange refused) {
        LakeTable table = table(conflict.table());
        TableMarks before = table.marks();
        boolean ofLoad =
                refused.load().role() == LoadPart.Role.PUBLISH || refused.load().role() == LoadPart.Role.DRAIN;
        if (before.phase() != TablePhase.STREAMING || ofLoad) {
            return Optional.of(conflict);
        }
        LOG.warn("Table {} is left behind: {}", conflict.table(), conflict.message());
        TableMarks next = table.noted(before.stopped(conflict.message(), ids.get()));
        failPoints.reach(FailPoint.STOP_BEFORE_COMMIT);
        CommitResult result =
                committer.commit(List.of(table.target(TableChange.leave(conflict.table(), before, next))));
        failPoints.reach(FailPoint.STOP_AFTER_COMMIT);
        switch (result.outcome().kind()) {
            case COMMITTED, ALREADY_COMMITTED -> {
                table.leftBehind(result.marks().getOrDefault(conflict.table(), next));
                table.loadEnded();
            }
            // Dropped, or someone else's now: there is nothing to write the reason to, and the next start sees that.
            case CONFLICT -> table.leftBehind(next);
            case FENCED, UNKNOWN -> {
                return Optional.of(result.outcome());
            }
        }
        return Optional.empty();
    }

    private void settle(TableChange change, CommitResult result) {
        if (result.doubtful()) {
            doubtful.add(change.commitName() + change.table());
        } else {
            doubtful.remove(change.commitName() + change.table());
        }
        TableMarks marks = result.marks().get(change.table());
        LakeTable table = table(change.table());
        if (marks == null || marks.equals(table.marks())) {
            return;
        }
        if (isDrain(change)) {
            table.setLoad(marks);
        } else {
            table.committed(change, marks);
        }
        change.load().drain().files().forEach(file -> table.loadKeeping().spooled(file.location()));
        if (change.load().role() == LoadPart.Role.PUBLISH) {
            table.loadEnded();
        }
    }

    /** A refused cut: files of tables that do not have it go, unless an attempt's answer is missing. */
    private void giveUp(PreparedIcebergCut cut) {
        cut.changes().forEach(this::giveUp);
    }

    /** Tables that were left behind do not have a cut that the others have. */
    private void giveUpLeft(PreparedIcebergCut cut) {
        cut.changes().stream().filter(change -> table(change.table()).isLeft()).forEach(this::giveUp);
    }

    private void giveUp(TableChange change) {
        LakeTable table = table(change.table());
        boolean has = change.isIn(table.marks());
        if (!has && !doubtful.contains(change.commitName() + change.table())) {
            change.added().forEach(file -> table.deleteQuietly(file.location()));
            change.load().drain().files().forEach(file -> table.deleteQuietly(file.location()));
            change.deletes().stream().map(DeleteFile::location).distinct().forEach(path -> table.deleteQuietly(path));
        }
    }
}
