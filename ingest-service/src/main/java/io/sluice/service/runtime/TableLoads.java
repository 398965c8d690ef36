package io.sluice.service.runtime;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LoadedRange;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.ChunkRange;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.pipeline.source.SourceDatabase;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The loads of a run's tables: what is read of each, at which positions, and what the source must keep for them. While one
 * is not published, the source is told of no position behind its first, or behind the changes that wait in it. Used by the
 * run's thread, but for {@link #read} and {@link #readMissing}, which may run beside it.
 */
final class TableLoads {

    private final PipelineRun run;
    private final SourceDatabase database;
    private final LakeSession session;
    private final List<TableRuntime> followed;
    private final StorageWatch storage;
    private final SlotHold hold = new SlotHold();
    private final LoadDrains drains;
    private final Optional<DeadLetterBook> letters;
    private volatile long begunNanos = System.nanoTime();

    /** Where what is being read now is read; empty while nothing is. */
    private volatile Optional<Position> reading = Optional.empty();

    /** Loads of which nothing is read yet begin here or later. */
    private Optional<Position> newFrom = Optional.empty();

    TableLoads(
            PipelineRun run,
            SourceDatabase database,
            LakeSession session,
            List<TableRuntime> followed,
            StorageWatch storage,
            Optional<Position> slot,
            Optional<DeadLetterBook> letters) {
        this.letters = letters;
        this.drains = new LoadDrains(session, run.connectors::parsePosition, slot);
        this.run = run;
        this.database = database;
        this.session = session;
        this.followed = followed;
        this.storage = storage;
    }

    /** Tables of which something is to be read or published. */
    Stream<TableRuntime> pending() {
        return followed.stream()
                .filter(table -> !table.isLeft())
                .filter(table -> !table.isPublished() || table.load().isPresent());
    }

    /** Tables of which something is to be read. */
    Stream<TableRuntime> incomplete() {
        return pending().filter(table -> !isComplete(table));
    }

    static boolean isComplete(TableRuntime table) {
        return table.load().map(TableLoad::isComplete).orElse(false);
    }

    LoadDrains drains() {
        return drains;
    }

    /** The first position of a part that was read, or of the changes that wait; empty before there is any. */
    Optional<Position> first(TableRuntime table) {
        return Stream.concat(positions(table), drains.begin(table).stream()).reduce(Position::min);
    }

    /** The last position of a part that was read, or of the changes that wait; empty before there is any. */
    Optional<Position> last(TableRuntime table) {
        return Stream.concat(positions(table), drains.lastChange(table).stream())
                .reduce(Position::max);
    }

    /** Whether all of the table was read at this position, so that no change has to go over it. */
    boolean isWholeAt(TableRuntime table, Position position) {
        Optional<Position> there = Optional.of(position);
        return isComplete(table)
                && first(table).equals(there)
                && last(table).equals(there)
                && streamFrom(table).equals(there);
    }

    /** Where the stream has to begin for the table when its load is published; empty before anything is read. */
    Optional<Position> streamFrom(TableRuntime table) {
        return drains.upTo(table).or(() -> first(table));
    }

    private Stream<Position> positions(TableRuntime table) {
        return table.load().stream()
                .flatMap(load -> load.ranges().stream())
                .map(LoadedRange::position)
                .distinct()
                .map(run.connectors::parsePosition);
    }

    /**
     * A load is of use only with a stream that still has every change since its first position, or since those that wait
     * in it.
     *
     * @param reached where the stream begins; empty when there is none
     */
    void giveUpUseless(Optional<Position> reached) {
        for (TableRuntime table : followed) {
            Optional<Position> first = first(table);
            if (first.isEmpty()) {
                continue;
            }
            Optional<Position> kept = hold.told().or(hold::floor).or(() -> reached);
            boolean drained = drains.begin(table).isPresent();
            boolean gap = kept.isEmpty() || !drained && !first.get().covers(kept.get());
            // Rows that it leaves out are to be read again when it is published, by keys that only that process knew.
            boolean forgotten = drained
                    && table.openRows().filter(OpenRows::loadLeavesOutUnknown).isPresent();
            boolean keyless = !table.sourceSchema().hasKey() && !isComplete(table);
            if (gap || forgotten || keyless || table.storageChanged()) {
                table.openRows().ifPresent(OpenRows::forgetLoad);
            }
            if (gap && drained || forgotten) {
                // Durably, before there is another stream: its position would not tell that changes were missed.
                Outcomes.require(session.askLoad(table.sink()), "the request to load table " + table.sink() + " anew");
                table.resetSnapshot();
            } else if (gap || keyless || table.storageChanged()) {
                session.beginLoad(table.sink());
                table.resetSnapshot();
            }
        }
        run.progress.tablesChanged(session::tables);
    }

    /** The source keeps what the loads need that there are. */
    synchronized void hold() {
        pending()
                .filter(table -> !drains.isFed(table))
                .flatMap(table -> streamFrom(table).or(() -> newFrom).stream())
                .reduce(Position::min)
                .ifPresentOrElse(hold::at, hold::release);
    }

