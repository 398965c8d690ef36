package io.sluice.service.runtime;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** A pipeline on a thread of its own that tries again after failures that pass. */
final class ManagedPipeline implements Pipeline {

    private static final Logger LOG = LoggerFactory.getLogger(ManagedPipeline.class);
    private static final Duration CLOSE_LIMIT = Duration.ofMinutes(5);

    private final String name;
    private final PipelineConnectors connectors;
    private final TablePreparation preparation;
    private final RuntimeSettings settings;
    private final ErrorPolicy errorPolicy;
    private final Consumer<PipelineEvent> events;
    private final Clock clock;
    private final StateMachine state;
    private final Progress progress;

    private Control control = new Control();
    private Optional<Instant> startedAt = Optional.empty();
    private volatile PipelineStatus.@Nullable Failure failure;
    private boolean closed;

    ManagedPipeline(
            String name,
            PipelineConnectors connectors,
            TablePreparation preparation,
            RuntimeSettings settings,
            ErrorPolicy errorPolicy,
            Consumer<PipelineEvent> events,
            Clock clock) {
        this.name = name;
        this.connectors = connectors;
        this.preparation = preparation;
        this.settings = settings;
        this.errorPolicy = errorPolicy;
        this.events = events;
        this.clock = clock;
        this.state = new StateMachine(name, events);
        this.progress = new Progress(name, new LagMeter(clock), events);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PipelineStatus status() {
        Optional<Instant> started;
        synchronized (this) {
            started = startedAt;
        }
        PipelineState now = state.state();
        boolean atWork = now == PipelineState.RUNNING || now == PipelineState.PAUSED;
        return new PipelineStatus(
                name,
                now,
                progress.phase(),
                progress.durable().map(Position::text),
                progress.cut(),
                progress.epoch(),
                lagBytes(),
                progress.lag().seconds(),
                progress.rowsPublished(),
                started,
                atWork ? Optional.empty() : Optional.ofNullable(failure),
                progress.tables());
    }

    private long lagBytes() {
        return progress.logEnd()
                .flatMap(end -> progress.durable().map(durable -> Math.max(0, durable.bytesUntil(end))))
                .orElse(0L);
    }

    @Override
    public synchronized void start(RunMode mode) {
        PipelineState now = state.state();
        if (now.isActive()) {
            // Also one that is starting: it would run twice at once.
            throw new IllegalStateException("Pipeline " + name + " is " + now + " already");
        }
        if (closed) {
            // Whoever asks found it before another one took its place: both would run.
            throw new IllegalStateException("Pipeline " + name + " was replaced or removed");
        }
        state.transition(PipelineState.STARTING);
        Control fresh = new Control();
        control = fresh;
        startedAt = Optional.of(clock.instant());
        failure = null;
        progress.started();
        new Thread(() -> runToEnd(fresh, mode), "pipeline-" + name).start();
    }

    @Override
    public synchronized void stop() {
        state.transition(PipelineState.STOPPING);
        control.requestStop();
    }

    @Override
    public synchronized void pause() {
        PipelineState now = state.state();
        if (now != PipelineState.RUNNING && now != PipelineState.STARTING && now != PipelineState.RETRYING) {
            throw new IllegalStateException("Pipeline " + name + " is " + now + "; only a running one can be paused");
        }
        control.requestPause();
    }

    @Override
    public synchronized void resnapshot(String table) {
        PipelineState now = state.state();
        if (now != PipelineState.RUNNING && now != PipelineState.PAUSED) {
            throw new IllegalStateException("Pipeline " + name + " is " + now + "; only a running one loads tables");
        }
        TableStatus found = progress.tables().stream()
                .filter(one -> one.source().equals(table) || one.sink().equals(table))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("Pipeline " + name + " has no table " + table));
        if (found.loading() || control.isReloading(TableId.parse(found.source()))) {
            throw new IllegalStateException("Table " + table + " is being loaded already");
        }
        control.requestReload(TableId.parse(found.source()));
    }

    @Override
    public synchronized void resume() {
        if (!control.pauseRequested()) {
            throw new IllegalStateException("Pipeline " + name + " is " + state.state() + " and not paused");
        }
        control.requestResume();
    }

    @Override
    public synchronized CompletableFuture<Long> requestCut() {
        PipelineState now = state.state();
        if (now != PipelineState.RUNNING || !progress.phase().follows()) {
            throw new IllegalStateException("Pipeline " + name + " is " + now
                    + (now == PipelineState.RUNNING ? " and reads a snapshot" : "") + "; it publishes no cut");
        }
        return control.requestCut();
    }

    @Override
    public synchronized CompletableFuture<Long> repair(List<ColumnBatch> keys) {
        PipelineState now = state.state();
        if (now != PipelineState.RUNNING || !progress.phase().follows()) {
            throw new IllegalStateException("Pipeline " + name + " is " + now
                    + (now == PipelineState.RUNNING ? " and reads a snapshot" : "") + "; it reads no rows again");
        }
        return control.requestRepair(keys);
    }

