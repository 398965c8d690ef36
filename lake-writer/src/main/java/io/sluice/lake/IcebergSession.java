package io.sluice.lake;

import io.sluice.lake.commit.CommitResult;
import io.sluice.lake.commit.CommitTarget;
import io.sluice.lake.commit.CutHistory;
import io.sluice.lake.commit.CutTags;
import io.sluice.lake.commit.LoadPart;
import io.sluice.lake.commit.TableChange;
import io.sluice.lake.commit.TableCommitter;
import io.sluice.lake.commit.TableMarks;
import io.sluice.lake.parquet.PartitionedFileWriter;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.LoadStep;
import io.sluice.pipeline.lake.LoadedRange;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.SnapshotWriter;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.TableMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tables of a pipeline, owned in one epoch. */
final class IcebergSession implements LakeSession {

    private static final Logger LOG = LoggerFactory.getLogger(IcebergSession.class);

    private final long epoch;
    private final Map<TableId, LakeTable> tables;
    private final TableCommitter committer;
    private final CutTags tags;
    private final long cutMemoryBytes;
    private final FailPoints failPoints;
    /** Cuts that may be committed again until the session ends; then nobody can. */
    private final Map<Long, PreparedIcebergCut> refused = new ConcurrentHashMap<>();

    private final Supplier<String> ids;

    private final Set<SnapshotWriter> snapshotWriters = ConcurrentHashMap.newKeySet();
    private final Set<IcebergCutWriter> cutWriters = ConcurrentHashMap.newKeySet();

    /** Cuts that were prepared here and not yet committed, with what is left to give up. */
    private final Map<Long, List<TableCut>> waiting = new ConcurrentHashMap<>();

    /** Commits of which some attempt had no clear answer: their files are left alone. */
    private final Set<String> doubtful = ConcurrentHashMap.newKeySet();

    IcebergSession(
            long epoch,
            List<LakeTable> tables,
            TableCommitter committer,
            CutTags tags,
            long cutMemoryBytes,
            FailPoints failPoints,
            Supplier<String> ids) {
        this.epoch = epoch;
        Map<TableId, LakeTable> byId = new HashMap<>();
        tables.forEach(table -> byId.put(table.id(), table));
        this.tables = Map.copyOf(byId);
        this.committer = committer;
        this.tags = tags;
        this.cutMemoryBytes = cutMemoryBytes;
        this.failPoints = failPoints;
        this.ids = ids;
    }