    /** The source keeps what loads need as well that begin at this position or later. */
    synchronized void holdAt(Position position) {
        newFrom = Optional.of(position);
        hold();
    }

    /**
     * Where what is being read is read, when that has lasted so long that the loads take changes themselves from now on;
     * empty otherwise, and as long as a published table has not come to where its load begins: from then on one stream can
     * serve both.
     *
     * @param here where the stream is
     */
    Optional<Position> drainDue(Position here) {
        Optional<Position> read = reading;
        boolean due =
                System.nanoTime() - begunNanos >= run.settings.drainAfter().toNanos();
        return due
                        && read.isPresent()
                        && pending()
                                .filter(TableRuntime::isPublished)
                                .allMatch(table -> here.covers(streamFrom(table).orElse(read.get())))
                ? read
                : Optional.empty();
    }

    /** Makes every load take changes from its first position on, and gives their tables. */
    List<TableRuntime> beginDrains(Position read) {
        List<TableRuntime> tables = pending().toList();
        for (TableRuntime table : tables) {
            drains.start(table, first(table).orElse(read));
        }
        run.progress.tablesChanged(session::tables);
        hold();
        return tables;
    }

    /** A stream begins that puts the changes of these tables into their loads. */
    void feed(List<TableRuntime> tables) {
        drains.feed(tables);
        hold();
    }

    /** That stream has ended; what it took is durable up to here, or nothing of it is. */
    void fedUpTo(Optional<Position> durable) {
        drains.fedUpTo(durable);
        hold();
    }

    /** The source's changes; it is told only what it may forget. */
    ChangeSource over(ChangeSource changes) {
        return hold.over(changes);
    }

    /**
     * Reads what is missing of tables beside a stream that exists.
     *
     * @param watch runs several times a second meanwhile
     * @return false when a stop was asked for before the end
     */
    boolean readMissing(Runnable watch) throws InterruptedException {
        List<TableRuntime> missing = incomplete().toList();
        if (missing.isEmpty()) {
            return true;
        }
        Map<TableId, List<ChunkRange>> done = new HashMap<>();
        for (TableRuntime table : missing) {
            table.load()
                    .ifPresent(load -> done.put(
                            table.source(),
                            load.ranges().stream().map(LoadedRange::range).toList()));
        }
        run.failPoints.reach(FailPoint.JOIN_BEFORE_SNAPSHOT);
        try (SnapshotSession snapshot = database.beginSnapshot(schemas(followed), schemas(missing), done)) {
            run.failPoints.reach(FailPoint.JOIN_AFTER_SNAPSHOT);
            return read(snapshot, missing, watch);
        }
    }

    /** Reads tables from a snapshot; otherwise as {@link #readMissing}. */
    boolean read(SnapshotSession snapshot, List<TableRuntime> tables, Runnable watch) throws InterruptedException {
        begunNanos = System.nanoTime();
        reading = Optional.empty();
        storage.begin(tables.stream()
                // Of a published table the mark must not skip what happened since its last cut.
                .filter(table -> !table.isPublished()
                        && (first(table).isEmpty() || snapshot.restarted().contains(table.source())))
                .toList());
        SnapshotPhase phase = new SnapshotPhase(
                snapshot,
                session,
                tables,
                run.control,
                run.connectors,
                run.settings.snapshotParallelism(),
                watch,
                () -> run.progress.tablesChanged(session::tables),
                letters);
        // Which loads are begun anew is known from here on.
        run.progress.tablesChanged(session::tables);
        reading = Optional.of(snapshot.position());
        try {
            return phase.run();
        } finally {
            reading = Optional.empty();
        }
    }

    /** What is to be done once the loads of these tables are visible at a position; asked for before they are. */
    Runnable whenVisible(List<TableRuntime> joining, Supplier<Position> position) {
        Map<TableRuntime, TableLoad> loads = new LinkedHashMap<>();
        joining.forEach(table -> loads.put(table, table.load().orElseThrow()));
        return () -> visible(loads, position.get());
    }

    private void visible(Map<TableRuntime, TableLoad> loads, Position position) {
        run.failPoints.reach(FailPoint.HANDOVER_BEFORE_STREAM);
        long rows = 0;
        for (Map.Entry<TableRuntime, TableLoad> entry : loads.entrySet()) {
            TableLoad load = entry.getValue();
            entry.getKey().openRows().ifPresent(OpenRows::loadVisible);
            run.control.loaded(entry.getKey().source());
            run.progress.tablePublished(entry.getKey(), load.rows(), load.files(), position, session::tables);
            rows += load.rows();
        }
        hold();
        double seconds = Duration.ofNanos(System.nanoTime() - begunNanos).toMillis() / 1000.0;
        run.events.accept(new PipelineEvent.HandedOver(run.name, position.text(), rows, seconds));
    }

    static List<TableSchema> schemas(Collection<TableRuntime> tables) {
        return tables.stream().map(TableRuntime::sourceSchema).toList();
    }
}
