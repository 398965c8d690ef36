package io.sluice.service.runtime;

import io.sluice.pipeline.source.SourceInspection;
import java.util.List;

/** Turns what the source says and what the pipeline's file asks for into tables that can be run. Stateless. */
@FunctionalInterface
public interface PipelineTables {

    /**
     * The pipeline's tables, ordered by the source's names.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code CONFIGURATION}, {@code SOURCE_REFUSED} or {@code
     *     DATA_REFUSED} with everything that is wrong, one sentence a line
     */
    List<PreparedTable> prepare(SourceInspection inspection);
}
