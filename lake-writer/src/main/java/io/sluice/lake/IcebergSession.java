package io.sluice.lake;

import io.sluice.lake.commit.CommitResult;
import io.sluice.lake.commit.CommitTarget;
import io.sluice.lake.commit.CutHistory;
import io.sluice.lake.commit.CutTags;
import io.sluice.lake.commit.Drain;
import io.sluice.lake.commit.LoadPart;
import io.sluice.lake.commit.TableChange;
import io.sluice.lake.commit.TableCommitter;
import io.sluice.lake.commit.TableMarks;
import io.sluice.lake.parquet.PartitionedFileWriter;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.CommitListener;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.TableMetadata;

/** The tables of a pipeline, owned in one epoch. */
final class IcebergSession implements LakeSession {

    private final long epoch;
    private final Map<TableId, LakeTable> tables;
    private final TableCommitter committer;
    private final CutTags tags;
    private final long cutMemoryBytes;
    private final FailPoints failPoints;
    private final CutCommits commits;
    private final Supplier<String> ids;

    private final Set<SnapshotWriter> snapshotWriters = ConcurrentHashMap.newKeySet();
    private final Set<IcebergCutWriter> cutWriters = ConcurrentHashMap.newKeySet();

    IcebergSession(
            long epoch,
            List<LakeTable> tables,
            TableCommitter committer,
            CutTags tags,
            long cutMemoryBytes,
            FailPoints failPoints,
            Supplier<String> ids,
            CommitListener told) {
        this.epoch = epoch;
        Map<TableId, LakeTable> byId = new HashMap<>();
        tables.forEach(table -> byId.put(table.id(), table));
        this.tables = Map.copyOf(byId);
        this.committer = committer;
        this.tags = tags;
        this.cutMemoryBytes = cutMemoryBytes;
        this.failPoints = failPoints;
        this.ids = ids;
        this.commits = new CutCommits(this::table, committer, failPoints, ids, told);
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
            result = committer.commit(List.of(table.target(change)));
        } catch (PipelineException e) {
            if (CutCommits.isUncommitted(e)) {
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
        return askLoad(id, table(id).marks());
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
        CommitResult result = committer.commit(
                List.of(table.loadTarget(TableChange.load(id, table.marks(), next, List.of(), part, List.of()))));
        failPoints.reach(FailPoint.LOAD_AFTER_ASK);
        Optional.ofNullable(result.marks().get(id)).ifPresent(marks -> {
            table.loadDropped(marks);
            table.loadEnded();
        });
        return result.outcome();
    }

    @Override
    public void beginLoad(TableId id) {
        table(id).beginLoad();
    }

    @Override
    public CommitOutcome addToLoad(TableId id, LoadStep step) {
        LakeTable table = table(id);
        table.loadKeeping().lock().lock();
        try {
            if (table.isGivenUp()) {
                discard(id, step.files());
                return givenUp(id);
            }
            return addToLoad(id, table, step);
        } finally {
            table.loadKeeping().lock().unlock();
        }
    }

    private static CommitOutcome givenUp(TableId id) {
        return new CommitOutcome.Conflict(id, "Table " + id + " was stopped and its load given up");
    }

    private CommitOutcome addToLoad(TableId id, LakeTable table, LoadStep step) {
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
            result = committer.commit(List.of(
                    table.loadTarget(TableChange.load(id, before, table.noted(before), added, part, table.shapes()))));
        } catch (PipelineException e) {
            if (CutCommits.isUncommitted(e)) {
                discard(id, step.files());
            }
            throw e;
        }
        TableMarks marks = result.marks().get(id);
        if (marks != null) {
            failPoints.reach(FailPoint.LOAD_AFTER_STEP);
            table.setLoad(marks);
            if (part.role() == LoadPart.Role.BEGIN) {
                table.loadEnded();
            }
        } else if (!result.doubtful() && result.outcome().kind() != CommitOutcome.Kind.UNKNOWN) {
            discard(id, step.files());
        }
        return result.outcome();
    }

    @Override
    public CommitOutcome beginDrain(TableId id, Position from) {
        LakeTable table = table(id);
        table.loadKeeping().lock().lock();
        try {
            TableMarks before = table.marks();
            if (table.isGivenUp()) {
                return givenUp(id);
            }
            Drain drain = Drain.begin(from.text());
            TableChange change;
            if (table.loadBegins()) {
                LoadPart part = new LoadPart(
                        LoadPart.Role.BEGIN,
                        ids.get(),
                        table.definition(),
                        List.of(),
                        0,
                        0,
                        TableLoad.Extent.PARTIAL,
                        drain);
                change = TableChange.load(id, before, table.noted(before), List.of(), part, table.shapes());
            } else if (before.load().drained().exists()) {
                return new CommitOutcome.AlreadyCommitted();
            } else {
                change = TableChange.drain(id, before, LoadPart.drain(ids.get(), drain));
            }
            failPoints.reach(FailPoint.DRAIN_BEFORE_MARK);
            CommitResult result = committer.commit(List.of(table.target(change)));
            failPoints.reach(FailPoint.DRAIN_AFTER_MARK);
            Optional.ofNullable(result.marks().get(id)).ifPresent(marks -> {
                table.setLoad(marks);
                if (change.load().role() == LoadPart.Role.BEGIN) {
                    table.loadEnded();
                }
            });
            return result.outcome();
        } finally {
            table.loadKeeping().lock().unlock();
        }
    }

    @Override
    public void discard(TableId id, List<SnapshotFiles> files) {
        for (DataFile file : dataFiles(id, files)) {
            table(id).deleteQuietly(file.location());
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

    /** The writer has prepared its cut, or given it up. */
    void ended(IcebergCutWriter writer) {
        cutWriters.remove(writer);
    }

    @Override
    public CommitOutcome commit(PreparedCut cut) {
        return commits.commit((PreparedIcebergCut) cut);
    }

    @Override
    public CommitOutcome tag(long cut) {
        List<CommitTarget> targets = tables.values().stream()
                .filter(table -> table.marks().phase() == TablePhase.STREAMING)
                // Published after the cut: it was not a part of it.
                .filter(table -> table.marks().cut() <= cut)
                .sorted(Comparator.comparing(LakeTable::id))
                .map(table -> table.target(CutTags.target(table.id(), table.marks())))
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
        table.loadKeeping().lock().lock();
        try {
            return stop(id, table, reason);
        } finally {
            table.loadKeeping().lock().unlock();
        }
    }

    private CommitOutcome stop(TableId id, LakeTable table, String reason) {
        TableMarks before = table.marks();
        TableChange change = TableChange.stop(id, before, table.noted(before.stopped(reason, ids.get())));
        failPoints.reach(FailPoint.STOP_BEFORE_COMMIT);
        CommitResult result = committer.commit(List.of(table.target(change)));
        failPoints.reach(FailPoint.STOP_AFTER_COMMIT);
        Optional.ofNullable(result.marks().get(id)).ifPresent(marks -> {
            table.loadDropped(marks);
            table.loadEnded();
        });
        return result.outcome();
    }

    @Override
    public void close() {
        for (SnapshotWriter writer : List.copyOf(snapshotWriters)) {
            writer.close();
        }
        for (IcebergCutWriter writer : List.copyOf(cutWriters)) {
            writer.close();
        }
        commits.close();
        for (LakeTable table : tables.values()) {
            table.close();
        }
    }
}
