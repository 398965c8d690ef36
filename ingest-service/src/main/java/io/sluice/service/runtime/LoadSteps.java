package io.sluice.service.runtime;

import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LoadStep;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChunkRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes the chunks of one table durable. A reader that has finished one waits here until it is, so that a crash costs at
 * most one chunk per reader; those that wait together share one commit. Thread-safe.
 */
final class LoadSteps {

    private final LakeSession lake;
    private final TableRuntime table;
    private final Position position;
    private final Runnable advanced;
    private final Optional<DeadLetterBook> letters;
    private final ReentrantLock committing = new ReentrantLock();
    private final List<Finished> waiting = new ArrayList<>();
    private long chunksLeft;
    private @Nullable PipelineException failure;

    /** A chunk whose files are written. */
    private static final class Finished {
        private final SnapshotFiles files;
        private final ChunkRange range;
        private final Optional<OpenRows.LoadRefusals> refusals;
        private volatile boolean durable;

        Finished(SnapshotFiles files, ChunkRange range, Optional<OpenRows.LoadRefusals> refusals) {
            this.refusals = refusals;
            this.files = files;
            this.range = range;
        }
    }

    /**
     * For a table that is being read.
     *
     * @param position what the chunks are read at
     * @param chunks how many are to come
     * @param advanced runs after each step
     * @param letters notes what the table goes on without
     */
    LoadSteps(
            LakeSession lake,
            TableRuntime table,
            Position position,
            long chunks,
            Runnable advanced,
            Optional<DeadLetterBook> letters) {
        this.letters = letters;
        this.lake = lake;
        this.table = table;
        this.position = position;
        this.chunksLeft = chunks;
        this.advanced = advanced;
    }

    TableRuntime table() {
        return table;
    }

    /**
     * Returns when the chunk is durable.
     *
     * @param refusals what it leaves out; empty when nothing may be left out
     *
     * @throws io.sluice.pipeline.error.PipelineException when it is not, or it is not known
     */
    void add(SnapshotFiles files, ChunkRange range, Optional<OpenRows.LoadRefusals> refusals) {
        Finished own = new Finished(files, range, refusals);
        synchronized (waiting) {
            waiting.add(own);
        }
        committing.lock();
        try {
            if (!own.durable) {
                commitWaiting();
            }
        } finally {
            committing.unlock();
        }
    }

    /** Whether nothing is left to read; before any chunk is added. */
    boolean isComplete() {
        return chunksLeft == 0;
    }

    /** Nothing is left to read: says so in the lake. */
    void completeWithoutChunks() {
        commit(List.of());
    }

    private void commitWaiting() {
        PipelineException before = failure;
        if (before != null) {
            // The chunk may have been part of the step that failed.
            throw before;
        }
        try {
            commit(takeWaiting());
        } catch (PipelineException e) {
            failure = e;
            throw e;
        }
    }

    private List<Finished> takeWaiting() {
        synchronized (waiting) {
            List<Finished> taken = List.copyOf(waiting);
            waiting.clear();
            return taken;
        }
    }

    /** Whether the table was stopped beside the load, which ended with it. */
    private boolean isGivenUp() {
        return lake.tables().stream()
                .anyMatch(state -> state.table().equals(table.sink())
                        && state.phase() == TablePhase.STOPPED
                        && state.load().isEmpty());
    }

    private void commit(List<Finished> chunks) {
        chunksLeft -= chunks.size();
        LoadStep step = new LoadStep(
                chunks.stream().map(chunk -> chunk.files).toList(),
                chunks.stream().map(chunk -> chunk.range).toList(),
                position,
                chunksLeft == 0 ? TableLoad.Extent.COMPLETE : TableLoad.Extent.PARTIAL);
        letters.ifPresent(book -> book.loaded(
                table, chunks.stream().flatMap(chunk -> chunk.refusals.stream()).toList()));
        CommitOutcome outcome = lake.addToLoad(table.sink(), step);
        if (outcome.kind() != CommitOutcome.Kind.CONFLICT || !isGivenUp()) {
            Outcomes.require(outcome, "a part of the load of table " + table.sink());
        }
        chunks.forEach(chunk -> chunk.durable = true);
        if (chunksLeft == 0) {
            table.snapshotRead();
        }
        advanced.run();
    }
}
