package io.sluice.lake.index;

import io.sluice.pipeline.schema.TableId;

/** Where a pipeline's key indexes come from. */
public interface KeyIndexes extends AutoCloseable {

    /**
     * Opens a table's index; one that is corrupt or of another version is replaced by an empty one.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code LAKE_REFUSED} when it is in use by another process or
     *     the state directory cannot be written
     */
    KeyIndex open(String pipeline, TableId table);

    @Override
    void close();
}
