package io.sluice.service.observe;

import io.sluice.pipeline.lake.CommitListener;
import io.sluice.service.runtime.PipelineEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * Everything that is known of one pipeline from outside its own code. Written by its threads, read by whoever asks; outlives
 * the pipeline's definition being replaced.
 */
public final class Observation {

    private final String pipeline;
    private final Activity activity;
    private final Figures figures = new Figures();
    private final CutTimeline cuts;
    private final StepListener listener;
    private final Duration probeInterval;

    Observation(
            String pipeline, Clock clock, StepListener listener, Consumer<CutCourse> cutsTold, Duration probeInterval) {
        this.pipeline = pipeline;
        this.activity = new Activity(System::nanoTime);
        this.listener = listener;
        this.cuts = new CutTimeline(pipeline, clock, cutsTold);
        this.probeInterval = probeInterval;
    }

    /** The pipeline's name. */
    public String pipeline() {
        return pipeline;
    }

    /** What its threads are in. */
    public Activity activity() {
        return activity;
    }

    /** What it has moved. */
    public Figures figures() {
        return figures;
    }

    /** A commit is tried again, on the thread that commits. */
    public void commitRetried() {
        figures.commitRetried();
        activity.progressed();
    }

    /** A commit of a cut begins, on the thread that commits. */
    public CommitListener.Running commitBegun(long cut, List<CommitListener.Part> tables) {
        Instant begun = cuts.now();
        return outcome -> cuts.committed(cut, tables, begun, CutCourse.failure(outcome));
    }

    CutTimeline cuts() {
        return cuts;
    }

    /** How often the source is asked what it keeps. */
    Duration probeInterval() {
        return probeInterval;
    }

    /** The pipeline tells what happens to it; to be called before others hear of it. */
    public void happened(PipelineEvent event) {
        if (event instanceof PipelineEvent.StateChanged changed) {
            activity.atWork(
                    switch (changed.to()) {
                        case STARTING, RUNNING, STOPPING -> true;
                        case STOPPED, RETRYING, PAUSED, FAILED -> false;
                    });
        }
    }

    /** A call that may fail as the contracts say. */
    interface Call<T, X extends Exception> {
        T run() throws X;
    }

    /** A call without an answer. */
    interface Action<X extends Exception> {
        void run() throws X;
    }

    /** Runs a call as a step of this thread. */
    <T, X extends Exception> T in(Step step, Call<T, X> call) throws X {
        Fields fields = Fields.pipeline(pipeline);
        Activity.Frame frame = activity.enter(step);
        try {
            return call.run();
        } finally {
            listener.stepEnded(pipeline, step, activity.leave(frame));
            fields.close();
        }
    }

    /** The same without an answer. */
    <X extends Exception> void run(Step step, Action<X> action) throws X {
        Fields fields = Fields.pipeline(pipeline);
        Activity.Frame frame = activity.enter(step);
        try {
            action.run();
        } finally {
            listener.stepEnded(pipeline, step, activity.leave(frame));
            fields.close();
        }
    }
}
