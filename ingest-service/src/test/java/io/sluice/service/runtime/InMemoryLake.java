package io.sluice.service.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.DrainedChanges;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.LakeProblem;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.LoadStep;
import io.sluice.pipeline.lake.LoadedRange;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.SnapshotWriter;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;

/**
 * A lake in memory that keeps the commit contract: tables of one {@code long} key, a state per table, fencing by epoch.
 * Commits can be held back and outcomes can be scripted.
 */
final class InMemoryLake implements Lake {

    private final Map<TableId, Table> tables = new TreeMap<>();
    private final Deque<CommitOutcome> scripted = new ArrayDeque<>();
    private final Deque<CommitOutcome> scriptedTags = new ArrayDeque<>();
    private final Deque<CommitOutcome> scriptedSteps = new ArrayDeque<>();
    final Semaphore commitGate = new Semaphore(Integer.MAX_VALUE);
    final List<Long> committedCuts = new ArrayList<>();
    int discarded;
    int abandonedCuts;

    /** A commit that changes tables and loads breaks off between the two. */
    enum BreakOff {
        NEVER,
        AFTER_LOADS,
        AFTER_TABLES
    }

    /** How the next commit that changes a load breaks off. */
    volatile BreakOff breakOff = BreakOff.NEVER;

    /** Runs before a table's stop is durable. */
    Runnable beforeStop = () -> {};

    /** Every cut with a change says that it must not end before this. */
    Optional<Position> cutsNotBefore = Optional.empty();

    /** The next commit ends like this instead of doing anything. */
    synchronized void nextCommit(CommitOutcome outcome) {
        scripted.add(outcome);
    }

    /** Puts a row into a table that its source does not have. */
    synchronized void corrupt(String table, long key) {
        table(table).rows.add(key);
    }

    /** Another process takes every table over. */
    synchronized void raiseEpochs() {
        tables.values().forEach(table -> {
            LakeTableState old = table.state;
            table.state = new LakeTableState(
                    old.table(),
                    old.pipeline(),
                    old.epoch() + 1,
                    old.cut(),
                    old.position(),
                    old.phase(),
                    old.snapshotId(),
                    old.detail(),
                    old.notes(),
                    old.load());
        });
    }

    /** The next step of a load ends like this instead of doing anything. */
    synchronized void nextStep(CommitOutcome outcome) {
        scriptedSteps.add(outcome);
    }

    /** The keys that readers of the table see. */
    synchronized Set<Long> keys(String table) {
        return new TreeSet<>(table(table).rows);
    }

    /** The table's state as a reader of its properties sees it. */
    synchronized LakeTableState state(String table) {
        return table(table).state;
    }

    /** Puts a table at a cut, as an earlier process left it. */
    synchronized void leave(String table, long cut, Position position, Long... keys) {
        TableId id = TableId.parse(table);
        Table left = new Table();
        left.rows.addAll(List.of(keys));
        left.state = new LakeTableState(
                id,
                "shop",
                1,
                cut,
                Optional.of(position.text()),
                TablePhase.STREAMING,
                OptionalLong.of(cut),
                "",
                Map.of());
        tables.put(id, left);
    }

    private Table table(String name) {
        Table found = tables.get(TableId.parse(name));
        if (found == null) {
            throw new AssertionError("There is no table " + name);
        }
        return found;
    }

    @Override
    public synchronized List<LakeTableState> inspect(Collection<TableId> ids) {
        return ids.stream()
                .filter(tables::containsKey)
                .map(id -> tables.get(id).state)
                .toList();
    }

    @Override
    public synchronized List<LakeCut> cuts(Collection<TableId> ids, int limit) {
        return tables.values().stream()
                .map(table -> table.state.cut())
                .distinct()
                .sorted(Comparator.reverseOrder())
                .limit(limit)
                .map(this::cut)
                .toList();
    }

