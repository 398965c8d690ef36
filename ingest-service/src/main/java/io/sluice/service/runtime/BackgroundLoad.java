package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import org.jspecify.annotations.Nullable;

/**
 * Reads tables on a thread of its own while the stream of the others goes on; asks the stream to rest when it is done or
 * has failed, so that the tables can join it. Used by one thread, which closes it.
 */
final class BackgroundLoad implements AutoCloseable {

    /** The work; ends early when its thread is interrupted. */
    interface Work {
        void run() throws InterruptedException;
    }

    private static final long WAIT_MILLIS = 100;

    private final Thread thread;
    private volatile boolean done;
    private volatile @Nullable PipelineException failure;

    private BackgroundLoad(String pipeline, Work work, Control control) {
        this.thread = new Thread(() -> run(work, control), "load-" + pipeline);
    }

    static BackgroundLoad start(String pipeline, Work work, Control control) {
        BackgroundLoad load = new BackgroundLoad(pipeline, work, control);
        load.thread.start();
        return load;
    }

    private void run(Work work, Control control) {
        try {
            work.run();
        } catch (InterruptedException e) {
            failure = PipelineException.interrupted("loading tables");
        } catch (PipelineException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new PipelineException(ErrorKind.INTERNAL, "Loading tables met an unexpected failure: " + e, e);
        } finally {
            done = true;
            control.requestRest();
        }
    }

    /**
     * Whether the work has ended.
     *
     * @throws PipelineException when it has failed
     */
    boolean isDone() {
        PipelineException failed = failure;
        if (done && failed != null) {
            throw failed;
        }
        return done;
    }

    /** Waits a moment, or until the work has ended. */
    void awaitAWhile() throws InterruptedException {
        thread.join(WAIT_MILLIS);
    }

    /** Interrupts the work and waits for its end, since it uses what the caller closes next. */
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
