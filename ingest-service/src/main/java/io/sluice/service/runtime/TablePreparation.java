package io.sluice.service.runtime;

import io.sluice.pipeline.source.SourceInspection;
import java.util.List;

/** Turns what the source says and what the pipeline's file asks for into tables ready to run. */
@FunctionalInterface
interface TablePreparation {

    /**
     * The pipeline's tables.
     *
     * @throws io.sluice.pipeline.error.PipelineException as {@link PipelineTables#arrange} does
     */
    Prepared prepare(SourceInspection inspection);

    /**
     * What there is to run.
     *
     * @param tables ordered by the source's names, none read yet
     * @param misfits tables that cannot be run as they are
     */
    record Prepared(List<TableRuntime> tables, List<PipelineTables.Misfit> misfits) {}
}
