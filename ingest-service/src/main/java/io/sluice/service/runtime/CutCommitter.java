package io.sluice.service.runtime;

import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.PreparedCut;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Commits prepared cuts on a thread of its own, one at a time, so that the next cut is collected meanwhile. Used by one
 * thread.
 */
final class CutCommitter implements AutoCloseable {

    /** Runs on the committer's thread after a cut is durable in every table. */
    interface Published {
        void accept(PreparedCut cut);
    }

    private static final int UNKNOWN_ATTEMPTS = 5;
    private static final long UNKNOWN_DELAY_MILLIS = 1_000;

    private final LakeSession lake;
    private final Control control;
    private final Published published;
    private final ExecutorService executor;
    private Optional<Future<?>> pending = Optional.empty();

    CutCommitter(LakeSession lake, Control control, Published published) {
        this.lake = lake;
        this.control = control;
        this.published = published;
        this.executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "cut-committer"));
    }

    /** Begins to commit; the cut before must have been awaited. */
    void submit(PreparedCut cut) {
        if (pending.isPresent()) {
            throw new IllegalStateException("Cut " + cut.number() + " was handed over before the cut before it ended");
        }
        pending = Optional.of(executor.submit(() -> {
            commit(cut);
            published.accept(cut);
            return null;
        }));
    }

    /** Whether a cut is being committed; throws the failure of one that ended badly. */
    boolean isBusy() throws InterruptedException {
        if (pending.isPresent() && pending.get().isDone()) {
            await();
        }
        return pending.isPresent();
    }

    /**
     * Returns when no cut is being committed.
     *
     * @throws PipelineException when the cut could not be committed
     */
    void await() throws InterruptedException {
        if (pending.isEmpty()) {
            return;
        }
        Future<?> waitedFor = pending.get();
        try {
            waitedFor.get();
        } catch (ExecutionException e) {
            throw Failures.of(e, "committing a cut");
        }
        pending = Optional.empty();
    }

    private void commit(PreparedCut cut) throws InterruptedException {
        CommitOutcome outcome = lake.commit(cut);
        for (int attempt = 1; outcome.kind() == CommitOutcome.Kind.UNKNOWN; attempt++) {
            if (attempt == UNKNOWN_ATTEMPTS || control.stopRequested()) {
                break;
            }
            control.awaitStop(UNKNOWN_DELAY_MILLIS << (attempt - 1));
            outcome = lake.commit(cut);
        }
        Outcomes.require(
                outcome, "cut " + cut.number() + " at " + cut.position().text());
    }

    /** Waits for the commit under way, whose outcome the lake keeps in any case, and ends the thread. */
    @Override
    public void close() {
        executor.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (executor.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
                executor.shutdownNow();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
