package io.sluice.service.runtime;

import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.SourceDatabase;

/** Opens the outside world of one pipeline; each call gives a fresh object that the caller closes. */
public interface PipelineConnectors {

    /** The source database, not yet connected. */
    SourceDatabase openDatabase();

    /** A reader of the source's log, not yet started. */
    ChangeSource openChanges();

    /** The lake. */
    Lake openLake();

    /**
     * Reads a position in the notation of this pipeline's source, as it stands in the lake.
     *
     * @throws IllegalArgumentException when it is not of that notation
     */
    Position parsePosition(String text);

    /** Told when a step of the pipeline's own is reached; the lake and the source have theirs. */
    default FailPoints failPoints() {
        return FailPoints.NONE;
    }
}
