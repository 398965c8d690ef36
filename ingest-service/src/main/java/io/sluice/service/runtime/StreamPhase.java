package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.ChangeChunk;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.StreamStart;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Streaming mode: takes changes from the source, transforms them, collects them in the open cut and publishes cuts at
 * transaction boundaries. Collecting cut N+1 overlaps with committing cut N. The source is told of a position only after
 * everything up to it is durable.
 *
 * <p>Used by one thread, except for what the committer's thread does in {@link #published}.
 */
final class StreamPhase {

    /** Why the stream came to rest. */
    enum End {
        /** A stop or a pause was asked for. */
        INTERRUPTED,
        /** Everything up to the target is published. */
        TARGET_REACHED,
        /**
         * The open cut had to end exactly here and cannot: it holds rows that were read again at a later position. It was
         * given up whole; its changes belong into a later cut.
         */
        NEEDS_LATER_CUT,
        /**
         * Rows that have to be read again keep coming, so that the open cut could never end behind the last of them. It
         * was given up whole; a cut that ends exactly where those rows are read is due.
         */
        NEEDS_SNAPSHOT
    }

    private static final Duration POLL = Duration.ofMillis(50);

    private final ChangeSource source;
    private final LakeSession lake;
    private final Map<TableId, TableRuntime> tables;
    private final Control control;
    private final RuntimeSettings settings;
    private final RowRefetch refetch;
    private final Progress progress;
    private final SourceWatch watch;
    private final Clock clock;
    private final CutTagging tagging;
    private final FailPoints failPoints;
    private final RowRepairs repairs;
    private final CutPace pace;
    private final Optional<DeadLetterBook> letters;
    private long nextCut;
    private Optional<CutWriter> open = Optional.empty();
    private long openedNanos;
    private Optional<Position> boundary = Optional.empty();
    private boolean atBoundary = true;
    private Map<TableId, String> stopping = new LinkedHashMap<>();
    private final Set<TableId> leftOut = new HashSet<>();

    /** Tables whose changes go into their loads. */
    private Map<TableRuntime, CutWriter.Drain> draining = Map.of();

    /** Whether readers can see anything of the stream's cuts. */
    private boolean visible = true;

    /** Up to where everything that this stream took is durable. */
    private volatile Optional<Position> drainedTo = Optional.empty();

    /** Whether the source can be told more than it was, though nothing has come since: loads have it now. */
    private boolean freed;

    /** The number of the cut that publishes loads; 0 when there are none. */
    private long joiningCut;

    private Runnable joined = () -> {};

    /** Whether the cut being committed may be confirmed as soon as it is durable; read by the committer's thread. */
    private volatile boolean confirmPublished = true;

    StreamPhase(
            ChangeSource source,
            LakeSession lake,
            Map<TableId, TableRuntime> tables,
            Control control,
            RuntimeSettings settings,
            RowRefetch refetch,
            Progress progress,
            SourceWatch watch,
            Clock clock,
            long nextCut,
            CutTagging tagging,
            FailPoints failPoints,
            Optional<DeadLetterBook> letters) {
        this.letters = letters;
        this.source = source;
        this.lake = lake;
        this.tables = tables;
        this.control = control;
        this.settings = settings;
        this.refetch = refetch;
        this.progress = progress;
        this.watch = watch;
        this.clock = clock;
        this.nextCut = nextCut;
        this.tagging = tagging;
        this.failPoints = failPoints;
        this.repairs = new RowRepairs(control);
        this.pace = new CutPace(settings);
    }

    /**
     * Lets the first cut publish the loads of tables among those that are followed. Called before {@link #run}, whose
     * goal must not let a cut end before the loads' last position.
     *
     * @param whenPublished runs when they are visible, before the source is told
     */
    void publishLoads(List<TableRuntime> joining, Runnable whenPublished) {
        if (joining.isEmpty()) {
            return;
        }
        CutWriter cut = openCut();
        joiningCut = cut.number();
        joined = whenPublished;
        try {
            joining.forEach(table -> table.publishLoad(cut));
        } catch (RuntimeException e) {
            cut.close();
            throw e;
        }
    }

    /** Puts the changes of tables among those that are followed into their loads. Called before {@link #run}. */
    void drain(Map<TableRuntime, CutWriter.Drain> into) {
        draining = Map.copyOf(into);
        freed = !into.isEmpty();
        visible = into.isEmpty()
                || tables.values().stream().anyMatch(table -> into.get(table) != CutWriter.Drain.INTO_LOAD);
    }

    /** Up to where everything that this stream took is durable; empty when that is not known of any place. */
    Optional<Position> drainedTo() {
        return drainedTo;
    }

