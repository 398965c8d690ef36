package io.sluice.service.runtime;

import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.position.Position;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Commits prepared cuts on a thread of its own, one at a time, so that the next cut is collected meanwhile. Used by one
 * thread.
 */
final class CutCommitter implements AutoCloseable {

    /** Runs on the committer's thread after a cut is durable in every table. */
    interface Published {
        void accept(PreparedCut cut);
    }

    /** Runs on the committer's thread after a cut is tagged in every table. */
    interface Tagged {
        void accept(long cut, Position position);
    }

    private static final int UNKNOWN_ATTEMPTS = 5;
    private static final long UNKNOWN_DELAY_MILLIS = 1_000;

    private final LakeSession lake;
    private final Control control;
    private final Published published;
    private final Tagged tagged;
    private final ExecutorService executor;
    private Optional<Future<?>> pending = Optional.empty();

    CutCommitter(LakeSession lake, Control control, Published published, Tagged tagged) {
        this.lake = lake;
        this.control = control;
        this.published = published;
        this.tagged = tagged;
        this.executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "cut-committer"));
    }

    /** Begins to commit; the cut before must have been awaited. */
    void submit(PreparedCut cut) {
        begin(cut.number(), () -> {
            commit(cut);
            published.accept(cut);
        });
    }

    /** Begins to commit and, when the cut is durable in every table, to tag it; the cut before must have been awaited. */
    void submitTagged(PreparedCut cut) {
        begin(cut.number(), () -> {
            commit(cut);
            tag(cut.number(), cut.position());
            published.accept(cut);
        });
    }

    /**
     * Begins to tag the last cut, which must have been awaited.
     *
     * @param position nothing changed between the cut and here
     */
    void submitTag(long cut, Position position) {
        begin(cut, () -> tag(cut, position));
    }

    private void begin(long cut, Step step) {
        if (pending.isPresent()) {
            throw new IllegalStateException("Cut " + cut + " was handed over before the cut before it ended");
        }
        pending = Optional.of(executor.submit(() -> {
            step.run();
            return null;
        }));
    }

    private interface Step {
        void run() throws InterruptedException;
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
        Outcomes.require(
                patiently(() -> lake.commit(cut)),
                "cut " + cut.number() + " at " + cut.position().text());
    }

    private void tag(long cut, Position position) throws InterruptedException {
        Outcomes.require(patiently(() -> lake.tag(cut)), "the tag of cut " + cut);
        tagged.accept(cut, position);
    }

    /** Asks again for an outcome that is not known. */
    private CommitOutcome patiently(Supplier<CommitOutcome> step) throws InterruptedException {
        CommitOutcome outcome = step.get();
        for (int attempt = 1; outcome.kind() == CommitOutcome.Kind.UNKNOWN; attempt++) {
            if (attempt == UNKNOWN_ATTEMPTS || control.stopRequested()) {
                break;
            }
            control.awaitStop(UNKNOWN_DELAY_MILLIS << (attempt - 1));
            outcome = step.get();
        }
        return outcome;
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
