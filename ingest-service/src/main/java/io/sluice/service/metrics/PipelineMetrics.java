package io.sluice.service.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.sluice.service.observe.Activity;
import io.sluice.service.observe.CutCourse;
import io.sluice.service.observe.Observations;
import io.sluice.service.observe.Step;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Meters of pipelines and tables: figures are read when they are scraped, durations and events are recorded as they come.
 * Registered as pipelines come to run, whole, so that what has not happened is 0 and not missing.
 */
@Singleton
public class PipelineMetrics {

    private static final Duration STATUS_AGE = Duration.ofSeconds(1);

    private final PipelineRegistry pipelines;
    private final Observations observations;
    private final MeterRegistry meters;
    private final Activity.Limits limits;
    private final StatusLook statuses;
    private final Map<String, PipelineMeters> byPipeline = new ConcurrentHashMap<>();

    @Inject
    PipelineMetrics(
            PipelineRegistry pipelines, Observations observations, Activity.Limits limits, MeterRegistry meters) {
        this.pipelines = pipelines;
        this.observations = observations;
        this.limits = limits;
        this.meters = meters;
        this.statuses = new StatusLook(pipelines, System::nanoTime, STATUS_AGE);
    }

    void start(@Observes StartupEvent event) {
        observations.onStep(this::stepEnded);
        observations.onCut(this::cutEnded);
        pipelines.watch(this::happened);
    }

    private void stepEnded(String pipeline, Step step, long nanos) {
        PipelineMeters known = byPipeline.get(pipeline);
        if (known != null) {
            known.stepEnded(step, nanos);
        }
    }

    private void cutEnded(CutCourse course) {
        PipelineMeters known = byPipeline.get(course.pipeline());
        if (known != null) {
            course.steps().stream()
                    .filter(step -> step.name() == CutCourse.Name.COLLECT)
                    .forEach(step -> known.collected(Duration.between(step.begun(), step.ended())));
        }
    }

    private void happened(PipelineEvent event) {
        if (event instanceof PipelineEvent.CutPublished) {
            of(event).ifPresent(PipelineMeters::cutPublished);
        } else if (event instanceof PipelineEvent.Failed failed) {
            of(event).ifPresent(known -> known.failed(failed.failure().kind()));
        } else if (event instanceof PipelineEvent.HandedOver handover) {
            of(event).ifPresent(known -> known.loaded(Duration.ofMillis((long) (handover.seconds() * 1000))));
        } else if (event instanceof PipelineEvent.DefinitionChanged changed) {
            forget(event.pipeline());
            if (changed.kind() == PipelineEvent.DefinitionChanged.Kind.REMOVED) {
                observations.forget(event.pipeline());
            }
        } else if (event instanceof PipelineEvent.StateChanged) {
            of(event).ifPresent(known -> {
                pipelines
                        .find(event.pipeline())
                        .ifPresent(pipeline -> pipeline.status().tables().forEach(known::table));
            });
        }
    }

    private Optional<PipelineMeters> of(PipelineEvent event) {
        Optional<Pipeline> pipeline = pipelines.find(event.pipeline());
        return pipeline.map(found -> byPipeline.computeIfAbsent(
                found.name(),
                name -> new PipelineMeters(name, statuses, pipelines, observations.of(name), limits, meters)));
    }

    /** A replaced definition may have other tables. */
    private void forget(String name) {
        byPipeline.remove(name);
        Set.copyOf(meters.getMeters()).stream()
                .filter(meter -> name.equals(meter.getId().getTag(PipelineMeters.PIPELINE)))
                .forEach(meters::remove);
        statuses.forget(name);
    }
}
