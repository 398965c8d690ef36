package io.sluice.service.cli;

import io.sluice.service.definition.FleetProducer;
import io.sluice.service.definition.WatchedDefinitions;
import io.sluice.service.leader.Leadership;
import io.sluice.service.observe.Observations;
import io.sluice.service.verify.Verifications;
import io.sluice.service.wiring.PipelineRegistry;
import java.time.Clock;
import java.time.Duration;
import picocli.CommandLine;

/** Makes commands without the container; nothing serves their pipelines. */
public final class StandaloneCommands implements CommandLine.IFactory {

    private final PipelineRegistry registry = new PipelineRegistry(Clock.systemUTC());

    @Override
    public <K> K create(Class<K> type) throws Exception {
        if (type == RunCommand.class) {
            Verifications verifications = new Verifications(registry, Clock.systemUTC());
            return type.cast(new RunCommand(
                    registry,
                    FleetProducer.standalone(registry, verifications),
                    new WatchedDefinitions(),
                    Leadership.alone(),
                    false));
        }
        if (type == DemoCommand.class) {
            return type.cast(new DemoCommand(registry, new Observations(Clock.systemUTC(), Duration.ofDays(1))));
        }
        return CommandLine.defaultFactory().create(type);
    }
}
