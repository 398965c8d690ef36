package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeTableState;

/** Whether another process has taken a pipeline over from this one. */
final class Succession {

    private final String pipeline;
    private final Progress progress;

    /** @param progress knows the tables that this process owned, and its epoch, 0 before it had any */
    Succession(String pipeline, Progress progress) {
        this.pipeline = pipeline;
        this.progress = progress;
    }

    /**
     * An attempt after another must not take the pipeline back from a process that has taken it over since.
     *
     * @throws PipelineException {@code FENCED}
     */
    void requireNone(Lake lake) {
        long own = progress.epoch();
        if (own == 0) {
            return;
        }
        for (LakeTableState found : lake.inspect(progress.sinks())) {
            if (found.pipeline().equals(pipeline) && found.epoch() > own) {
                throw new PipelineException(
                        ErrorKind.FENCED,
                        found.table(),
                        "Pipeline " + pipeline + " was taken over by another process: table " + found.table()
                                + " is owned by epoch " + found.epoch() + ", this process had epoch " + own
                                + ". It ends here; what it had not published, the other process publishes",
                        null);
            }
        }
    }

    /** A successor ends this process's stream or drops its slot: what looks like a failure of the source is being fenced. */
    PipelineException explain(PipelineException failure, Lake lake) {
        if (failure.kind() == ErrorKind.FENCED || failure.kind() == ErrorKind.INTERRUPTED) {
            return failure;
        }
        try {
            requireNone(lake);
            return failure;
        } catch (PipelineException e) {
            if (e.kind() == ErrorKind.FENCED) {
                e.addSuppressed(failure);
                return e;
            }
            failure.addSuppressed(e);
            return failure;
        }
    }
}
