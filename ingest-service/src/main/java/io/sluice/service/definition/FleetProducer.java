package io.sluice.service.definition;

import io.sluice.config.DataSize;
import io.sluice.config.Environment;
import io.sluice.config.PipelineConfigReader;
import io.sluice.config.TextFiles;
import io.sluice.service.observe.Observations;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.ProcessBudget;
import io.sluice.service.verify.PipelineVerification;
import io.sluice.service.verify.Verifications;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Makes the fleet of this process from the service's settings. */
public class FleetProducer {

    private static final int MOST_PIPELINES = 500;
    private static final int MOST_READERS = 32;

    /** A fleet for a process that takes no settings. */
    public static PipelineFleet standalone(PipelineRegistry registry, Verifications verifications) {
        return new FleetProducer()
                .fleet(
                        registry,
                        verifications,
                        new Observations(Clock.systemUTC(), Duration.ofDays(1)),
                        MOST_PIPELINES,
                        MOST_READERS,
                        Optional.empty(),
                        Optional.empty());
    }

    /**
     * The fleet.
     *
     * @param pipelines how many there may be
     * @param readers chunks of tables that all pipelines together read at the same time
     * @param memory such as {@code 2GiB}, of all pipelines together for rows on their way; by default half of the heap
     * @param secretDirectories where a text of the API may read {@code ${file:…}}; empty for nowhere
     */
    @Produces
    @Singleton
    PipelineFleet fleet(
            PipelineRegistry registry,
            Verifications verifications,
            Observations observations,
            @ConfigProperty(name = "sluice.limits.pipelines", defaultValue = "" + MOST_PIPELINES) int pipelines,
            @ConfigProperty(name = "sluice.budget.readers", defaultValue = "" + MOST_READERS) int readers,
            @ConfigProperty(name = "sluice.budget.memory") Optional<String> memory,
            @ConfigProperty(name = "sluice.api.secret-directories") Optional<List<Path>> secretDirectories) {
        ProcessBudget budget = new ProcessBudget(
                readers,
                memory.map(DataSize::parse)
                        .map(DataSize::bytes)
                        .orElseGet(() -> Runtime.getRuntime().maxMemory() / 2));
        return new PipelineFleet(
                registry,
                verifications,
                config -> {
                    PipelineAssembly assembly = PipelineAssembly.of(config, budget);
                    Pipeline pipeline = assembly.pipeline(registry, Clock.systemUTC(), observations.of(config.name()));
                    return new PipelineFactory.Made(pipeline, new PipelineVerification(assembly, pipeline));
                },
                new PipelineConfigReader(
                        Environment.ofProcess(),
                        new AllowedFiles(secretDirectories.orElse(List.of()), TextFiles.ofFileSystem())),
                new ReferencePolicy(secretDirectories.orElse(List.of())),
                new PipelineFleet.Limits(pipelines));
    }
}
