package io.sluice.service.observe;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which step each thread of one pipeline is in, and since when it has made no progress. Written by these threads, read by
 * whoever asks.
 *
 * <p>The thread that runs the pipeline is known from {@link #begin} to {@link #end}, in {@link Step#OWN} between two
 * calls; others are known while they are in a call.
 */
public final class Activity {

    private static final long WORKING_NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    private final Map<Thread, Frame> threads = new ConcurrentHashMap<>();

    /** When the pipeline last began to be at work. */
    private volatile long atWorkSince;

    private volatile boolean atWork;

    Activity(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.atWorkSince = nanoTime.getAsLong();
    }

    /** A step that a thread is in; entered and left by that thread. */
    final class Frame {

        private final Step step;
        private final @Nullable Frame outer;
        private final long began;
        private long innerNanos;
        private volatile long progressed;
        private volatile long cpuAtProgress = -1;

        private Frame(Step step, @Nullable Frame outer, long now) {
            this.step = step;
            this.outer = outer;
            this.began = now;
            this.progressed = now;
        }

        Step step() {
            return step;
        }

        /** Whether it is inside another call of the same pipeline. */
        boolean isInner() {
            return outer != null && outer.step != Step.OWN;
        }
    }

    /**
     * A thread that makes no progress.
     *
     * @param step what it is in
     * @param thread its name
     * @param silence how long
     * @param limit how long it may
     */
    public record Stall(Step step, String thread, Duration silence, Duration limit) {}

    /**
     * How long a thread may make no progress before it is taken for hung.
     *
     * @param work where the process itself is to go on
     * @param lake in calls to the lake; longer than all of its timeouts and retries together
     */
    public record Limits(Duration work, Duration lake) {}

    /** The pipeline is to make progress from now on, or not any more (paused, waiting to try again, ended). */
    void atWork(boolean now) {
        if (now && !atWork) {
            atWorkSince = nanoTime.getAsLong();
        }
        atWork = now;
    }

    /** This thread runs the pipeline. */
    void begin() {
        threads.put(Thread.currentThread(), new Frame(Step.OWN, null, nanoTime.getAsLong()));
    }

    /** This thread does not run the pipeline any more. */
    void end() {
        threads.remove(Thread.currentThread());
    }

    /** Whether this thread is known. */
    boolean isKnown() {
        return threads.containsKey(Thread.currentThread());
    }

    Frame enter(Step step) {
        Thread thread = Thread.currentThread();
        Frame frame = new Frame(step, threads.get(thread), nanoTime.getAsLong());
        threads.put(thread, frame);
        return frame;
    }

    /** Leaves the step; gives the nanoseconds spent in it without the steps inside it. */
    long leave(Frame frame) {
        long now = nanoTime.getAsLong();
        long spent = now - frame.began;
        Frame outer = frame.outer;
        if (outer == null) {
            threads.remove(Thread.currentThread());
        } else {
            outer.innerNanos += spent;
            outer.progressed = now;
            outer.cpuAtProgress = -1;
            threads.put(Thread.currentThread(), outer);
        }
        return Math.max(0, spent - frame.innerNanos);
    }

    /** This thread goes on within its step. */
    void progressed() {
        Frame frame = threads.get(Thread.currentThread());
        if (frame != null) {
            frame.progressed = nanoTime.getAsLong();
            frame.cpuAtProgress = -1;
        }
    }

    /** How long the pipeline has waited for its source in the call that has lasted longest; zero when it does not. */
    public Duration waitingForSource() {
        long now = nanoTime.getAsLong();
        long longest = 0;
        for (Frame frame : threads.values()) {
            if (frame.step.on() == Step.On.SOURCE) {
                longest = Math.max(longest, now - frame.progressed);
            }
        }
        return Duration.ofNanos(longest);
    }

    /** Threads that should have made progress and have not; empty while the pipeline holds still on purpose. */
    public List<Stall> stalls(Limits limits) {
        List<Stall> stalls = new ArrayList<>();
        if (!atWork) {
            return stalls;
        }
        long now = nanoTime.getAsLong();
        boolean othersAtWork = threads.values().stream().anyMatch(frame -> frame.step != Step.OWN);
        threads.forEach((thread, frame) -> {
            boolean waitsForOthers = frame.step == Step.OWN && othersAtWork;
            Duration limit = limit(frame.step, limits);
            if (waitsForOthers || limit.isZero()) {
                return;
            }
            if (onStorage(frame) && computes(thread, frame)) {
                frame.progressed = now;
            }
            long silence = now - Math.max(frame.progressed, atWorkSince);
            if (silence > limit.toNanos()) {
                stalls.add(new Stall(frame.step, thread.getName(), Duration.ofNanos(silence), limit));
            }
        });
        return stalls;
    }

    /** Zero for none. */
    private static Duration limit(Step step, Limits limits) {
        return switch (step.on()) {
            case NOBODY -> limits.work();
            case STORAGE, CATALOG -> limits.lake();
            case SOURCE -> Duration.ZERO;
        };
    }

    private static boolean onStorage(Frame frame) {
        return frame.step.on() == Step.On.STORAGE;
    }

    /** A key index of a large table is built, and files are encoded, in one call: a thread that computes is not hung. */
    private static boolean computes(Thread thread, Frame frame) {
        ThreadMXBean beans = ManagementFactory.getThreadMXBean();
        if (!beans.isThreadCpuTimeSupported() || !beans.isThreadCpuTimeEnabled()) {
            return false;
        }
        long cpu = beans.getThreadCpuTime(thread.getId());
        long before = frame.cpuAtProgress;
        if (before < 0) {
            frame.cpuAtProgress = cpu;
            return false;
        }
        if (cpu - before < WORKING_NANOS) {
            return false;
        }
        frame.cpuAtProgress = cpu;
        return true;
    }
}