    private LakeCut cut(long number) {
        boolean tagged = tables.values().stream()
                .filter(table -> table.state.phase() == TablePhase.STREAMING && table.state.cut() <= number)
                .allMatch(table -> table.tags.containsKey(number));
        return new LakeCut(number, "", Instant.EPOCH, tagged, Map.of());
    }

    /** The keys that readers of the table's tag see; empty where it has no such tag. */
    synchronized Optional<Set<Long>> keysAtTag(String table, long cut) {
        return Optional.ofNullable(table(table).tags.get(cut));
    }

    /** Gives one table a tag, as a process that died between two tables' tags left it. */
    synchronized void leaveTag(String table, long cut) {
        table(table).tags.put(cut, new TreeSet<>(table(table).rows));
    }

    /** The next tagging ends like this instead of doing anything. */
    synchronized void nextTag(CommitOutcome outcome) {
        scriptedTags.add(outcome);
    }

    @Override
    public List<LakeProblem> check(String pipeline, List<LakeTableSpec> specs) {
        return List.of();
    }

    @Override
    public synchronized LakeSession takeOver(String pipeline, List<LakeTableSpec> specs, Map<TableId, String> left) {
        long epoch = 1
                + tables.values().stream().mapToLong(t -> t.state.epoch()).max().orElse(0);
        for (LakeTableSpec spec : specs) {
            TableId id = spec.schema().table();
            Table table = tables.computeIfAbsent(id, missing -> new Table());
            LakeTableState old = table.state;
            table.state = new LakeTableState(
                    id,
                    pipeline,
                    epoch,
                    old == null ? 0 : old.cut(),
                    old == null ? Optional.empty() : old.position(),
                    old == null ? TablePhase.SNAPSHOT : old.phase(),
                    OptionalLong.empty(),
                    "",
                    old == null ? Map.of() : old.notes(),
                    old == null ? Optional.empty() : old.load());
        }
        left.forEach((id, reason) -> {
            Table table = tables.get(id);
            if (table != null) {
                table.state = stopped(table.state, epoch, reason);
            }
        });
        return new Session(epoch);
    }

    private static LakeTableState stopped(LakeTableState old, long epoch, String reason) {
        return new LakeTableState(
                old.table(),
                old.pipeline(),
                epoch,
                old.cut(),
                old.position(),
                TablePhase.STOPPED,
                old.snapshotId(),
                reason,
                old.notes());
    }

    @Override
    public void close() {}

    private static final class Table {
        private final Map<String, String> nextNotes = new HashMap<>();
        private final Set<Long> rows = new TreeSet<>();
        private final Map<Long, Set<Long>> tags = new TreeMap<>();
        private final Set<Long> loaded = new TreeSet<>();
        private final List<Change> drained = new ArrayList<>();
        private boolean loadBegins;

        /** A load begins with what it says, and nothing of an older one. */
        private void begin() {
            loaded.clear();
            drained.clear();
            loadBegins = false;
        }

        private void apply(Change change) {
            if (RowOperation.isUpsert(change.operation)) {
                rows.add(change.key);
            } else {
                rows.remove(change.key);
            }
        }

        private LakeTableState state;
    }

    private record Files(List<Long> keys) implements SnapshotFiles {
        @Override
        public long rows() {
            return keys.size();
        }

        @Override
        public long bytes() {
            return keys.size();
        }
    }

    private record Change(TableId table, byte operation, long key) {}

    private record Cut(long number, Position position, List<Change> changes, Set<TableId> joined, List<Change> drained)
            implements PreparedCut {
        @Override
        public Set<TableId> tables() {
            Set<TableId> changed = new TreeSet<>(joined);
            changes.forEach(change -> changed.add(change.table));
            return changed;
        }

        @Override
        public long rows() {
            return changes.size();
        }
    }

    private final class Session implements LakeSession {

        private final long epoch;

        Session(long epoch) {
            this.epoch = epoch;
        }

