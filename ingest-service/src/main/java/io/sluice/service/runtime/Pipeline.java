package io.sluice.service.runtime;

import java.time.Duration;

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
     * @throws IllegalStateException when it is active already
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
     * Goes on after a pause.
     *
     * @throws IllegalStateException when it is not paused
     */
    void resume();

    /**
     * Waits until the pipeline is {@code STOPPED} or {@code FAILED}.
     *
     * @return whether that came true within the time
     */
    boolean awaitEnd(Duration atMost) throws InterruptedException;

    /** Stops if active, and waits for the end. */
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
