package io.sluice.service.wiring;

import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The pipelines of this process, and what happened to them lately. Safe for use by several threads. */
@Singleton
public class PipelineRegistry implements Consumer<PipelineEvent> {

    /** Cuts remembered for each pipeline. */
    public static final int CUTS_KEPT = 256;

    private final Clock clock;
    private final Map<String, Pipeline> pipelines = new LinkedHashMap<>();
    private final Map<String, Deque<TimedCut>> cuts = new LinkedHashMap<>();
    private final List<Consumer<PipelineEvent>> watchers = new CopyOnWriteArrayList<>();
    private volatile boolean complete;

    @Inject
    PipelineRegistry() {
        this(Clock.systemUTC());
    }

    /** A registry with a clock of its own. */
    public PipelineRegistry(Clock clock) {
        this.clock = clock;
    }

    /**
     * A cut with the time at which it was published.
     *
     * @param at by this process's clock
     * @param cut what was published
     */
    public record TimedCut(Instant at, PipelineEvent.CutPublished cut) {}

    /**
     * Takes a pipeline in.
     *
     * @throws IllegalArgumentException when there is one of that name already
     */
    public synchronized void add(Pipeline pipeline) {
        if (pipelines.containsKey(pipeline.name())) {
            throw new IllegalArgumentException("Two pipelines are named '" + pipeline.name() + "'");
        }
        pipelines.put(pipeline.name(), pipeline);
    }

    /** Takes a pipeline in, in the place of one of the same name. */
    public synchronized void put(Pipeline pipeline) {
        pipelines.put(pipeline.name(), pipeline);
    }

    /** Forgets a pipeline, which should have ended, with its cuts. */
    public synchronized void remove(String name) {
        pipelines.remove(name);
        synchronized (cuts) {
            cuts.remove(name);
        }
    }

    /** All pipelines in the order they were added. */
    public synchronized Collection<Pipeline> pipelines() {
        return List.copyOf(pipelines.values());
    }

    /** Says that all pipelines are here that the process was started with; more can come and go. */
    public void complete() {
        complete = true;
    }

    /** Whether {@link #complete()} was said: what is not here until then may yet come by itself. */
    public boolean isComplete() {
        return complete;
    }

    /** The pipeline of this name. */
    public synchronized Optional<Pipeline> find(String name) {
        return Optional.ofNullable(pipelines.get(name));
    }

    /** The latest cuts of a pipeline, newest first, at most {@link #CUTS_KEPT}. */
    public List<TimedCut> recentCuts(String name) {
        synchronized (cuts) {
            return new ArrayList<>(cuts.getOrDefault(name, new ArrayDeque<>()));
        }
    }

    /** From now on tells the watcher everything that happens, on the pipelines' threads; close the result to end that. */
    public Watching watch(Consumer<PipelineEvent> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /** What {@link #watch} gives. */
    public interface Watching extends AutoCloseable {
        @Override
        void close();
    }

    /** Pipelines tell here what happens to them. */
    @Override
    public void accept(PipelineEvent event) {
        if (event instanceof PipelineEvent.CutPublished cut) {
            synchronized (cuts) {
                Deque<TimedCut> ring = cuts.computeIfAbsent(event.pipeline(), name -> new ArrayDeque<>());
                ring.addFirst(new TimedCut(clock.instant(), cut));
                if (ring.size() > CUTS_KEPT) {
                    ring.removeLast();
                }
            }
        }
        for (Consumer<PipelineEvent> watcher : watchers) {
            watcher.accept(event);
        }
    }
}