        @Override
        public long epoch() {
            return epoch;
        }

        @Override
        public List<LakeTableState> tables() {
            synchronized (InMemoryLake.this) {
                return tables.values().stream().map(table -> table.state).toList();
            }
        }

        @Override
        public SnapshotWriter snapshotWriter(TableId table) {
            List<Long> keys = new ArrayList<>();
            return new SnapshotWriter() {
                @Override
                public void append(ColumnBatch batch) {
                    for (int row = 0; row < batch.rowCount(); row++) {
                        keys.add(((LongVector) batch.column(0)).get(row));
                    }
                }

                @Override
                public SnapshotFiles finish() {
                    return new Files(keys);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public CommitOutcome publish(TableId id, List<SnapshotFiles> files, long cut, Position position) {
            synchronized (InMemoryLake.this) {
                Table table = tables.get(id);
                files.forEach(file -> table.rows.addAll(((Files) file).keys));
                advance(table, cut, position);
                return new CommitOutcome.Committed(Map.of(id, cut));
            }
        }

        @Override
        public CommitOutcome askLoad(TableId id) {
            synchronized (InMemoryLake.this) {
                Table table = tables.get(id);
                table.loadBegins = true;
                table.state =
                        withLoad(table.state, Optional.of(new TableLoad(List.of(), 0, 0, TableLoad.Extent.PARTIAL)));
                return new CommitOutcome.Committed(Map.of());
            }
        }

        @Override
        public CommitOutcome stopForLoad(TableId id, String reason) {
            synchronized (InMemoryLake.this) {
                stop(id, reason);
                return askLoad(id);
            }
        }

        @Override
        public void beginLoad(TableId id) {
            synchronized (InMemoryLake.this) {
                Table table = tables.get(id);
                table.loadBegins = true;
                boolean again = table.state.phase() != TablePhase.SNAPSHOT
                        && table.state.load().isPresent();
                table.state = withLoad(
                        table.state,
                        again
                                ? Optional.of(new TableLoad(List.of(), 0, 0, TableLoad.Extent.PARTIAL))
                                : Optional.empty());
            }
        }

        @Override
        public CommitOutcome addToLoad(TableId id, LoadStep step) {
            synchronized (InMemoryLake.this) {
                if (!scriptedSteps.isEmpty()) {
                    return scriptedSteps.remove();
                }
                Table table = tables.get(id);
                List<LoadedRange> ranges = new ArrayList<>();
                if (table.state.phase() == TablePhase.STOPPED
                        && table.state.load().isEmpty()) {
                    return new CommitOutcome.Conflict(id, "stopped");
                }
                Optional<DrainedChanges> drained = Optional.empty();
                if (table.loadBegins || table.state.load().isEmpty()) {
                    table.begin();
                } else {
                    ranges.addAll(table.state.load().get().ranges());
                    drained = table.state.load().get().drained();
                }
                step.files().forEach(files -> table.loaded.addAll(((Files) files).keys));
                step.ranges()
                        .forEach(range -> ranges.add(
                                new LoadedRange(range, step.position().text())));
                TableLoad load = new TableLoad(ranges, table.loaded.size(), ranges.size(), step.extent(), drained);
                table.state = withLoad(table.state, Optional.of(load));
                return new CommitOutcome.Committed(Map.of());
            }
        }

        @Override
        public CommitOutcome beginDrain(TableId id, Position from) {
            synchronized (InMemoryLake.this) {
                Table table = tables.get(id);
                if (table.loadBegins || table.state.load().isEmpty()) {
                    table.begin();
                    table.state = withLoad(
                            table.state, Optional.of(new TableLoad(List.of(), 0, 0, TableLoad.Extent.PARTIAL)));
                }
                TableLoad load = table.state.load().orElseThrow();
                assertThat(load.drained()).isEmpty();
                table.state = withLoad(table.state, Optional.of(drained(load, from.text(), from.text(), 0)));
                return new CommitOutcome.Committed(Map.of());
            }
        }

        private TableLoad drained(TableLoad load, String from, String to, long rows) {
            return new TableLoad(
                    load.ranges(),
                    load.rows(),
                    load.files(),
                    load.extent(),
                    Optional.of(new DrainedChanges(from, to, rows)));
        }

        private void drain(Cut cut) {
            Set<TableId> changed = new TreeSet<>();
            cut.drained.forEach(change -> changed.add(change.table));
            for (TableId id : changed) {
                Table table = tables.get(id);
                TableLoad load = table.state.load().orElseThrow();
                DrainedChanges before = load.drained().orElseThrow();
                assertThat(cut.position.compareTo(LogSequenceNumber.parse(before.to())))
                        .as("changes of %s at %s after %s", id, cut.position, before)
                        .isPositive();
                cut.drained.stream().filter(change -> change.table.equals(id)).forEach(table.drained::add);
                table.state = withLoad(
                        table.state,
                        Optional.of(drained(load, before.from(), cut.position.text(), table.drained.size())));
            }
        }

        @Override
        public void discard(TableId table, List<SnapshotFiles> files) {
            synchronized (InMemoryLake.this) {
                discarded += files.size();
            }
        }

        @Override
        public CutWriter openCut(long number, RowRefetch refetch) {
            return new Writer(number, refetch);
        }

        @Override
        public CommitOutcome commit(PreparedCut prepared) {
            commitGate.acquireUninterruptibly();
            commitGate.release();
            synchronized (InMemoryLake.this) {
                if (!scripted.isEmpty()) {
                    return scripted.remove();
                }
                Cut cut = (Cut) prepared;
                BreakOff broken = cut.drained.isEmpty() ? BreakOff.NEVER : breakOff;
                if (broken != BreakOff.AFTER_TABLES) {
                    drain(cut);
                }
                if (broken == BreakOff.AFTER_LOADS) {
                    breakOff = BreakOff.NEVER;
                    throw new PipelineException(ErrorKind.LAKE_UNAVAILABLE, "The commit broke off after the loads");
                }
                for (TableId id : cut.joined) {
                    Table table = tables.get(id);
                    table.rows.clear();
                    table.rows.addAll(table.loaded);
                    table.drained.forEach(table::apply);
                    table.drained.clear();
                    table.state = withLoad(table.state, Optional.empty());
                }
                for (Change change : cut.changes) {
                    tables.get(change.table).apply(change);
                }
                prepared.tables().forEach(id -> advance(tables.get(id), prepared.number(), prepared.position()));
                if (broken == BreakOff.AFTER_TABLES) {
                    breakOff = BreakOff.NEVER;
                    throw new PipelineException(ErrorKind.LAKE_UNAVAILABLE, "The commit broke off before the loads");
                }
                committedCuts.add(prepared.number());
                return new CommitOutcome.Committed(Map.of());
            }
        }

        @Override
        public CommitOutcome tag(long cut) {
            synchronized (InMemoryLake.this) {
                if (!scriptedTags.isEmpty()) {
                    return scriptedTags.remove();
                }
                for (Table table : tables.values()) {
                    if (table.state.phase() == TablePhase.STREAMING && table.state.cut() <= cut) {
                        table.tags.putIfAbsent(cut, new TreeSet<>(table.rows));
                    }
                }
                return new CommitOutcome.Committed(Map.of());
            }
        }

        @Override
        public Optional<LakeCut> latestTag() {
            synchronized (InMemoryLake.this) {
                OptionalLong highest = tables.values().stream()
                        .flatMap(table -> table.tags.keySet().stream())
                        .mapToLong(cut -> cut)
                        .max();
                return highest.isEmpty() ? Optional.empty() : Optional.of(cut(highest.getAsLong()));
            }
        }

        @Override
        public void note(TableId id, Map<String, String> notes) {
            synchronized (InMemoryLake.this) {
                tables.get(id).nextNotes.putAll(notes);
            }
        }

        @Override
        public CommitOutcome stop(TableId id, String reason) {
            beforeStop.run();
            synchronized (InMemoryLake.this) {
                Table table = tables.get(id);
                table.state = stopped(table.state, table.state.epoch(), reason);
                return new CommitOutcome.Committed(Map.of());
            }
        }

        @Override
        public void close() {}

        private LakeTableState withLoad(LakeTableState old, Optional<TableLoad> load) {
            return new LakeTableState(
                    old.table(),
                    old.pipeline(),
                    old.epoch(),
                    old.cut(),
                    old.position(),
                    old.phase(),
                    old.snapshotId(),
                    old.detail(),
                    old.notes(),
                    load);
        }

        private void advance(Table table, long cut, Position position) {
            LakeTableState old = table.state;
            table.state = new LakeTableState(
                    old.table(),
                    old.pipeline(),
                    old.epoch(),
                    cut,
                    Optional.of(position.text()),
                    TablePhase.STREAMING,
                    OptionalLong.of(cut),
                    "",
                    table.nextNotes,
                    old.load());
        }
    }

    private final class Writer implements CutWriter {

        private final long number;
        private final RowRefetch refetch;
        private final List<Change> changes = new ArrayList<>();
        private final Set<TableId> joined = new TreeSet<>();
        private final Map<TableId, Drain> draining = new HashMap<>();
        private final List<Change> drained = new ArrayList<>();
        private boolean prepared;

        Writer(long number, RowRefetch refetch) {
            this.number = number;
            this.refetch = refetch;
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public void apply(ColumnBatch batch) {
            Drain into = draining.get(batch.schema().table());
            for (int row = 0; row < batch.rowCount(); row++) {
                Change change = new Change(
                        batch.schema().table(), batch.operation(row), ((LongVector) batch.column(0)).get(row));
                if (into != null) {
                    drained.add(change);
                }
                if (into != Drain.INTO_LOAD) {
                    changes.add(change);
                }
            }
        }

        @Override
        public void drain(TableId table, Drain into) {
            synchronized (InMemoryLake.this) {
                assertThat(tables.get(table).state.load().flatMap(TableLoad::drained))
                        .as("drain of %s", table)
                        .isPresent();
            }
            draining.put(table, into);
        }

        @Override
        public void publishLoad(TableId table) {
            synchronized (InMemoryLake.this) {
                assertThat(tables.get(table).state.load().orElseThrow().isComplete())
                        .isTrue();
            }
            joined.add(table);
        }

        @Override
        public void leaveOut(TableId table) {
            joined.remove(table);
            drained.removeIf(change -> change.table.equals(table));
            changes.removeIf(change -> change.table.equals(table));
        }

        @Override
        public void readAgain(ColumnBatch keys) {
            TableId table = keys.schema().table();
            add(table, keys, RowOperation.DELETE);
            add(table, refetch.refetch(table, keys).rows(), RowOperation.INSERT);
        }

        private void add(TableId table, ColumnBatch batch, byte operation) {
            for (int row = 0; row < batch.rowCount(); row++) {
                changes.add(new Change(table, operation, ((LongVector) batch.column(0)).get(row)));
            }
        }

        @Override
        public long rows() {
            return changes.size();
        }

        @Override
        public long bytes() {
            return changes.size();
        }

        @Override
        public Optional<Position> notBefore() {
            return cutsNotBefore;
        }

        @Override
        public PreparedCut prepare(Position position) {
            prepared = true;
            return new Cut(number, position, List.copyOf(changes), Set.copyOf(joined), List.copyOf(drained));
        }

        @Override
        public void close() {
            if (!prepared) {
                synchronized (InMemoryLake.this) {
                    abandonedCuts++;
                }
            }
        }
    }
}
