package io.sluice.pipeline.failpoint;

/**
 * Told when a {@link FailPoint} is reached. In production nobody listens: the call is one empty method, made a few times
 * per cut and never per row.
 *
 * <p>A test lets the process die there: it halts the JVM, or throws an {@link Error}, which passes every handler below
 * the pipeline's own thread.
 */
@FunctionalInterface
public interface FailPoints {

    /** Nothing dies. */
    FailPoints NONE = point -> {};

    /** Called at the place, on the thread that does the step. */
    void reach(FailPoint point);
}
