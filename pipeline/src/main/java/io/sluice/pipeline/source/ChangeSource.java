package io.sluice.pipeline.source;

import io.sluice.pipeline.position.Position;
import java.time.Duration;
import java.util.Optional;

/**
 * A reader of a source's log. One thread starts, polls and closes; {@link #confirm} may come from another.
 *
 * <p>Promises: every transaction after the start is delivered exactly once per start and in commit order; nothing at or
 * before a table's own start is delivered for that table; the source is told of a position only through
 * {@link #confirm}, so that after a crash everything not confirmed comes again.
 */
public interface ChangeSource extends AutoCloseable {

    /**
     * Connects and begins to read on threads of its own, up to a bounded number of rows and bytes ahead.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code SOURCE_UNAVAILABLE}, {@code SOURCE_REFUSED} (slot in
     *     use), {@code SOURCE_LOST} (slot dropped, log removed)
     */
    void start(StreamStart start);

    /**
     * The next changes; waits at most {@code timeout} for some.
     *
     * @return empty when nothing came
     * @throws InterruptedException when the thread is interrupted while it waits
     * @throws io.sluice.pipeline.error.PipelineException when reading failed; the source is then unusable. {@code
     *     SCHEMA_CHANGED} never comes from here: see {@link ChangeChunk#stopped}
     */
    Optional<ChangeChunk> poll(Duration timeout) throws InterruptedException;

    /** Tells the source, soon, that everything up to the position is durable in the lake. Positions only rise. */
    void confirm(Position durable);

    /** How full the buffer between the log and {@link #poll} is, 0 to 1; at 1 reading rests. May be called by any thread. */
    default double fill() {
        return 0;
    }

    /** Stops reading; what was not confirmed comes again at the next start. Calling it again does nothing. */
    @Override
    void close();
}
