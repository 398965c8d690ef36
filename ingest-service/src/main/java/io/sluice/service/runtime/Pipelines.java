package io.sluice.service.runtime;

import java.time.Clock;
import java.util.function.Consumer;

/** Makes pipelines. */
public final class Pipelines {

    private Pipelines() {}

    /**
     * A pipeline that is not started yet.
     *
     * @param name unique in the process
     * @param connectors opens source and lake
     * @param tables decides what is read and how it is transformed
     * @param settings the pace
     * @param events is told what happens, on the pipeline's threads; must return soon and not throw
     * @param clock for times that are shown
     */
    public static Pipeline create(
            String name,
            PipelineConnectors connectors,
            PipelineTables tables,
            RuntimeSettings settings,
            Consumer<PipelineEvent> events,
            Clock clock) {
        TablePreparation preparation = inspection -> {
            PipelineTables.Arrangement arranged = tables.arrange(inspection);
            return new TablePreparation.Prepared(
                    arranged.tables().stream()
                            .map(table -> TableRuntime.of(table, name))
                            .toList(),
                    arranged.misfits());
        };
        return new ManagedPipeline(name, connectors, preparation, settings, ErrorPolicy.standard(), events, clock);
    }
}
