package io.sluice.service.definition;

import io.sluice.config.PipelineConfig;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.verify.Verifications;

/** Makes pipelines out of what their definitions say. Safe for use by several threads. */
@FunctionalInterface
public interface PipelineFactory {

    /**
     * A pipeline that was not started.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code CONFIGURATION} when it cannot be made here
     */
    Made make(PipelineConfig config);

    /**
     * What was made.
     *
     * @param pipeline not started
     * @param verification compares its source with its lake
     */
    record Made(Pipeline pipeline, Verifications.Work verification) {}
}
