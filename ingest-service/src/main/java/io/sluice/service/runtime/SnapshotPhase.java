package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.SnapshotWriter;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotSession;
import java.util.ArrayList;
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
 * so that reading, transforming and writing of different chunks overlap. A table is handed on as soon as its last chunk
 * is durable; when anything fails, what was written and not handed on is deleted.
 */
final class SnapshotPhase {

    /** Takes over a table whose files are complete, on the reader's thread that completed it. */
    interface TableDone {
        void accept(TableRuntime table, List<SnapshotFiles> files);
    }

    private static final long WATCH_MILLIS = 100;

    private final SnapshotSession source;
    private final LakeSession lake;
    private final Control control;
    private final StateMachine state;
    private final int parallelism;
    private final TableDone tableDone;
    private final Map<TableId, TableProgress> tables = new HashMap<>();

    SnapshotPhase(
            SnapshotSession source,
            LakeSession lake,
            Iterable<TableRuntime> tables,
            Control control,
            StateMachine state,
            int parallelism,
            TableDone tableDone) {
        this.source = source;
        this.lake = lake;
        this.control = control;
        this.state = state;
        this.parallelism = parallelism;
        this.tableDone = tableDone;
        for (TableRuntime table : tables) {
            this.tables.put(table.source(), new TableProgress(table));
        }
    }

    /**
     * Reads all chunks.
     *
     * @return false when a stop was asked for before the end
     * @throws PipelineException the first failure of any reader
     */
    boolean run() throws InterruptedException {
        List<SnapshotChunk> chunks = source.chunks();
        for (SnapshotChunk chunk : chunks) {
            progressOf(chunk).chunksLeft++;
        }
        ConcurrentLinkedQueue<SnapshotChunk> queue = new ConcurrentLinkedQueue<>(chunks);
        int readers = Math.max(1, Math.min(parallelism, chunks.size()));
        AtomicInteger threadNumber = new AtomicInteger();
        ExecutorService executor = Executors.newFixedThreadPool(
                readers, task -> new Thread(task, "snapshot-reader-" + threadNumber.incrementAndGet()));
        boolean complete = false;
        try {
            ExecutorCompletionService<Boolean> running = new ExecutorCompletionService<>(executor);
            for (int i = 0; i < readers; i++) {
                running.submit(() -> {
                    new Reader(queue).run();
                    return true;
                });
            }
            complete = awaitReaders(running, readers);
            return complete;
        } finally {
            executor.shutdownNow();
            awaitTermination(executor);
            if (!complete) {
                discardUnpublished();
            }
        }
    }

    private boolean awaitReaders(ExecutorCompletionService<Boolean> running, int readers) throws InterruptedException {
        int left = readers;
        while (left > 0) {
            if (control.stopRequested()) {
                return false;
            }
            state.transitionUnlessStopping(control.pauseRequested() ? PipelineState.PAUSED : PipelineState.RUNNING);
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

    /** The files may only be deleted when no reader writes any more, so the wait is without limit. */
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

    private void discardUnpublished() {
        for (TableProgress progress : tables.values()) {
            if (!progress.handedOn && !progress.files.isEmpty()) {
                lake.discard(progress.table.sink(), progress.files);
            }
        }
    }

    private TableProgress progressOf(SnapshotChunk chunk) {
        TableProgress progress = tables.get(chunk.table());
        if (progress == null) {
            throw new IllegalStateException(
                    "The source planned a chunk of " + chunk.table() + ", which was not asked for");
        }
        return progress;
    }

    /** One thread's work: chunk after chunk, with one open writer for the table it is at. */
    private final class Reader {

        private final ConcurrentLinkedQueue<SnapshotChunk> queue;
        private Optional<OpenWriter> open = Optional.empty();

        Reader(ConcurrentLinkedQueue<SnapshotChunk> queue) {
            this.queue = queue;
        }

        void run() throws InterruptedException {
            try {
                while (true) {
                    SnapshotChunk chunk = queue.poll();
                    if (chunk == null) {
                        break;
                    }
                    read(chunk);
                }
                finishOpen();
            } finally {
                open.ifPresent(writer -> writer.writer.close());
            }
        }

        private void read(SnapshotChunk chunk) {
            TableProgress progress = progressOf(chunk);
            if (open.isEmpty() || open.get().progress != progress) {
                finishOpen();
                progress.writerOpened();
                open = Optional.of(new OpenWriter(progress, lake.snapshotWriter(progress.table.sink())));
            }
            SnapshotWriter writer = open.get().writer;
            source.read(chunk, (batch, bytes) -> write(progress.table, writer, batch, bytes));
            if (progress.chunkRead()) {
                finishOpen();
            }
        }

        private void write(TableRuntime table, SnapshotWriter writer, ColumnBatch batch, long bytes) {
            try {
                control.awaitResume();
            } catch (InterruptedException e) {
                throw PipelineException.interrupted("reading a snapshot of " + table.source());
            }
            writer.append(table.transform().apply(batch));
            table.countSnapshot(batch.rowCount(), bytes);
        }

        private void finishOpen() {
            if (open.isEmpty()) {
                return;
            }
            OpenWriter finished = open.get();
            SnapshotFiles files = finished.writer.finish();
            open = Optional.empty();
            if (finished.progress.writerFinished(files)) {
                finished.progress.table.snapshotRead();
                tableDone.accept(finished.progress.table, finished.progress.files);
            }
        }
    }

    private record OpenWriter(TableProgress progress, SnapshotWriter writer) {}

    /** What is left of one table; shared by the readers. */
    private static final class TableProgress {

        private final TableRuntime table;
        private final List<SnapshotFiles> files = new ArrayList<>();
        private int chunksLeft;
        private int openWriters;
        private boolean handedOn;

        TableProgress(TableRuntime table) {
            this.table = table;
        }

        synchronized void writerOpened() {
            openWriters++;
        }

        /** Whether that was the table's last chunk. */
        synchronized boolean chunkRead() {
            chunksLeft--;
            return chunksLeft == 0;
        }

        /** Whether the table is complete now, told to exactly one caller. */
        synchronized boolean writerFinished(SnapshotFiles finished) {
            files.add(finished);
            openWriters--;
            handedOn = chunksLeft == 0 && openWriters == 0;
            return handedOn;
        }
    }
}