    LakeTable table(TableId id) {
        LakeTable table = tables.get(id);
        if (table == null) {
            throw new IllegalArgumentException("Table " + id + " is not one of this session's: " + tables.keySet());
        }
        return table;
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public List<LakeTableState> tables() {
        return tables.values().stream()
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .map(LakeTable::state)
                .toList();
    }

    @Override
    public SnapshotWriter snapshotWriter(TableId id) {
        LakeTable table = table(id);
        PartitionedFileWriter files = new PartitionedFileWriter(
                id, table.table(), CutFiles.factory(table.table(), FileFormat.PARQUET, ids.get()));
        IcebergSnapshotWriter[] self = new IcebergSnapshotWriter[1];
        IcebergSnapshotWriter writer =
                new IcebergSnapshotWriter(id, files, failPoints, () -> snapshotWriters.remove(self[0]));
        self[0] = writer;
        snapshotWriters.add(writer);
        return writer;
    }

    @Override
    public CommitOutcome publish(TableId id, List<SnapshotFiles> files, long cut, Position position) {
        LakeTable table = table(id);
        TableMarks before = table.marks();
        List<DataFile> added = dataFiles(id, files);
        TableChange change =
                TableChange.publish(id, before, table.noted(before.at(cut, position.text(), ids.get())), added);
        CommitResult result;
        try {
            result = committer.commit(List.of(target(table, change)));
        } catch (PipelineException e) {
            if (isUncommitted(e)) {
                discard(id, files);
            }
            throw e;
        }
        TableMarks marks = result.marks().get(id);
        if (marks != null) {
            table.published(marks);
        } else if (!result.doubtful() && result.outcome().kind() != CommitOutcome.Kind.UNKNOWN) {
            discard(id, files);
        }
        return result.outcome();
    }

    @Override
    public CommitOutcome askLoad(TableId id) {
        TableMarks marks = table(id).marks();
        return askLoad(id, marks);
    }

    @Override
    public CommitOutcome stopForLoad(TableId id, String reason) {
        LakeTable table = table(id);
        return askLoad(id, table.noted(table.marks().stopped(reason, ids.get())));
    }

    private CommitOutcome askLoad(TableId id, TableMarks next) {
        LakeTable table = table(id);
        LoadPart part = new LoadPart(
                LoadPart.Role.ASK, ids.get(), table.definition(), List.of(), 0, 0, TableLoad.Extent.PARTIAL);
        failPoints.reach(FailPoint.LOAD_BEFORE_ASK);
        CommitResult result = committer.commit(List.of(new CommitTarget(
                table.identifier(),
                table.loadOperations(),
                TableChange.load(id, table.marks(), next, List.of(), part, List.of()))));
        failPoints.reach(FailPoint.LOAD_AFTER_ASK);
        Optional.ofNullable(result.marks().get(id)).ifPresent(table::asked);
        return result.outcome();
    }

    @Override
    public void beginLoad(TableId id) {
        table(id).beginLoad();
    }

    @Override
    public CommitOutcome addToLoad(TableId id, LoadStep step) {
        LakeTable table = table(id);
        TableMarks before = table.marks();
        List<DataFile> added = dataFiles(id, step.files());
        LoadPart part = new LoadPart(
                table.loadBegins() ? LoadPart.Role.BEGIN : LoadPart.Role.CONTINUE,
                ids.get(),
                table.definition(),
                step.ranges().stream()
                        .map(range -> new LoadedRange(range, step.position().text()))
                        .toList(),
                step.files().stream().mapToLong(SnapshotFiles::rows).sum(),
                added.size(),
                step.extent());
        failPoints.reach(FailPoint.LOAD_BEFORE_STEP);
        CommitResult result;
        try {
            result = committer.commit(List.of(new CommitTarget(
                    table.identifier(),
                    table.loadOperations(),
                    TableChange.load(id, before, table.noted(before), added, part, table.shapes()))));
        } catch (PipelineException e) {
            if (isUncommitted(e)) {
                discard(id, step.files());
            }
            throw e;
        }
        TableMarks marks = result.marks().get(id);
        if (marks != null) {
            failPoints.reach(FailPoint.LOAD_AFTER_STEP);
            table.setLoad(marks);
        } else if (!result.doubtful() && result.outcome().kind() != CommitOutcome.Kind.UNKNOWN) {
            discard(id, step.files());
        }
        return result.outcome();
    }

    @Override
    public void discard(TableId id, List<SnapshotFiles> files) {
        for (DataFile file : dataFiles(id, files)) {
            deleteQuietly(table(id), file.location());
        }
    }

    private static List<DataFile> dataFiles(TableId id, List<SnapshotFiles> files) {
        List<DataFile> result = new ArrayList<>();
        for (SnapshotFiles part : files) {
            IcebergSnapshotFiles own = (IcebergSnapshotFiles) part;
            if (!own.table().equals(id)) {
                throw new IllegalArgumentException("Files of " + own.table() + " were given for " + id);
            }
            result.addAll(own.files());
        }
        return result;
    }

    @Override
    public CutWriter openCut(long number, RowRefetch refetch) {
        for (LakeTable table : tables.values()) {
            // The same number completes a cut that broke off between two tables, for those that lack it.
            if (table.marks().cut() > number) {
                throw new IllegalArgumentException(
                        "Cut " + number + " is lower than cut " + table.marks().cut() + " of " + table.id());
            }
        }
        if (!cutWriters.isEmpty()) {
            throw new IllegalStateException("Another cut is being collected");
        }
        IcebergCutWriter writer = new IcebergCutWriter(this, number, refetch, cutMemoryBytes, failPoints, ids.get());
        cutWriters.add(writer);
        return writer;
    }

    void prepared(IcebergCutWriter writer, PreparedIcebergCut cut, List<TableCut> cuts) {
        cutWriters.remove(writer);
        waiting.put(cut.number(), cuts);
    }

    void ended(IcebergCutWriter writer) {
        cutWriters.remove(writer);
    }

    @Override
    public CommitOutcome commit(PreparedCut cut) {
        PreparedIcebergCut prepared = (PreparedIcebergCut) cut;
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
            case COMMITTED, ALREADY_COMMITTED -> {
                waiting.remove(prepared.number());
                giveUpLeft(prepared);
            }
            case FENCED, CONFLICT -> giveUp(prepared);
            case UNKNOWN -> {}
        }
        return outcome;
    }

    /** After an interrupt the catalog may have the commit all the same. */
    private static boolean isUncommitted(PipelineException failure) {
        return failure.kind() != ErrorKind.INTERRUPTED;
    }

