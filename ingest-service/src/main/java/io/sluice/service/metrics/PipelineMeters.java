package io.sluice.service.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.observe.Activity;
import io.sluice.service.observe.Figures;
import io.sluice.service.observe.Observation;
import io.sluice.service.observe.Step;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import io.sluice.service.wiring.PipelineRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The meters of one pipeline. No label has other values than names of pipelines, names of tables and closed sets.
 * Thread-safe.
 */
final class PipelineMeters {

    static final String PIPELINE = "pipeline";

    private static final String TABLE = "table";
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5)
    };

    private final String name;
    private final StatusLook statuses;
    private final Observation observation;
    private final MeterRegistry meters;
    private final Tags tags;
    private final Counter cuts;
    private final Timer load;
    private final Timer collect;
    private final Map<Step, Timer> cutSteps = new EnumMap<>(Step.class);
    private final Map<Step.On, Timer> waits = new EnumMap<>(Step.On.class);
    private final Map<ErrorKind, Counter> failures = new EnumMap<>(ErrorKind.class);
    private final Set<String> tables = ConcurrentHashMap.newKeySet();

    PipelineMeters(
            String name,
            StatusLook statuses,
            PipelineRegistry registry,
            Observation observation,
            Activity.Limits limits,
            MeterRegistry meters) {
        this.name = name;
        this.statuses = statuses;
        this.observation = observation;
        this.meters = meters;
        this.tags = Tags.of(PIPELINE, name);
        this.cuts = Counter.builder("sluice.cuts")
                .description("Cuts published")
                .tags(tags)
                .register(meters);
        this.load = Timer.builder("sluice.load")
                .description("Time of complete loads, from the first row read to the rows being visible")
                .tags(tags)
                .register(meters);
        this.collect = cutStep("collect");
        cutSteps.put(Step.CUT_PREPARE, cutStep("prepare"));
        cutSteps.put(Step.CUT_COMMIT, cutStep("commit"));
        cutSteps.put(Step.CUT_TAG, cutStep("tag"));
        cutSteps.put(Step.CUT_ACKNOWLEDGE, cutStep("acknowledge"));
        for (Step.On on : Step.On.values()) {
            if (on != Step.On.NOBODY) {
                waits.put(
                        on,
                        Timer.builder("sluice.wait")
                                .description("Time that the pipeline's threads spent in calls to source, catalog and"
                                        + " storage, encoding of files included")
                                .tags(tags.and("on", lower(on)))
                                .register(meters));
            }
        }
        for (ErrorKind kind : ErrorKind.values()) {
            failures.put(
                    kind,
                    Counter.builder("sluice.failures")
                            .description("Failures, those that were tried again too")
                            .tags(tags.and("kind", kind.name()))
                            .register(meters));
        }
        progress(registry);
        pressure(limits);
    }

    private Timer cutStep(String step) {
        return Timer.builder("sluice.cut.step")
                .description("Time of a cut's steps")
                .tags(tags.and("step", step))
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    /** How far it is. */
    private void progress(PipelineRegistry registry) {
        status("sluice.cut", "Number of the last published cut", tags, PipelineStatus::cut);
        gauge(
                "sluice.last.cut.timestamp.seconds",
                "When the last cut of this process was published, in seconds since 1970",
                tags,
                () -> registry.recentCuts(name).stream()
                        .findFirst()
                        .map(cut -> OptionalDouble.of(cut.at().toEpochMilli() / 1000.0))
                        .orElse(OptionalDouble.empty()));
        status("sluice.lag.seconds", "Age of the oldest unpublished change", tags, PipelineStatus::lagSeconds);
        status("sluice.lag.bytes", "Source log not yet published", tags, PipelineStatus::lagBytes);
        for (PipelineState state : PipelineState.values()) {
            status(
                    "sluice.pipeline.state",
                    "1 for the state it is in",
                    tags.and("state", state.name()),
                    status -> status.state() == state ? 1 : 0);
        }
        for (PipelinePhase phase : PipelinePhase.values()) {
            status(
                    "sluice.tables",
                    "Tables in a phase",
                    tags.and("phase", phase.name()),
                    status -> status.tables().stream()
                            .filter(table -> table.phase() == phase)
                            .count());
        }
        counter(
                "sluice.rows.published",
                "Change rows published",
                tags,
                () -> statuses.pipeline(name).map(PipelineStatus::rowsPublished).orElse(0L));
    }

    /** What it waits for and what it holds. */
    private void pressure(Activity.Limits limits) {
        Figures figures = observation.figures();
        gauge(
                "sluice.queue.fill.ratio",
                "How full the buffer between the source's log and the pipeline is, 0 to 1",
                tags,
                figures::queueFill);
        gauge(
                "sluice.slot.retained.bytes",
                "Log that the source keeps for the pipeline",
                tags,
                () -> figures.retainedLog().isPresent()
                        ? OptionalDouble.of(figures.retainedLog().getAsLong())
                        : OptionalDouble.empty());
        counter("sluice.commit.retries", "Attempts to commit that were made again", tags, figures::commitRetries);
        gauge(
                "sluice.stalled.threads",
                "Threads of the pipeline that make no progress and wait for nobody",
                tags,
                () -> OptionalDouble.of(observation.activity().stalls(limits).size()));
    }

    /** Registers the meters of a table that are not there yet. */
    void table(TableStatus table) {
        String source = table.source();
        if (!tables.add(source)) {
            return;
        }
        Tags own = tags.and(TABLE, source);
        Figures figures = observation.figures();
        TableId at = TableId.parse(source);
        TableId sink = TableId.parse(table.sink());
        for (Figures.Way way : Figures.Way.values()) {
            Tags phased = own.and("phase", lower(way));
            counter(
                    "sluice.rows.read",
                    "Rows received from the source",
                    phased,
                    () -> figures.read(at, way).rows());
            counter(
                    "sluice.bytes.read",
                    "Bytes received from the source",
                    phased,
                    () -> figures.read(at, way).bytes());
            counter(
                    "sluice.rows.written",
                    "Rows handed to the lake",
                    phased,
                    () -> figures.written(sink, way).rows());
            counter(
                    "sluice.bytes.written",
                    "Bytes handed to the lake",
                    phased,
                    () -> figures.written(sink, way).bytes());
        }
        gauge(
                "sluice.table.stopped",
                "1 when the table was left behind",
                own,
                () -> statuses.table(name, source)
                        .map(found -> OptionalDouble.of(found.phase() == PipelinePhase.STOPPED ? 1 : 0))
                        .orElse(OptionalDouble.empty()));
        gauge(
                "sluice.dead.letters",
                "Rows of the source that are set aside at present",
                own,
                () -> statuses.table(name, source)
                        .map(found -> OptionalDouble.of(found.setAside()))
                        .orElse(OptionalDouble.empty()));
        gauge(
                "sluice.index.bytes",
                "Size of the table's key index on disk",
                own,
                () -> OptionalDouble.of(figures.indexBytes(sink)));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void status(String meter, String description, Tags own, ToDoubleFunction<PipelineStatus> value) {
        gauge(meter, description, own, () -> {
            Optional<PipelineStatus> status = statuses.pipeline(name);
            return status.isPresent() ? OptionalDouble.of(value.applyAsDouble(status.get())) : OptionalDouble.empty();
        });
    }

    private void gauge(String meter, String description, Tags own, Supplier<OptionalDouble> value) {
        Gauge.builder(meter, () -> value.get().orElse(Double.NaN))
                .description(description)
                .tags(own)
                .register(meters);
    }

    private void counter(String meter, String description, Tags own, Supplier<Long> value) {
        FunctionCounter.builder(meter, this, self -> value.get())
                .description(description)
                .tags(own)
                .register(meters);
    }

    void cutPublished() {
        cuts.increment();
    }

    void failed(ErrorKind kind) {
        Counter counter = failures.get(kind);
        if (counter != null) {
            counter.increment();
        }
    }

    void loaded(Duration time) {
        load.record(time);
    }

    void collected(Duration time) {
        collect.record(time);
    }

    void stepEnded(Step step, long nanos) {
        Timer cutStep = cutSteps.get(step);
        if (cutStep != null) {
            cutStep.record(Duration.ofNanos(nanos));
        }
        Timer wait = waits.get(step.on());
        if (wait != null) {
            wait.record(Duration.ofNanos(nanos));
        }
    }
}
