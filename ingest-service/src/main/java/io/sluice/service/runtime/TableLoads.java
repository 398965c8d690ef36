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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The loads of a run's tables: what is read of each, at which positions, and what the source must keep for them. While one
 * is not published, the source is told of no position behind its first. Used by the run's thread, but for
 * {@link #readMissing}, which may run beside it.
 */
final class TableLoads {

    private final PipelineRun run;
    private final SourceDatabase database;
    private final LakeSession session;
    private final List<TableRuntime> followed;
    private final StorageWatch storage;
    private final SlotHold hold = new SlotHold();
    private volatile long begunNanos = System.nanoTime();

    TableLoads(
            PipelineRun run,
            SourceDatabase database,
            LakeSession session,
            List<TableRuntime> followed,
            StorageWatch storage) {
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

    /** The first position that a part of the table was read at; empty before anything was. */
    Optional<Position> first(TableRuntime table) {
        return positions(table).reduce(Position::min);
    }

    /** The last position that a part of the table was read at; empty before anything was. */
    Optional<Position> last(TableRuntime table) {
        return positions(table).reduce(Position::max);
    }

    private Stream<Position> positions(TableRuntime table) {
        return table.load().stream()
                .flatMap(load -> load.ranges().stream())
                .map(LoadedRange::position)
                .distinct()
                .map(run.connectors::parsePosition);
    }

    /**
     * A load is of use only with a stream that still has every change since its first position.
     *
     * @param reached where the stream begins; empty when there is none
     */
    void giveUpUseless(Optional<Position> reached) {
        for (TableRuntime table : followed) {
            Optional<Position> first = first(table);
            if (first.isEmpty()) {
                continue;
            }
            Optional<Position> kept = hold.floor().or(() -> reached);
            boolean gap = kept.isEmpty() || !first.get().covers(kept.get());
            boolean keyless = !table.sourceSchema().hasKey() && !isComplete(table);
            if (gap || keyless || table.storageChanged()) {
                session.beginLoad(table.sink());
                table.resetSnapshot();
            }
        }
        run.progress.tablesChanged(session::tables);
    }

    /** The source keeps what the loads need that there are. */
    void hold() {
        pending().flatMap(table -> first(table).stream()).reduce(Position::min).ifPresent(hold::at);
    }

    /** The source keeps what a load needs that begins at this position or later. */
    void holdAt(Position position) {
        hold.at(hold.floor().map(floor -> Position.min(floor, position)).orElse(position));
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
        storage.begin(tables.stream()
                // Of a published table the mark must not skip what happened since its last cut.
                .filter(table -> !table.isPublished()
                        && (first(table).isEmpty() || snapshot.restarted().contains(table.source())))
                .toList());
        return new SnapshotPhase(
                        snapshot,
                        session,
                        tables,
                        run.control,
                        run.settings.snapshotParallelism(),
                        watch,
                        () -> run.progress.tablesChanged(session::tables))
                .run();
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
            run.progress.tablePublished(entry.getKey(), load.rows(), load.files(), position, session::tables);
            rows += load.rows();
        }
        hold.release();
        double seconds = Duration.ofNanos(System.nanoTime() - begunNanos).toMillis() / 1000.0;
        run.events.accept(new PipelineEvent.HandedOver(run.name, position.text(), rows, seconds));
    }

    private static List<TableSchema> schemas(List<TableRuntime> tables) {
        return tables.stream().map(TableRuntime::sourceSchema).toList();
    }
}