    private CommitOutcome commitAtOnce(PreparedIcebergCut cut) {
        failPoints.reach(FailPoint.CUT_BEFORE_TABLE);
        Map<TableId, CommitTarget> targets = new LinkedHashMap<>();
        for (TableChange change : cut.changes()) {
            if (!table(change.table()).isLeft()) {
                targets.put(change.table(), target(table(change.table()), change));
            }
        }
        while (!targets.isEmpty()) {
            CommitResult result = committer.commit(List.copyOf(targets.values()));
            failPoints.reach(FailPoint.CUT_AFTER_CATALOG);
            for (CommitTarget target : targets.values()) {
                settle(target.change(), result);
            }
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
            failPoints.reach(FailPoint.CUT_BEFORE_TABLE);
            CommitResult result = committer.commit(List.of(target(table(change.table()), change)));
            TableMarks marks = result.marks().get(change.table());
            if (marks != null) {
                failPoints.reach(FailPoint.CUT_AFTER_CATALOG);
                snapshots.put(change.table(), marks.snapshotId());
            }
            settle(change, result);
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
            failPoints.reach(FailPoint.CUT_AFTER_TABLE);
        }
        return any ? new CommitOutcome.Committed(snapshots) : new CommitOutcome.AlreadyCommitted();
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
        if (before.phase() != TablePhase.STREAMING || refused.load().role() == LoadPart.Role.PUBLISH) {
            return Optional.of(conflict);
        }
        LOG.warn("Table {} is left behind: {}", conflict.table(), conflict.message());
        TableMarks next = table.noted(before.stopped(conflict.message(), ids.get()));
        failPoints.reach(FailPoint.STOP_BEFORE_COMMIT);
        CommitResult result =
                committer.commit(List.of(target(table, TableChange.leave(conflict.table(), before, next))));
        failPoints.reach(FailPoint.STOP_AFTER_COMMIT);
        switch (result.outcome().kind()) {
            case COMMITTED, ALREADY_COMMITTED -> table.leftBehind(result.marks().getOrDefault(conflict.table(), next));
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
            doubtful.add(change.next().commitId() + change.table());
        } else {
            doubtful.remove(change.next().commitId() + change.table());
        }
        TableMarks marks = result.marks().get(change.table());
        LakeTable table = table(change.table());
        if (marks != null && !marks.equals(table.marks())) {
            table.committed(change, marks);
        }
    }

    /** A refused cut: files of tables that do not have it go, unless an attempt's answer is missing. */
    private void giveUp(PreparedIcebergCut cut) {
        waiting.remove(cut.number());
        cut.changes().forEach(this::giveUp);
    }

    /** Tables that were left behind do not have a cut that the others have. */
    private void giveUpLeft(PreparedIcebergCut cut) {
        cut.changes().stream().filter(change -> table(change.table()).isLeft()).forEach(this::giveUp);
    }

    private void giveUp(TableChange change) {
        LakeTable table = table(change.table());
        boolean has = table.marks().commitId().equals(change.next().commitId());
        if (!has && !doubtful.contains(change.next().commitId() + change.table())) {
            change.added().forEach(file -> deleteQuietly(table, file.location()));
            change.deletes().stream().map(DeleteFile::location).distinct().forEach(path -> deleteQuietly(table, path));
        }
    }

    @Override
    public CommitOutcome tag(long cut) {
        List<CommitTarget> targets = tables.values().stream()
                .filter(table -> table.marks().phase() == TablePhase.STREAMING)
                // Published after the cut: it was not a part of it.
                .filter(table -> table.marks().cut() <= cut)
                .sorted(Comparator.comparing(LakeTable::id))
                .map(table -> target(table, CutTags.target(table.id(), table.marks())))
                .toList();
        CommitOutcome outcome = tags.tag(targets, cut);
        failPoints.reach(FailPoint.TAG_AFTER_TABLES);
        return outcome;
    }

    @Override
    public Optional<LakeCut> latestTag() {
        Map<TableId, TableMetadata> metadata = new HashMap<>();
        tables.forEach((id, table) -> {
            try {
                metadata.put(id, table.operations().refresh());
            } catch (RuntimeException e) {
                throw StorageFailures.of(id, "read the tags of cuts", e);
            }
        });
        return new CutHistory(metadata).latestTag();
    }

    @Override
    public void note(TableId id, Map<String, String> notes) {
        table(id).note(notes);
    }

    @Override
    public CommitOutcome stop(TableId id, String reason) {
        LakeTable table = table(id);
        TableMarks before = table.marks();
        TableChange change = TableChange.stop(id, before, table.noted(before.stopped(reason, ids.get())));
        failPoints.reach(FailPoint.STOP_BEFORE_COMMIT);
        CommitResult result = committer.commit(List.of(target(table, change)));
        failPoints.reach(FailPoint.STOP_AFTER_COMMIT);
        Optional.ofNullable(result.marks().get(id)).ifPresent(table::stopped);
        return result.outcome();
    }

    private static CommitTarget target(LakeTable table, TableChange change) {
        return new CommitTarget(table.identifier(), table.operations(), change);
    }

    private static void deleteQuietly(LakeTable table, String path) {
        try {
            table.table().io().deleteFile(path);
        } catch (RuntimeException e) {
            LOG.warn("Unused file {} could not be deleted; orphan file removal will take it", path, e);
        }
    }

    @Override
    public void close() {
        for (SnapshotWriter writer : List.copyOf(snapshotWriters)) {
            writer.close();
        }
        for (IcebergCutWriter writer : List.copyOf(cutWriters)) {
            writer.close();
        }
        refused.values().forEach(this::giveUp);
        for (LakeTable table : tables.values()) {
            table.close();
        }
    }
}
