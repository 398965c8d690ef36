package io.sluice.service.observe;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** What is known of this process's pipelines from outside, by name. Safe for use by several threads. */
@Singleton
public class Observations {

    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(10);

    private final Clock clock;
    private final Duration probeInterval;
    private final Map<String, Observation> byName = new ConcurrentHashMap<>();
    private final List<StepListener> stepListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<CutCourse>> cutListeners = new CopyOnWriteArrayList<>();

    @Inject
    Observations() {
        this(Clock.systemUTC(), PROBE_INTERVAL);
    }

    /** With a clock and a pace of its own. */
    public Observations(Clock clock, Duration probeInterval) {
        this.clock = clock;
        this.probeInterval = probeInterval;
    }

    /** The observation of the pipeline of this name, which need not exist yet. */
    public Observation of(String pipeline) {
        return byName.computeIfAbsent(
                pipeline,
                name -> new Observation(
                        name,
                        clock,
                        (told, step, nanos) -> stepListeners.forEach(listener -> listener.stepEnded(told, step, nanos)),
                        course -> cutListeners.forEach(listener -> listener.accept(course)),
                        probeInterval));
    }

    /** The observation, if the pipeline was ever observed. */
    public Optional<Observation> find(String pipeline) {
        return Optional.ofNullable(byName.get(pipeline));
    }

    /** All that were ever observed and are not forgotten. */
    public List<Observation> all() {
        return List.copyOf(byName.values());
    }

    /** From now on tells the end of every step. */
    public void onStep(StepListener listener) {
        stepListeners.add(listener);
    }

    /** From now on tells the course of every cut that is at its end, on the pipeline's thread; must not throw. */
    public void onCut(Consumer<CutCourse> listener) {
        cutListeners.add(listener);
    }

    /** Forgets what is known of a pipeline that is no more. */
    public void forget(String pipeline) {
        byName.remove(pipeline);
    }
}
