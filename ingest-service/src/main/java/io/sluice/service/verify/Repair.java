package io.sluice.service.verify;

import io.sluice.lake.SnapshotRestore;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.verify.Verifier.Step;
import io.sluice.service.verify.Verifier.Verification;
import io.sluice.service.wiring.PipelineAssembly;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Compares, mends what differs and compares again. What someone else wrote to a lake table is undone first: the snapshot
 * that Sluice left becomes current again, and only when rows differ even so are they read again at the source, in a cut
 * of the pipeline itself, between its other cuts. Used by one thread.
 */
public final class Repair {

    private static final int ROUNDS = 3;
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration READY_LIMIT = Duration.ofMinutes(5);

    private final PipelineAssembly assembly;
    private final Pipeline pipeline;
    private final Verifier verifier;

    /**
     * For one pipeline.
     *
     * @param pipeline runs in this process, or nowhere; then it is started for as long as rows are read again
     */
    public Repair(PipelineAssembly assembly, Pipeline pipeline, Verifier verifier) {
        this.assembly = assembly;
        this.pipeline = pipeline;
        this.verifier = verifier;
    }

    /**
     * Compares and mends.
     *
     * @return how source and lake compared at last
     * @throws PipelineException when it cannot be done; what was done before is sound
     */
    public VerificationReport run(Consumer<Step> watcher) throws InterruptedException {
        Verification found = verifier.run(watcher);
        for (int round = 1; round < ROUNDS && needsRepair(found); round++) {
            if (found.foreign().isEmpty()) {
                readAgain(found, watcher);
            } else {
                restore(found, watcher);
            }
            found = verifier.run(watcher);
        }
        return found.report();
    }

    private static boolean needsRepair(Verification found) {
        return !found.foreign().isEmpty() || !found.differing().isEmpty();
    }

    private void restore(Verification found, Consumer<Step> watcher) {
        int tables = found.report().tables().size();
        try (SnapshotRestore restore = assembly.connectors().openRestore()) {
            for (TableId table : found.foreign()) {
                restore.restore(table)
                        .ifPresent(snapshot -> watcher.accept(new Step(
                                table + " is restored to snapshot " + snapshot + ", which Sluice left", 0, tables)));
            }
        }
    }

    private void readAgain(Verification found, Consumer<Step> watcher) throws InterruptedException {
        int tables = found.report().tables().size();
        boolean started = !pipeline.status().state().isActive();
        if (started) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
        }
        try {
            awaitReady();
            int rows = found.differing().stream()
                    .mapToInt(table -> table.keys().rowCount())
                    .sum();
            watcher.accept(new Step("reading " + rows + " rows again", 0, tables));
            long cut = answer(pipeline.repair(
                    found.differing().stream().map(Differing::keys).toList()));
            watcher.accept(new Step(rows + " rows were read again and published in cut " + cut, 0, tables));
        } catch (IllegalStateException e) {
            throw new PipelineException(ErrorKind.LAKE_REFUSED, String.valueOf(e.getMessage()), e);
        } finally {
            if (started) {
                pipeline.close();
            }
        }
    }

    private void awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (true) {
            PipelineStatus status = pipeline.status();
            if (status.state() == PipelineState.RUNNING && status.phase().follows()) {
                return;
            }
            requireActive(status);
            if (status.state() == PipelineState.PAUSED || System.nanoTime() > deadline) {
                throw new IllegalStateException("Pipeline " + pipeline.name() + " is " + status.state() + " in phase "
                        + status.phase() + "; rows can be read again only while it streams");
            }
            Thread.sleep(LOOK.toMillis());
        }
    }

    private static void requireActive(PipelineStatus status) {
        if (!status.state().isActive()) {
            throw status.error()
                    .map(failure -> new PipelineException(failure.kind(), failure.message()))
                    .orElseGet(() -> new PipelineException(
                            ErrorKind.LAKE_REFUSED, "Pipeline " + status.name() + " was stopped meanwhile"));
        }
    }

    private long answer(CompletableFuture<Long> answer) throws InterruptedException {
        while (true) {
            try {
                return answer.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                requireActive(pipeline.status());
            } catch (ExecutionException e) {
                throw new IllegalStateException(String.valueOf(e.getCause()), e);
            }
        }
    }
}