    private CutWriter openCut() {
        CutWriter cut = lake.openCut(nextCut, refetch);
        open = Optional.of(cut);
        openedNanos = System.nanoTime();
        draining.forEach((table, into) -> {
            if (!table.isLeft()) {
                cut.drain(table.sink(), into);
            }
        });
        return cut;
    }

    /** The number that the next cut gets. */
    long nextCut() {
        return nextCut;
    }

    /**
     * Follows the log.
     *
     * @param goal a stream to an exact position rests for a stop only, any other for a pause too
     * @throws PipelineException when reading, writing or committing failed; the open cut is given up whole
     */
    End run(StreamStart start, StreamGoal goal) throws InterruptedException {
        try (CutCommitter committer = new CutCommitter(lake, control, this::published, tagging::tagged)) {
            try {
                source.start(start);
                // Nothing at or before the start is missing, so an idle source needs no word to be known as caught up.
                boundary = Optional.of(start.after());
                return follow(committer, goal);
            } catch (PipelineException e) {
                if (TableFailures.isOneTables(e)) {
                    // The others go on from where the cut before ends, so that one must be known to be durable.
                    committer.await();
                }
                throw e;
            } finally {
                open.ifPresent(CutWriter::close);
                open = Optional.empty();
                progress.lag().reset();
            }
        }
    }

    private End follow(CutCommitter committer, StreamGoal goal) throws InterruptedException {
        long stopDeadline = Long.MAX_VALUE;
        while (true) {
            boolean interrupted = goal.exact().isPresent() ? control.stopRequested() : control.interruptsStream();
            if (interrupted && stopDeadline == Long.MAX_VALUE) {
                stopDeadline = System.nanoTime() + settings.stopGrace().toNanos();
            }
            // Behind the target, what else the log has is the next run's.
            boolean ended = reaches(goal.exact()) || open.isEmpty() && reaches(goal.target());
            if (!atBoundary || !ended) {
                source.poll(POLL).ifPresent(this::take);
            }
            watch.lookAtLog();
            boolean reached = reaches(goal.target());
            boolean tags = goal.tags() && visible && stopping.isEmpty();
            boolean repairing = repair(committer, goal, interrupted);
            boolean forced = interrupted || reached || !stopping.isEmpty() || repairing || tags && isRequested();
            boolean tooEarly = goal.noCutBefore().isPresent() && !reaches(goal.noCutBefore());
            if (open.isPresent() && atBoundary && tooEarly) {
                leaveOutStopping();
                if (interrupted && joins()) {
                    // It may take long until the joining tables can appear; their load stays and joins later.
                    committer.await();
                    return End.INTERRUPTED;
                }
            }
            if (open.isPresent()
                    && atBoundary
                    && !tooEarly
                    && (forced || joins() || pace.isDue(open.get(), openedNanos, committer))) {
                if (mayClose()) {
                    close(committer, tags && tagging.isDueAt(boundary));
                } else if (reaches(goal.exact())) {
                    committer.await();
                    return End.NEEDS_LATER_CUT;
                } else if (goal.exact().isEmpty() && pace.isOverdue(open.get(), openedNanos)) {
                    committer.await();
                    return End.NEEDS_SNAPSHOT;
                }
            }
            if (open.isEmpty() && atBoundary) {
                watch.lookAtTables();
                settle(committer, forced);
                if (tags && !tooEarly && stopping.isEmpty()) {
                    tagLast(committer);
                }
                if (reached && !committer.isBusy()) {
                    return End.TARGET_REACHED;
                }
                if (interrupted && !committer.isBusy()) {
                    return End.INTERRUPTED;
                }
            }
            if (interrupted && System.nanoTime() > stopDeadline) {
                committer.await();
                return End.INTERRUPTED;
            }
        }
    }

    /** Whether the open cut is the one that publishes loads. */
    private boolean joins() {
        return open.isPresent() && open.get().number() == joiningCut;
    }

    /** Tables that stop before the open cut can end stop where their last cut was. */
    private void leaveOutStopping() {
        for (TableId source : stopping.keySet()) {
            TableRuntime table = tables.get(source);
            if (table != null && leftOut.add(source)) {
                open.orElseThrow().leaveOut(table.sink());
            }
        }
    }

    /**
     * Puts rows that are to be read again into the open cut, unless that has to end at a place of its own.
     *
     * @return whether the open cut has such rows, and so should end as soon as it has come past them
     */
    private boolean repair(CutCommitter committer, StreamGoal goal, boolean interrupted) throws InterruptedException {
        boolean free = goal.exact().isEmpty() && !interrupted && stopping.isEmpty() && !joins();
        if (free && atBoundary && repairs.isRequested()) {
            committer.await();
            Set<TableId> followed = new HashSet<>();
            for (TableRuntime table : tables.values()) {
                if (!table.isLeft()) {
                    followed.add(table.sink());
                }
            }
            repairs.apply(open.isPresent() ? open.get() : openCut(), followed);
        }
        return open.isPresent() && repairs.isIn(open.get().number());
    }

