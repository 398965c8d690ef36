package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.schema.TableId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A pipeline that can be started, watched and stopped. Safe for use by several threads; requests return at once and
 * take effect soon, visible in {@link #status}.
 */
public interface Pipeline extends AutoCloseable {

    /** The pipeline's name, unique in a process. */
    String name();

    /** What it is doing at this moment. */
    PipelineStatus status();

    /**
     * Begins to run until stopped or failed.
     *
     * @throws IllegalStateException when it is active already, or was closed
     */
    void start(RunMode mode);

    /**
     * Finishes the open cut, or gives it up whole where it cannot be finished soon, and ends.
     *
     * @throws IllegalStateException when it is not active
     */
    void stop();

    /**
     * Finishes the open cut and holds still until {@link #resume}.
     *
     * @throws IllegalStateException when it is not starting or running
     */
    void pause();

    /**
     * Has a table read again from its beginning, beside the stream; what readers see of it stays until the new rows
     * replace it in one cut. Takes effect soon, and goes on after a crash once it has.
     *
     * @param table as the source or as the lake calls it
     * @throws java.util.NoSuchElementException when there is no such table
     * @throws IllegalStateException when the pipeline is not running, or the table is being loaded
     */
    void resnapshot(String table);

    /**
     * Goes on after a pause.
     *
     * @throws IllegalStateException when it is not paused
     */
    void resume();

    /**
     * Publishes what was committed at the source before this call as a cut, as soon as it has arrived, and tags that cut
     * in every table. When nothing changed since the last cut, that one is tagged.
     *
     * @return the cut's number when every table has the tag; ends with an {@link IllegalStateException} when the
     *     pipeline ends before
     * @throws IllegalStateException when it is not running, or reads its first snapshot
     */
    CompletableFuture<Long> requestCut();

    /**
     * Reads rows again at the source, between two cuts, and publishes them in the next one, whatever the lake has under
     * their keys. Rows that the source no longer has, or that the filter drops, leave the lake.
     *
     * @param keys for each table a snapshot batch of the lake table's schema, which has a key; only the key's columns are
     *     looked at
     * @return the number of the cut that has them; ends with an {@link IllegalStateException} when the pipeline ends
     *     before, or does not follow one of the tables
     * @throws IllegalStateException when it is not running, or reads its first snapshot
     */
    CompletableFuture<Long> repair(List<ColumnBatch> keys);

    /**
     * The latest cuts that the lake tells of, highest number first; empty before the pipeline was first started.
     *
     * @param limit at most so many, from 1
     * @throws io.sluice.pipeline.error.PipelineException when the lake cannot be read
     */
    List<LakeCut> cuts(int limit);

    /**
     * Rows of the source that are set aside at present, latest first; empty when the pipeline sets none aside.
     *
     * @param limit at most so many, from 1
     * @throws io.sluice.pipeline.error.PipelineException when the lake cannot be read
     */
    List<DeadLetter> deadLetters(int limit);

    /** All of one table at the source, latest first; otherwise as {@link #deadLetters(int)}. */
    List<DeadLetter> deadLettersOf(TableId source);

    /**
     * Waits until the pipeline is {@code STOPPED} or {@code FAILED}.
     *
     * @return whether that came true within the time
     */
    boolean awaitEnd(Duration atMost) throws InterruptedException;

    /** Stops if active, and waits for the end; it cannot be started any more. */
    @Override
    void close();

    /** When a run ends by itself. */
    enum RunMode {
        /** Not before it is stopped. */
        UNTIL_STOPPED,
        /** When everything that was committed at the source before the start is published. */
        UNTIL_CAUGHT_UP
    }
}
