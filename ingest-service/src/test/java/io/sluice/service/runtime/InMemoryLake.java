package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.DeadLetterEvent;
import io.sluice.pipeline.lake.DeadLetterLog;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.LakeProblem;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.LoadStep;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.SnapshotWriter;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.InMemoryCutWriter.Cut;
import io.sluice.service.runtime.InMemoryTable.Change;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/**
 * A lake in memory that keeps the commit contract: tables of one {@code long} key, a state per table, fencing by epoch.
 * Commits can be held back and outcomes can be scripted.
 */
final class InMemoryLake implements Lake {

    private final Map<TableId, InMemoryTable> tables = new TreeMap<>();
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
        table(table).add(List.of(key));
    }

    /** Another process takes every table over. */
    synchronized void raiseEpochs() {
        tables.values().forEach(InMemoryTable::fence);
    }

    /** The next step of a load ends like this instead of doing anything. */
    synchronized void nextStep(CommitOutcome outcome) {
        scriptedSteps.add(outcome);
    }

    /** The keys that readers of the table see. */
    synchronized Set<Long> keys(String table) {
        return table(table).keys();
    }

    /** The table's state as a reader of its properties sees it. */
    synchronized LakeTableState state(String table) {
        return table(table).state();
    }

    /** Puts a table at a cut, as an earlier process left it. */
    synchronized void leave(String table, long cut, Position position, Long... keys) {
        TableId id = TableId.parse(table);
        InMemoryTable left = new InMemoryTable(id);
        left.add(List.of(keys));
        left.own("shop", 1);
        left.advance(cut, position);
        tables.put(id, left);
    }

    private InMemoryTable table(String name) {
        InMemoryTable found = tables.get(TableId.parse(name));
        if (found == null) {
            throw new AssertionError("There is no table " + name);
        }
        return found;
    }

    @Override
    public synchronized List<LakeTableState> inspect(Collection<TableId> ids) {
        return ids.stream()
                .filter(tables::containsKey)
                .map(id -> tables.get(id).state())
                .toList();
    }

    @Override
    public synchronized List<LakeCut> cuts(Collection<TableId> ids, int limit) {
        return tables.values().stream()
                .map(table -> table.state().cut())
                .distinct()
                .sorted(Comparator.reverseOrder())
                .limit(limit)
                .map(this::cut)
                .toList();
    }

    private LakeCut cut(long number) {
        boolean tagged = tables.values().stream()
                .filter(table -> table.isStreamingBy(number))
                .allMatch(table -> table.tags().containsKey(number));
        return new LakeCut(number, "", Instant.EPOCH, tagged, Map.of());
    }

    /** The keys that readers of the table's tag see; empty where it has no such tag. */
    synchronized Optional<Set<Long>> keysAtTag(String table, long cut) {
        return Optional.ofNullable(table(table).tags().get(cut));
    }

    /** Gives one table a tag, as a process that died between two tables' tags left it. */
    synchronized void leaveTag(String table, long cut) {
        table(table).tag(cut);
    }

    /** The next tagging ends like this instead of doing anything. */
    synchronized void nextTag(CommitOutcome outcome) {
        scriptedTags.add(outcome);
    }

    /** Dead letters by their tables. */
    private final Map<TableId, List<DeadLetterEvent>> letters = new TreeMap<>();

    @Override
    public DeadLetterLog deadLetters(String pipeline, TableId table, long epoch, Collection<TableId> owned) {
        return new DeadLetterLog() {
            @Override
            public List<DeadLetterEvent> events() {
                synchronized (InMemoryLake.this) {
                    return List.copyOf(letters.getOrDefault(table, List.of()));
                }
            }

            @Override
            public void append(List<DeadLetterEvent> events) {
                synchronized (InMemoryLake.this) {
                    letters.computeIfAbsent(table, first -> new ArrayList<>()).addAll(events);
                }
            }
        };
    }

    @Override
    public synchronized List<DeadLetter> openDeadLetters(String pipeline, TableId table) {
        return DeadLetterEvent.open(letters.getOrDefault(table, List.of()));
    }

    @Override
    public synchronized List<DeadLetter> openDeadLetters(String pipeline, TableId table, TableId source) {
        return openDeadLetters(pipeline, table).stream()
                .filter(letter -> letter.source().equals(source))
                .toList();
    }

    @Override
    public List<LakeProblem> check(String pipeline, List<LakeTableSpec> specs) {
        return List.of();
    }

    @Override
    public synchronized LakeSession takeOver(String pipeline, List<LakeTableSpec> specs, Map<TableId, String> left) {
        long epoch = 1
                + tables.values().stream()
                        .mapToLong(table -> table.state().epoch())
                        .max()
                        .orElse(0);
        for (LakeTableSpec spec : specs) {
            tables.computeIfAbsent(spec.schema().table(), InMemoryTable::new).own(pipeline, epoch);
        }
        left.forEach((id, reason) -> {
            InMemoryTable table = tables.get(id);
            if (table != null) {
                table.stop(epoch, reason);
            }
        });
        return new Session(epoch);
    }

    synchronized Optional<TableLoad> load(TableId id) {
        return tables.get(id).state().load();
    }

    synchronized void abandoned() {
        abandonedCuts++;
    }

    @Override
    public void close() {}

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
                return tables.values().stream().map(InMemoryTable::state).toList();
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
                InMemoryTable table = tables.get(id);
                table.add(keys(files));
                table.advance(cut, position);
                return new CommitOutcome.Committed(Map.of(id, cut));
            }
        }

        @Override
        public CommitOutcome askLoad(TableId id) {
            synchronized (InMemoryLake.this) {
                tables.get(id).askLoad();
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
                tables.get(id).beginLoad();
            }
        }

        @Override
        public CommitOutcome addToLoad(TableId id, LoadStep step) {
            synchronized (InMemoryLake.this) {
                if (!scriptedSteps.isEmpty()) {
                    return scriptedSteps.remove();
                }
                InMemoryTable table = tables.get(id);
                if (table.isGivenUp()) {
                    return new CommitOutcome.Conflict(id, "stopped");
                }
                table.addToLoad(step, keys(step.files()));
                return new CommitOutcome.Committed(Map.of());
            }
        }

        @Override
        public CommitOutcome beginDrain(TableId id, Position from) {
            synchronized (InMemoryLake.this) {
                tables.get(id).beginDrain(from);
                return new CommitOutcome.Committed(Map.of());
            }
        }

        private static List<Long> keys(List<SnapshotFiles> files) {
            return files.stream().flatMap(file -> ((Files) file).keys.stream()).toList();
        }

        private void drain(Cut cut) {
            cut.drained().stream()
                    .collect(Collectors.groupingBy(Change::table))
                    .forEach((id, waiting) -> tables.get(id).drain(waiting, cut.position()));
        }

        @Override
        public void discard(TableId table, List<SnapshotFiles> files) {
            synchronized (InMemoryLake.this) {
                discarded += files.size();
            }
        }

        @Override
        public CutWriter openCut(long number, RowRefetch refetch) {
            return new InMemoryCutWriter(InMemoryLake.this, number, refetch);
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
                BreakOff broken = cut.drained().isEmpty() ? BreakOff.NEVER : breakOff;
                if (broken != BreakOff.AFTER_TABLES) {
                    drain(cut);
                }
                if (broken == BreakOff.AFTER_LOADS) {
                    breakOff = BreakOff.NEVER;
                    throw new PipelineException(ErrorKind.LAKE_UNAVAILABLE, "The commit broke off after the loads");
                }
                cut.joined().forEach(id -> tables.get(id).publishLoad());
                cut.changes().forEach(change -> tables.get(change.table()).apply(change));
                prepared.tables().forEach(id -> tables.get(id).advance(prepared.number(), prepared.position()));
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
                tables.values().stream()
                        .filter(table -> table.isStreamingBy(cut))
                        .forEach(table -> table.tag(cut));
                return new CommitOutcome.Committed(Map.of());
            }
        }

        @Override
        public Optional<LakeCut> latestTag() {
            synchronized (InMemoryLake.this) {
                OptionalLong highest = tables.values().stream()
                        .flatMap(table -> table.tags().keySet().stream())
                        .mapToLong(cut -> cut)
                        .max();
                return highest.isEmpty() ? Optional.empty() : Optional.of(cut(highest.getAsLong()));
            }
        }

        @Override
        public void note(TableId id, Map<String, String> notes) {
            synchronized (InMemoryLake.this) {
                tables.get(id).note(notes);
            }
        }

        @Override
        public CommitOutcome stop(TableId id, String reason) {
            beforeStop.run();
            synchronized (InMemoryLake.this) {
                tables.get(id).stop(reason);
                return new CommitOutcome.Committed(Map.of());
            }
        }

        @Override
        public void close() {}
    }
}
