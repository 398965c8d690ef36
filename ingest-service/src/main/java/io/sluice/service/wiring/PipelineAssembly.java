package io.sluice.service.wiring;

import io.sluice.config.PipelineConfig;
import io.sluice.config.SourceType;
import io.sluice.lake.index.RocksKeyIndexes;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.observe.Observation;
import io.sluice.service.observe.ObservedConnectors;
import io.sluice.service.runtime.DeadLetterSettings;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.Pipelines;
import io.sluice.service.runtime.ProcessBudget;
import io.sluice.service.runtime.RuntimeSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A pipeline's parts, made from its file.
 *
 * @param config the file
 * @param connectors opens source and lake
 * @param tables decides what is read
 */
public record PipelineAssembly(PipelineConfig config, PostgresConnectors connectors, ConfiguredTables tables) {

    /** Shorter than the 30 s that Kubernetes gives a container between SIGTERM and SIGKILL. */
    private static final Duration STOP_GRACE = Duration.ofSeconds(10);

    /**
     * The parts for a file.
     *
     * @throws PipelineException {@code CONFIGURATION} when its source is of a type that cannot be read yet
     */
    public static PipelineAssembly of(PipelineConfig config) {
        return of(config, FailPoints.NONE);
    }

    /** The same for one of several pipelines of a process. */
    public static PipelineAssembly of(PipelineConfig config, ProcessBudget budget) {
        return of(config, FailPoints.NONE, budget);
    }

    /** The same with places to die at. */
    public static PipelineAssembly of(PipelineConfig config, FailPoints failPoints) {
        return of(config, failPoints, ProcessBudget.unbounded());
    }

    private static PipelineAssembly of(PipelineConfig config, FailPoints failPoints, ProcessBudget budget) {
        if (config.source().type() != SourceType.POSTGRES) {
            throw new PipelineException(
                    ErrorKind.CONFIGURATION,
                    "Pipeline " + config.name() + " has a source of type "
                            + config.source().type().name().toLowerCase(Locale.ROOT)
                            + ", which this release cannot read; it reads postgres.");
        }
        return new PipelineAssembly(
                config, new PostgresConnectors(config, failPoints, budget), new ConfiguredTables(config));
    }

    /** The pipeline itself, not started. */
    public Pipeline pipeline(Consumer<PipelineEvent> events, Clock clock) {
        return Pipelines.create(config.name(), connectors, tables, settings(config), events, clock);
    }

    /** The same, with everything that it does at source and lake noted. */
    public Pipeline pipeline(Consumer<PipelineEvent> events, Clock clock, Observation observation) {
        observation.figures().indexAt(sink -> RocksKeyIndexes.directory(config.stateDirectory(), config.name(), sink));
        return Pipelines.create(
                config.name(),
                new ObservedConnectors(
                        connectors.tellingCommits(observation::commitBegun, observation::commitRetried), observation),
                tables,
                settings(config),
                event -> {
                    observation.happened(event);
                    events.accept(event);
                },
                clock);
    }

    static RuntimeSettings settings(PipelineConfig config) {
        return new RuntimeSettings(
                config.commitInterval(),
                config.commitMaxRows(),
                config.commitMaxBytes().bytes(),
                config.snapshotParallelism(),
                config.tagInterval(),
                config.source().onLostSlot(),
                STOP_GRACE,
                config.drainAfter(),
                config.deadLetters()
                        .map(letters -> new DeadLetterSettings(
                                new TableId(
                                        letters.table().namespace(),
                                        letters.table().name()),
                                letters.limit())));
    }
}