    @Override
    public List<LakeCut> cuts(int limit) {
        List<TableId> sinks = progress.tables().stream()
                .map(table -> TableId.parse(table.sink()))
                .toList();
        if (sinks.isEmpty()) {
            return List.of();
        }
        try (Lake lake = connectors.openLake()) {
            return lake.cuts(sinks, limit);
        }
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        if (settings.deadLetters().isEmpty()) {
            return List.of();
        }
        try (Lake lake = connectors.openLake()) {
            return lake.openDeadLetters(name, settings.deadLetters().get().table()).stream()
                    .limit(limit)
                    .toList();
        }
    }

    @Override
    public List<DeadLetter> deadLettersOf(TableId source) {
        if (settings.deadLetters().isEmpty()) {
            return List.of();
        }
        try (Lake lake = connectors.openLake()) {
            return lake.openDeadLetters(name, settings.deadLetters().get().table(), source);
        }
    }

    @Override
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        return state.awaitInactive(System.nanoTime() + atMost.toNanos());
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            PipelineState now = state.state();
            if (now.isActive() && now != PipelineState.STOPPING) {
                stop();
            }
        }
        try {
            if (!awaitEnd(CLOSE_LIMIT)) {
                LOG.warn("Pipeline {} did not end within {}; the process ends without it", name, CLOSE_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void runToEnd(Control run, RunMode mode) {
        // For every log line of this thread and of those that it starts.
        MDC.put("pipeline", name);
        int attempt = 1;
        Optional<Instant> outage = Optional.empty();
        while (true) {
            long cutBefore = progress.cut();
            try {
                PipelineRun.End ended = new PipelineRun(
                                name, connectors, preparation, settings, run, progress, state, events, clock)
                        .run(mode);
                if (ended == PipelineRun.End.RELOAD) {
                    attempt = 1;
                    continue;
                }
                // Whatever was retried before has passed.
                failure = null;
                end(Optional.empty());
                return;
            } catch (InterruptedException e) {
                end(Optional.of(PipelineException.interrupted("running pipeline " + name)));
                return;
            } catch (PipelineException e) {
                if (progress.cut() > cutBefore) {
                    attempt = 1;
                    outage = Optional.empty();
                }
                if (e.kind() == ErrorKind.SOURCE_UNAVAILABLE) {
                    outage = Optional.of(clock.instant());
                }
                if (run.stopRequested() && e.kind() != ErrorKind.INTERNAL) {
                    report(e, Optional.empty());
                    end(Optional.empty());
                    return;
                }
                Optional<Duration> delay = errorPolicy.retryAfter(
                        e.kind(), attempt++, outage.map(since -> Duration.between(since, clock.instant())));
                if (e.kind() == ErrorKind.SOURCE_LOST) {
                    // Of one table, or of all.
                    e.table().ifPresentOrElse(run::streamLeavesOut, () -> run.streamLost(e));
                    if (settings.onLostSlot() == OnLostSlot.FAIL) {
                        delay = Optional.empty();
                    }
                }
                report(e, delay);
                if (delay.isEmpty() || !waitToRetry(run, delay.get())) {
                    end(delay.isEmpty() ? Optional.of(e) : Optional.empty());
                    return;
                }
            } catch (RuntimeException | Error e) {
                PipelineException defect = new PipelineException(
                        ErrorKind.INTERNAL, "Pipeline " + name + " met an unexpected failure: " + e, e);
                report(defect, Optional.empty());
                end(Optional.of(defect));
                return;
            }
        }
    }

    /** Whether to try again: false when a stop came in between. */
    private boolean waitToRetry(Control run, Duration delay) {
        synchronized (this) {
            if (!state.transitionUnlessStopping(PipelineState.RETRYING)) {
                return false;
            }
        }
        try {
            run.awaitStop(delay.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        synchronized (this) {
            return !run.stopRequested() && state.transitionUnlessStopping(PipelineState.STARTING);
        }
    }

    private void report(PipelineException cause, Optional<Duration> retryIn) {
        PipelineStatus.Failure reported = new PipelineStatus.Failure(
                cause.kind(), String.valueOf(cause.getMessage()), ErrorPolicy.hint(cause.kind()), clock.instant());
        failure = reported;
        LOG.error("Pipeline {} failed ({}): {}", name, cause.kind(), cause.getMessage(), cause);
        events.accept(new PipelineEvent.Failed(name, reported, retryIn));
    }

    private synchronized void end(Optional<PipelineException> fault) {
        if (fault.isPresent()) {
            state.transition(PipelineState.FAILED);
        } else {
            if (state.state() != PipelineState.STOPPING) {
                state.transition(PipelineState.STOPPING);
            }
            state.transition(PipelineState.STOPPED);
        }
        IllegalStateException ended = new IllegalStateException(
                "Pipeline " + name + " is " + state.state() + "; it ended before the cut was published and tagged");
        control.cutRequests().forEach(request -> request.completeExceptionally(ended));
        IllegalStateException unrepaired = new IllegalStateException("Pipeline " + name + " is " + state.state()
                + "; it ended before the rows were read again and published");
        control.repairRequests().forEach(request -> request.answer().completeExceptionally(unrepaired));
    }
}
