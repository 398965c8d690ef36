package io.sluice.service.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.StartupEvent;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** Meters of pipelines and tables, which read the status when they are scraped. Registered as pipelines come to run. */
@Singleton
public class PipelineMetrics {

    private final PipelineRegistry pipelines;
    private final MeterRegistry meters;
    private final Set<String> registered = ConcurrentHashMap.newKeySet();

    @Inject
    PipelineMetrics(PipelineRegistry pipelines, MeterRegistry meters) {
        this.pipelines = pipelines;
        this.meters = meters;
    }

    void start(@Observes StartupEvent event) {
        pipelines.watch(this::happened);
    }

    private void happened(PipelineEvent event) {
        Tags tags = Tags.of("pipeline", event.pipeline());
        if (event instanceof PipelineEvent.CutPublished) {
            meters.counter("sluice.cuts", tags).increment();
        } else if (event instanceof PipelineEvent.Failed failed) {
            meters.counter(
                            "sluice.failures",
                            tags.and("kind", failed.failure().kind().name()))
                    .increment();
        } else if (event instanceof PipelineEvent.HandedOver handover) {
            meters.timer("sluice.snapshot", tags).record(Duration.ofMillis((long) (handover.seconds() * 1000)));
        } else if (event instanceof PipelineEvent.DefinitionChanged changed) {
            if (changed.kind() == PipelineEvent.DefinitionChanged.Kind.REMOVED) {
                forget(event.pipeline());
            }
        } else if (event instanceof PipelineEvent.StateChanged) {
            pipelines.find(event.pipeline()).ifPresent(this::register);
        }
    }

    private void forget(String name) {
        meters.getMeters().stream()
                .filter(meter -> name.equals(meter.getId().getTag("pipeline")))
                .forEach(meters::remove);
        registered.removeIf(known -> known.equals(name) || known.startsWith(name + "/"));
    }

    private void register(Pipeline pipeline) {
        String name = pipeline.name();
        Tags tags = Tags.of("pipeline", name);
        if (registered.add(name)) {
            meters.counter("sluice.cuts", tags);
            gauge("sluice.cut", "Number of the last published cut", tags, pipeline, PipelineStatus::cut);
            gauge(
                    "sluice.lag.seconds",
                    "Age of the oldest unpublished change",
                    tags,
                    pipeline,
                    PipelineStatus::lagSeconds);
            gauge("sluice.lag.bytes", "Source log not yet published", tags, pipeline, PipelineStatus::lagBytes);
            for (PipelineState state : PipelineState.values()) {
                gauge(
                        "sluice.pipeline.state",
                        "1 for the state it is in",
                        tags.and("state", state.name()),
                        pipeline,
                        status -> status.state() == state ? 1 : 0);
            }
            FunctionCounter.builder(
                            "sluice.rows.published",
                            pipelines,
                            all -> all.find(name)
                                    .map(known -> (double) known.status().rowsPublished())
                                    .orElse(0.0))
                    .description("Change rows published")
                    .tags(tags)
                    .register(meters);
        }
        for (TableStatus table : pipeline.status().tables()) {
            if (registered.add(name + "/" + table.source())) {
                registerTable(name, table.source(), tags.and("table", table.source()));
            }
        }
    }

    private void registerTable(String name, String source, Tags tags) {
        FunctionCounter.builder("sluice.rows.read", pipelines, all -> of(all, name, source, TableStatus::rowsRead))
                .description("Rows read by snapshots")
                .tags(tags)
                .register(meters);
        FunctionCounter.builder("sluice.changes", pipelines, all -> of(all, name, source, TableStatus::changes))
                .description("Changes taken from the source's log")
                .tags(tags)
                .register(meters);
        for (PipelinePhase phase : PipelinePhase.values()) {
            Gauge.builder(
                            "sluice.table.phase",
                            pipelines,
                            all -> of(all, name, source, table -> table.phase() == phase ? 1 : 0))
                    .description("1 for the phase it is in")
                    .tags(tags.and("phase", phase.name()))
                    .register(meters);
        }
    }

    private void gauge(
            String meter, String description, Tags tags, Pipeline pipeline, ToDoubleFunction<PipelineStatus> value) {
        String name = pipeline.name();
        // By name: a replaced definition puts another object in its place.
        Gauge.builder(
                        meter,
                        pipelines,
                        all -> all.find(name)
                                .map(known -> value.applyAsDouble(known.status()))
                                .orElse(Double.NaN))
                .description(description)
                .tags(tags)
                .register(meters);
    }

    private static double of(
            PipelineRegistry pipelines, String name, String source, ToDoubleFunction<TableStatus> value) {
        Optional<TableStatus> found = pipelines.find(name).stream()
                .flatMap(pipeline -> pipeline.status().tables().stream())
                .filter(table -> table.source().equals(source))
                .findFirst();
        return found.map(value::applyAsDouble).orElse(0.0);
    }
}
