package io.sluice.service.runtime;

import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How far a run is, for the status and its watchers. Written by the run's threads, read by whoever asks; every method is
 * thread-safe. What it holds follows from the lake and is lost with the process.
 */
final class Progress {

    private final String pipeline;
    private final Consumer<PipelineEvent> events;
    private final LagMeter lag;
    private final AtomicLong rowsPublished = new AtomicLong();

    private final Object updating = new Object();

    private List<TableRuntime> tables = List.of();
    private PipelinePhase phase = PipelinePhase.SNAPSHOT;
    private @Nullable Position streamTarget;
    private @Nullable Position logEnd;
    private @Nullable Position durable;
    private long cut;
    private long epoch;

    Progress(String pipeline, LagMeter lag, Consumer<PipelineEvent> events) {
        this.pipeline = pipeline;
        this.lag = lag;
        this.events = events;
    }

    LagMeter lag() {
        return lag;
    }

    /** The pipeline is started anew: whatever this process owned before, somebody else may own by now. */
    synchronized void started() {
        epoch = 0;
    }

    /** The lake's tables are owned in this epoch. */
    synchronized void owned(List<TableRuntime> runTables, long ownEpoch) {
        tables = List.copyOf(runTables);
        epoch = ownEpoch;
    }

    /** A run begins with the tables that are owned; what the source was told before is durable. */
    synchronized void begin(PipelinePhase runPhase, Optional<Position> confirmed) {
        phase = runPhase;
        logEnd = null;
        streamTarget = null;
        durable = confirmed.orElse(null);
        for (TableRuntime table : tables) {
            cut = Math.max(cut, table.state().cut());
        }
    }

    /** A table's snapshot is visible. */
    void tablePublished(
            TableRuntime table, long rows, long files, Position position, Supplier<List<LakeTableState>> states) {
        update(states);
        synchronized (this) {
            cut = Math.max(cut, table.state().cut());
        }
        events.accept(
                new PipelineEvent.TablePublished(pipeline, table.sink().toString(), rows, files, position.text()));
    }

    /** The stream begins; it has caught up when it passes {@code target}. */
    synchronized void streamBegins(Position target) {
        streamTarget = target;
        phase = PipelinePhase.CATCH_UP;
        noticeCaughtUp();
    }

    private void noticeCaughtUp() {
        if (phase == PipelinePhase.CATCH_UP
                && streamTarget != null
                && durable != null
                && durable.covers(streamTarget)) {
            phase = PipelinePhase.STREAMING;
        }
    }

    /** The source's log ends here at this moment. */
    synchronized void logEnd(Position end) {
        logEnd = end;
    }

    /**
     * Everything up to the position is durable in the lake.
     *
     * @return whether that is news
     */
    synchronized boolean durable(Position position) {
        if (durable != null && durable.covers(position)) {
            return false;
        }
        durable = position;
        noticeCaughtUp();
        return true;
    }

    /** A cut is visible in all its tables. */
    void cutPublished(PreparedCut published, Supplier<List<LakeTableState>> states) {
        double lagSeconds = lag.seconds();
        lag.published();
        rowsPublished.addAndGet(published.rows());
        update(states);
        synchronized (this) {
            cut = Math.max(cut, published.number());
        }
        durable(published.position());
        events.accept(new PipelineEvent.CutPublished(
                pipeline,
                published.number(),
                published.position().text(),
                published.rows(),
                published.tables().size(),
                lagSeconds));
    }

    /** A cut is durable of which readers see nothing: its changes wait in loads. */
    void cutDrained(PreparedCut drained, Supplier<List<LakeTableState>> states) {
        lag.published();
        update(states);
        durable(drained.position());
    }

    synchronized Optional<Position> durable() {
        return Optional.ofNullable(durable);
    }

    synchronized Optional<Position> logEnd() {
        return Optional.ofNullable(logEnd);
    }

    synchronized PipelinePhase phase() {
        return phase;
    }

    synchronized long cut() {
        return cut;
    }

    synchronized long epoch() {
        return epoch;
    }

    long rowsPublished() {
        return rowsPublished.get();
    }

    /** The names in the lake of the tables that are or were owned. */
    synchronized List<TableId> sinks() {
        return tables.stream().map(TableRuntime::sink).toList();
    }

    List<TableStatus> tables() {
        List<TableRuntime> present;
        PipelinePhase now;
        synchronized (this) {
            present = tables;
            now = phase;
        }
        List<TableStatus> statuses = new ArrayList<>();
        for (TableRuntime table : present) {
            statuses.add(table.status(now));
        }
        return statuses;
    }

    /** Tables changed in the lake: rows of a load are durable, or a table was left behind. */
    void tablesChanged(Supplier<List<LakeTableState>> states) {
        update(states);
    }

    /** The states are asked for under a lock: an older answer must not take the place of a newer one. */
    private void update(Supplier<List<LakeTableState>> states) {
        List<PipelineEvent> stops;
        synchronized (updating) {
            stops = updateNow(states.get());
        }
        stops.forEach(events);
    }

    /** Tables are left behind by requests of the pipeline, and by the lake where someone else changed them. */
    private List<PipelineEvent> updateNow(List<LakeTableState> states) {
        List<PipelineEvent> stops = new ArrayList<>();
        Map<TableId, LakeTableState> byTable = new HashMap<>();
        for (LakeTableState state : states) {
            byTable.put(state.table(), state);
        }
        List<TableRuntime> present;
        synchronized (this) {
            present = tables;
        }
        for (TableRuntime table : present) {
            LakeTableState state = byTable.get(table.sink());
            if (state != null) {
                if (state.phase() == TablePhase.STOPPED && !table.isStopped()) {
                    stops.add(new PipelineEvent.TableStopped(
                            pipeline, table.source().toString(), state.detail()));
                }
                table.state(state);
            }
        }
        return stops;
    }
}
