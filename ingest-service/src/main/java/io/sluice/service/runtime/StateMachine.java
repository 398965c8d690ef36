package io.sluice.service.runtime;

import java.util.function.Consumer;

/** Holds a pipeline's state; {@link #transition} is the only way to change it. Safe for use by several threads. */
final class StateMachine {

    private final String pipeline;
    private final Consumer<PipelineEvent> events;
    private PipelineState state = PipelineState.STOPPED;

    StateMachine(String pipeline, Consumer<PipelineEvent> events) {
        this.pipeline = pipeline;
        this.events = events;
    }

    synchronized PipelineState state() {
        return state;
    }

    /**
     * Moves to another state.
     *
     * @throws IllegalStateException when the present state does not lead there; nothing is changed then
     */
    void transition(PipelineState to) {
        move(to, false);
    }

    /**
     * Moves to another state unless a stop was asked for in the meantime, which goes before.
     *
     * @return whether the pipeline is in that state now
     */
    boolean transitionUnlessStopping(PipelineState to) {
        return move(to, true);
    }

    private boolean move(PipelineState to, boolean unlessStopping) {
        PipelineState from;
        synchronized (this) {
            from = state;
            if (from == to) {
                return true;
            }
            if (unlessStopping && from == PipelineState.STOPPING) {
                return false;
            }
            if (!from.next().contains(to)) {
                throw new IllegalStateException("Pipeline " + pipeline + " is " + from + " and cannot become " + to
                        + "; from there it can become " + from.next());
            }
            state = to;
            notifyAll();
        }
        events.accept(new PipelineEvent.StateChanged(pipeline, from, to));
        return true;
    }

    /** Waits until the pipeline is no longer active, at most until {@code System.nanoTime()} passes the deadline. */
    synchronized boolean awaitInactive(long deadlineNanos) throws InterruptedException {
        while (state.isActive()) {
            long millis = (deadlineNanos - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }
}
