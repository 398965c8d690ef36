package io.sluice.service.runtime;

import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.SnapshotWriter;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotSession;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Batch mode: parallel readers take chunks from one queue, transform each batch and write it into files of their own,
 * so that reading, transforming and writing of different chunks overlap. A chunk is durable in its table's load before
 * its reader takes the next one; what was not durable when anything fails is read again.
 */
final class SnapshotPhase {

    private static final long WATCH_MILLIS = 100;

    private final SnapshotSession source;
    private final LakeSession lake;
    private final Control control;
    private final PipelineConnectors connectors;
    private final int parallelism;
    private final Runnable watch;
    private final Map<TableId, LoadSteps> tables = new HashMap<>();

    /**
     * Reads what is left of tables.
     *
     * @param watch runs several times a second meanwhile, on the thread of {@link #run}
     * @param advanced runs after each durable step, on a reader's thread
     */
    SnapshotPhase(
            SnapshotSession source,
            LakeSession lake,
            Iterable<TableRuntime> tables,
            Control control,
            PipelineConnectors connectors,
            int parallelism,
            Runnable watch,
            Runnable advanced,
            Optional<DeadLetterBook> letters) {
        this.source = source;
        this.lake = lake;
        this.control = control;
        this.connectors = connectors;
        this.parallelism = parallelism;
        this.watch = watch;
        Map<TableId, Long> chunks = new HashMap<>();
        source.chunks().forEach(chunk -> chunks.merge(chunk.table(), 1L, Long::sum));
        for (TableRuntime table : tables) {
            if (source.restarted().contains(table.source())) {
                lake.beginLoad(table.sink());
                table.resetSnapshot();
                table.openRows().ifPresent(OpenRows::forgetLoad);
            }
            long left = chunks.getOrDefault(table.source(), 0L);
            this.tables.put(table.source(), new LoadSteps(lake, table, source.position(), left, advanced, letters));
        }
    }

    /**
     * Reads all chunks.
     *
     * @return false when a stop was asked for before the end
     * @throws PipelineException the first failure of any reader
     */
    boolean run() throws InterruptedException {
        for (LoadSteps steps : tables.values()) {
            if (steps.isComplete()) {
                // What was missing when the last run ended is gone from the source.
                steps.completeWithoutChunks();
            }
        }
        List<SnapshotChunk> chunks = source.chunks();
        ConcurrentLinkedQueue<SnapshotChunk> queue = new ConcurrentLinkedQueue<>(chunks);
        int readers = Math.max(1, Math.min(parallelism, chunks.size()));
        AtomicInteger threadNumber = new AtomicInteger();
        ExecutorService executor = Executors.newFixedThreadPool(
                readers, task -> new Thread(task, "snapshot-reader-" + threadNumber.incrementAndGet()));
        try {
            ExecutorCompletionService<Boolean> running = new ExecutorCompletionService<>(executor);
            for (int i = 0; i < readers; i++) {
                running.submit(() -> {
                    readFrom(queue);
                    return true;
                });
            }
            return awaitReaders(running, readers);
        } finally {
            executor.shutdownNow();
            awaitTermination(executor);
        }
    }

    private boolean awaitReaders(ExecutorCompletionService<Boolean> running, int readers) throws InterruptedException {
        int left = readers;
        while (left > 0) {
            if (control.stopRequested()) {
                return false;
            }
            watch.run();
            Future<Boolean> ended = running.poll(WATCH_MILLIS, TimeUnit.MILLISECONDS);
            if (ended == null) {
                continue;
            }
            left--;
            try {
                ended.get();
            } catch (ExecutionException e) {
                throw Failures.of(e, "reading a snapshot");
            }
        }
        return true;
    }

    /** The source and the lake may only be closed when no reader uses them any more, so the wait is without limit. */
    private static void awaitTermination(ExecutorService executor) {
        boolean interrupted = false;
        while (true) {
            try {
                if (executor.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One thread's work. */
    private void readFrom(ConcurrentLinkedQueue<SnapshotChunk> queue) {
        for (SnapshotChunk chunk = queue.poll(); chunk != null; chunk = queue.poll()) {
            LoadSteps steps = tables.get(chunk.table());
            if (steps == null) {
                throw new IllegalStateException(
                        "The source planned a chunk of " + chunk.table() + ", which was not asked for");
            }
            if (steps.table().isLeft()) {
                // Its changes could not be followed: it was stopped and its load given up.
                continue;
            }
            Optional<OpenRows.LoadRefusals> refusals = steps.table().openRows().map(OpenRows::newRefusals);
            steps.add(read(chunk, steps.table(), refusals), chunk.range(), refusals);
        }
    }

    private SnapshotFiles read(SnapshotChunk chunk, TableRuntime table, Optional<OpenRows.LoadRefusals> refusals) {
        try (Turn turn = new Turn(table);
                SnapshotWriter writer = lake.snapshotWriter(table.sink())) {
            source.read(chunk, (batch, bytes) -> {
                turn.lendWhilePaused();
                writer.append(
                        refusals.isPresent()
                                ? table.openRows()
                                        .orElseThrow()
                                        .read(table.transform(), batch, source.position(), refusals.get())
                                : table.transform().apply(batch));
                table.countSnapshot(batch.rowCount(), bytes);
            });
            return writer.finish();
        }
    }

    /** The right to read that this reader shares with those of other pipelines. */
    private final class Turn implements AutoCloseable {

        private final TableRuntime table;
        private ProcessBudget.Taken taken;

        Turn(TableRuntime table) {
            this.table = table;
            this.taken = take();
        }

        private ProcessBudget.Taken take() {
            try {
                control.awaitResume();
                return connectors.awaitTurn();
            } catch (InterruptedException e) {
                throw PipelineException.interrupted("reading a snapshot of " + table.source());
            }
        }

        /** Others go on while this pipeline pauses. */
        void lendWhilePaused() {
            if (control.pauseRequested()) {
                taken.close();
                taken = take();
            }
        }

        @Override
        public void close() {
            taken.close();
        }
    }
}
