package io.sluice.service.definition;

import io.sluice.config.Environment;
import io.sluice.config.PipelineConfigReader;
import io.sluice.config.TextFiles;
import io.sluice.service.PipelineDouble;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.verify.Verifications;
import io.sluice.service.wiring.PipelineRegistry;
import java.time.Clock;
import java.util.List;

/** Texts of pipelines, and a fleet of doubles. */
final class Definitions {

    static final PipelineConfigReader READER =
            new PipelineConfigReader(Environment.ofProcess(), new AllowedFiles(List.of(), TextFiles.ofFileSystem()));

    private Definitions() {}

    static String yaml(String name, String commitInterval) {
        return """
                pipeline:
                  name: %s
                  commit-interval: %s
                source:
                  type: postgres
                  hostname: localhost
                  database-name: shop
                  username: sluice
                  tables: public.orders
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: jdbc
                    uri: jdbc:sqlite:catalog.db
                    warehouse: warehouse
                """.formatted(name, commitInterval);
    }

    static PipelineFleet fleet(PipelineRegistry registry, int most) {
        return new PipelineFleet(
                registry,
                new Verifications(registry, Clock.systemUTC()),
                config -> new PipelineFactory.Made(
                        new PipelineDouble(config.name(), PipelineState.STOPPED), (mode, watcher) -> {
                            throw new IllegalStateException("Nothing to compare");
                        }),
                READER,
                new ReferencePolicy(List.of()),
                new PipelineFleet.Limits(most));
    }
}
