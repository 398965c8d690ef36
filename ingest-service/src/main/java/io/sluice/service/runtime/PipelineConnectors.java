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

    /**
     * Waits for a turn to read a chunk, of which the pipelines of a process share a number. Held while a chunk is read, and
     * by nobody who waits for something else.
     */
    default ProcessBudget.Taken awaitTurn() throws InterruptedException {
        return ProcessBudget.Taken.NOTHING;
    }

    /** Takes what a run needs of what the process has, before anything is opened; given back when all is closed. */
    default ProcessBudget.Taken beginRun() {
        return ProcessBudget.Taken.NOTHING;
    }

    /** Told when a step of the pipeline's own is reached; the lake and the source have theirs. */
    default FailPoints failPoints() {
        return FailPoints.NONE;
    }
}
