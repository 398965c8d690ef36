package io.sluice.service;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A pipeline whose requests take effect at once and which reads nothing. */
public final class PipelineDouble implements Pipeline {

    private final String name;
    private volatile List<TableStatus> tables;
    private volatile PipelineState state;
    private volatile boolean closed;
    private volatile CompletableFuture<Long> requestedCut = CompletableFuture.completedFuture(18L);
    private final Set<String> resnapshots = ConcurrentHashMap.newKeySet();
    private volatile List<LakeCut> cuts = List.of();
    private volatile List<DeadLetter> deadLetters = List.of();
    private volatile RunMode mode = RunMode.UNTIL_STOPPED;

    public PipelineDouble(String name, PipelineState state) {
        this(
                name,
                state,
                List.of(
                        Statuses.table("public.items", PipelinePhase.SNAPSHOT, 5, 10, 100),
                        Statuses.table("public.orders", PipelinePhase.STREAMING, 100, 100, 2000)));
    }

    public PipelineDouble(String name, PipelineState state, List<TableStatus> tables) {
        this.name = name;
        this.state = state;
        this.tables = tables;
    }

    public void state(PipelineState newState) {
        state = newState;
    }

    public void tables(List<TableStatus> newTables) {
        tables = newTables;
    }

    public RunMode mode() {
        return mode;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PipelineStatus status() {
        return Statuses.pipeline(name, state, PipelinePhase.STREAMING, 17, tables);
    }

    @Override
    public void start(RunMode runMode) {
        move(!state.isActive() && !closed, PipelineState.RUNNING);
        mode = runMode;
    }

    @Override
    public void stop() {
        move(state.isActive(), PipelineState.STOPPED);
    }

    @Override
    public void pause() {
        move(state == PipelineState.RUNNING, PipelineState.PAUSED);
    }

    @Override
    public void resume() {
        move(state == PipelineState.PAUSED, PipelineState.RUNNING);
    }

    private void move(boolean allowed, PipelineState to) {
        if (!allowed) {
            throw new IllegalStateException("Pipeline " + name + " is " + state);
        }
        state = to;
    }

    @Override
    public void resnapshot(String table) {
        if (state != PipelineState.RUNNING) {
            throw new IllegalStateException("Pipeline " + name + " is " + state);
        }
        if (!table.equals("public.orders")) {
            throw new NoSuchElementException(table);
        }
        if (resnapshots.contains(table)) {
            throw new IllegalStateException("Table " + table + " is being loaded already");
        }
        resnapshots.add(table);
    }

    @Override
    public CompletableFuture<Long> requestCut() {
        if (state != PipelineState.RUNNING) {
            throw new IllegalStateException("Pipeline " + name + " is " + state);
        }
        return requestedCut;
    }

    /** What the next request for a cut is answered with. */
    public void requestedCut(CompletableFuture<Long> answer) {
        requestedCut = answer;
    }

    @Override
    public List<LakeCut> cuts(int limit) {
        return cuts.stream().limit(limit).toList();
    }

    /** The lake's cuts, newest first. */
    public void cuts(List<LakeCut> newCuts) {
        cuts = newCuts;
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        return deadLetters.stream().limit(limit).toList();
    }

    @Override
    public List<DeadLetter> deadLettersOf(TableId source) {
        return deadLetters.stream()
                .filter(letter -> letter.source().equals(source))
                .toList();
    }

    /** What is set aside, latest first. */
    public void deadLetters(List<DeadLetter> newDeadLetters) {
        deadLetters = newDeadLetters;
    }

    @Override
    public CompletableFuture<Long> repair(List<ColumnBatch> keys) {
        return CompletableFuture.completedFuture(18L);
    }

    @Override
    public boolean awaitEnd(Duration atMost) {
        return !state.isActive();
    }

    @Override
    public void close() {
        closed = true;
        state = PipelineState.STOPPED;
    }
}