    private boolean reaches(Optional<Position> position) {
        return position.isPresent() && boundary.isPresent() && boundary.get().covers(position.get());
    }

    private void take(ChangeChunk chunk) {
        for (ColumnBatch batch : chunk.batches()) {
            apply(batch);
        }
        if (!chunk.batches().isEmpty()) {
            progress.lag().collected(chunk.committedAt().orElseGet(clock::instant));
        }
        atBoundary = chunk.boundary().isPresent();
        if (atBoundary) {
            boundary = chunk.boundary();
        }
        chunk.stopped().forEach((source, reason) -> {
            TableRuntime table = tables.get(source);
            if (table != null && !table.isPublished() && !table.isLeft()) {
                // A published table stops where the others are; a load ends at once.
                throw new PipelineException(ErrorKind.SCHEMA_CHANGED, source, reason, null);
            }
            stopping.put(source, reason);
        });
    }

    private void apply(ColumnBatch batch) {
        TableRuntime table = tables.get(batch.schema().table());
        if (table == null) {
            throw new PipelineException(
                    ErrorKind.INTERNAL,
                    "The change stream delivered table " + batch.schema().table()
                            + ", which this pipeline does not follow");
        }
        ColumnBatch transformed = table.transformed(batch, OpenRows.Target.of(draining.get(table)));
        table.countChanges(batch.rowCount());
        if (transformed.rowCount() == 0 && !table.hasLetters()) {
            return;
        }
        CutWriter cut = open.isPresent() ? open.get() : openCut();
        cut.apply(transformed);
    }

    /** Whether the open cut can end at this boundary; may read rows again that it cannot complete otherwise. */
    private boolean mayClose() {
        Optional<Position> notBefore = open.orElseThrow().notBefore();
        return notBefore.isEmpty() || reaches(notBefore);
    }

    private void close(CutCommitter committer, boolean tagged) throws InterruptedException {
        committer.await();
        // Behind the boundary: what was rewritten up to there shows.
        watch.requireTables();
        CutWriter cut = open.orElseThrow();
        PreparedCut prepared = cut.prepare(boundary.orElseThrow());
        open = Optional.empty();
        // Before the commit: what the cut leaves out is in the lake or in here at every moment.
        letters.ifPresent(book -> book.record(prepared.number(), prepared.position()));
        progress.lag().closed();
        if (visible) {
            nextCut++;
        }
        // A table that stops here must have that durably before the source forgets why.
        confirmPublished = stopping.isEmpty();
        if (tagged) {
            committer.submitTagged(prepared);
        } else {
            committer.submit(prepared);
        }
    }

    private boolean isRequested() {
        tagging.look();
        return tagging.isRequestedAt(boundary);
    }

    /** Nothing has changed since the last cut: that one is the state to be tagged. */
    private void tagLast(CutCommitter committer) throws InterruptedException {
        if (!committer.isBusy() && boundary.isPresent() && tagging.isDueForLast(nextCut - 1, boundary)) {
            committer.submitTag(nextCut - 1, boundary.get());
        }
    }

    /** Nothing is being collected: stops tables that have to be, and tells the source how far everything is durable. */
    private void settle(CutCommitter committer, boolean wait) throws InterruptedException {
        if (wait || !stopping.isEmpty()) {
            committer.await();
        }
        if (committer.isBusy() || boundary.isEmpty()) {
            return;
        }
        boolean stopped = !stopping.isEmpty();
        for (Map.Entry<TableId, String> entry : stopping.entrySet()) {
            TableRuntime table = tables.get(entry.getKey());
            if (table != null && !table.isLeft()) {
                Outcomes.require(lake.stop(table.sink(), entry.getValue()), "the stop of table " + table.sink());
                progress.tablesChanged(lake::tables);
            }
        }
        stopping = new LinkedHashMap<>();
        drainedTo = boundary;
        if (progress.durable(boundary.get()) || stopped || freed) {
            freed = false;
            confirm(boundary.get());
        }
    }

    /** On the committer's thread. */
    private void published(PreparedCut cut) {
        drainedTo = Optional.of(cut.position());
        letters.ifPresent(DeadLetterBook::published);
        if (visible) {
            progress.cutPublished(cut, lake::tables);
        } else {
            progress.cutDrained(cut, lake::tables);
        }
        if (cut.number() == joiningCut) {
            joined.run();
        }
        repairs.published(cut.number());
        if (confirmPublished) {
            confirm(cut.position());
        }
    }

    private void confirm(Position durable) {
        failPoints.reach(FailPoint.CONFIRM_BEFORE);
        source.confirm(durable);
        failPoints.reach(FailPoint.CONFIRM_AFTER);
    }
}
