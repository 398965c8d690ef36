package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.pipeline.source.SourceDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The steps of a run that owns the lake: the stream's begin and the next cut's number move on from step to step.
 *
 * <p>Invariants: the source is told of no position behind the first one of a load that is not published and does not have
 * the changes since then itself; a cut that publishes loads ends behind the last position of each; a table without a key
 * is never read at two positions. Used by one thread.
 */
final class RunCourse {

    private final PipelineRun run;
    private final SourceDatabase database;
    private final LakeSession session;
    private final List<TableRuntime> tables;
    private final List<TableRuntime> followed;
    private final CutTagging tagging;
    private final StorageWatch storage;
    private final TableLoads loads;
    private final ReplayPlaces replay;

    private final Optional<DeadLetterBook> letters;

    /** How far the stream is durable; empty before there is one. */
    private Optional<Position> reached;

    private Optional<Position> noCutBefore = Optional.empty();
    private long nextCut;

    /** Whether loads that are being read take changes. */
    private volatile boolean drains;

    /**
     * Begins where the lake and the source are.
     *
     * @param tables all tables, with those that were left behind
     * @param followed the tables that are not stopped
     * @param latestTag the last cut that was tagged
     * @param streamPosition what the source has been told is safe; empty when there is no stream yet
     */
    RunCourse(
            PipelineRun run,
            SourceDatabase database,
            LakeSession session,
            List<TableRuntime> tables,
            List<TableRuntime> followed,
            Optional<LakeCut> latestTag,
            Optional<Position> streamPosition,
            Optional<DeadLetterBook> letters) {
        this.letters = letters;
        this.run = run;
        this.database = database;
        this.session = session;
        this.tables = tables;
        this.followed = followed;
        this.reached = streamPosition;
        this.storage = new StorageWatch(database, session);
        this.tagging = new CutTagging(
                run.control, run.settings.tagInterval(), latestTag, run.clock, database::currentPosition);
        // No number is used twice, not those of tables that were left behind, nor those of tags.
        this.nextCut = 1
                + Math.max(
                        tables.stream()
                                .mapToLong(table -> table.state().cut())
                                .max()
                                .orElse(0),
                        latestTag.map(LakeCut::number).orElse(0L));
        this.loads = new TableLoads(run, database, session, followed, storage, streamPosition, letters);
        this.replay = new ReplayPlaces(run.connectors::parsePosition, loads, () -> reached);
        letters.ifPresent(book -> book.begin(replay));
        loads.giveUpUseless(reached);
        loads.hold();
    }

    /** Reads every table; they appear together once all are complete. */
    boolean firstLoad() throws InterruptedException {
        if (loads.pending().noneMatch(table -> loads.first(table).isPresent())) {
            if (reached.isPresent()) {
                // Left by a run that ended before anything was durable: its snapshot is gone, so its slot is of no use.
                run.failPoints.reach(FailPoint.SLOT_BEFORE_DROP);
                database.dropStream();
                run.failPoints.reach(FailPoint.SLOT_AFTER_DROP);
            }
            run.failPoints.reach(FailPoint.SLOT_BEFORE_CREATION);
            try (SnapshotSession snapshot =
                    database.beginStream(TableLoads.schemas(followed), TableLoads.schemas(followed))) {
                run.failPoints.reach(FailPoint.SLOT_AFTER_CREATION);
                reached = Optional.of(snapshot.position());
                loads.holdAt(snapshot.position());
                if (!readAll(() -> loads.read(snapshot, followed, this::restToDrain))) {
                    return false;
                }
            }
        } else if (!readAll(() -> loads.readMissing(this::restToDrain))) {
            return false;
        }
        Position begin = reached.orElseThrow();
        if (followed.stream().allMatch(table -> loads.isWholeAt(table, begin))) {
            publishAt(begin);
        }
        return true;
    }

    /** Lets tables be read of which none is published; when that lasts long, their loads take the changes meanwhile. */
    private boolean readAll(BackgroundLoad.Work reading) throws InterruptedException {
        try (BackgroundLoad load = BackgroundLoad.start(run.name, reading, run.control)) {
            while (!load.isDone()) {
                showPause();
                if (run.control.stopRequested() || run.control.reloadRequested()) {
                    return !run.control.stopRequested();
                }
                run.control.clearRest();
                List<TableRuntime> draining = run.control.pauseRequested() ? List.of() : drain();
                if (draining.isEmpty()) {
                    load.awaitAWhile();
                } else {
                    stream(List.of(), List.of(), draining, StreamGoal.follow(Optional.empty(), Optional.empty()));
                }
            }
        } catch (PipelineException e) {
            // Of a table that is left behind: what is missing of the others is read beside the stream.
            if (!TableFailures.isLeftTables(e, followed)) {
                if (e.kind() != ErrorKind.SCHEMA_CHANGED) {
                    throw e;
                }
                leaveBehind(e);
            }
        }
        showPause();
        return !run.control.stopRequested();
    }

    /** Lets the stream rest, so that it can be begun again with the changes of tables whose loading lasts long. */
    private void restToDrain() {
        Optional<Position> durable = run.progress.durable();
        if (!drains && durable.isPresent() && loads.drainDue(durable.get()).isPresent()) {
            run.control.requestRest();
        }
    }

    /**
     * When loading has lasted long enough, makes every load take its table's changes from here on, where the others are.
     * Changes since the load's first position that the others have already are read once more before.
     *
     * @return the tables, none when it is not time yet or a stop came in between
     */
    private List<TableRuntime> drain() throws InterruptedException {
        Optional<Position> read = loads.drainDue(reached.orElseThrow());
        if (read.isEmpty()) {
            return List.of();
        }
        drains = true;
        List<TableRuntime> draining = loads.beginDrains(read.get());
        List<TableRuntime> behind = loads.drains().behind(draining, reached.orElseThrow());
        if (!behind.isEmpty()) {
            stream(List.of(), List.of(), behind, StreamGoal.completeCut(reached.orElseThrow()));
        }
        return run.control.stopRequested() ? List.of() : draining;
    }

    private void showPause() {
        run.state.transitionUnlessStopping(run.control.pauseRequested() ? PipelineState.PAUSED : PipelineState.RUNNING);
    }

    /** Every part of every table was read at the stream's begin: nothing has to be caught up with. */
    private void publishAt(Position position) throws InterruptedException {
        List<TableRuntime> joining = List.copyOf(followed);
        Runnable visible = loads.whenVisible(joining, () -> position);
        try (CutWriter cut = session.openCut(nextCut, new SourceRefetch(database, joining));
                CutCommitter committer = new CutCommitter(
                        session,
                        run.control,
                        published -> {
                            letters.ifPresent(DeadLetterBook::published);
                            visible.run();
                        },
                        tagging::tagged)) {
            joining.forEach(table -> table.publishLoad(cut));
            PreparedCut prepared = cut.prepare(position);
            letters.ifPresent(book -> book.record(prepared.number(), position));
            committer.submit(prepared);
            committer.await();
        }
        nextCut++;
        run.progress.durable(position);
    }

    /** Some table is ahead of what the source was told is safe: brings the others to the same cut first. */
    boolean completeUnfinishedCut() throws InterruptedException {
        List<TableRuntime> published =
                followed.stream().filter(TableRuntime::isPublished).toList();
        // Tables that were left behind had their part of the cut all the same.
        List<TableRuntime> positioned = tables.stream()
                .filter(table -> table.state().position().isPresent())
                .toList();
        Optional<Position> furthest = positioned.stream().map(this::positionOf).reduce(Position::max);
        if (furthest.isEmpty()) {
            return true;
        }
        Position highest = furthest.get();
        long number = positioned.stream()
                .filter(table -> positionOf(table).equals(highest))
                .mapToLong(table -> table.state().cut())
                .max()
                .orElseThrow();
        long following = nextCut;
        // A load that was to be published with the cut is a part of it.
        List<TableRuntime> joining = loads.pending()
                .filter(table -> TableLoads.isComplete(table)
                        && table.state().cut() < number
                        && highest.covers(loads.last(table).orElseThrow()))
                .toList();
        if (after(joining, List.of()).covers(highest) && joining.isEmpty()) {
            return true;
        }
        nextCut = number;
        StreamPhase.End end = stream(published, joining, List.of(), StreamGoal.completeCut(highest));
        nextCut = following;
        if (end == StreamPhase.End.NEEDS_LATER_CUT) {
            // Never published in all its tables, the cut becomes a part of the next one.
            noCutBefore = Optional.of(highest);
        }
        return end != StreamPhase.End.INTERRUPTED;
    }

    /**
     * Follows the log until the end of the run; rests in between while a pause lasts. What is missing of tables is read
     * beside it, and when it is complete the stream is begun again from where these tables need it.
     */
    PipelineRun.End follow(Optional<Position> target) throws InterruptedException {
        while (loads.incomplete().findAny().isPresent()) {
            reached.ifPresent(loads::holdAt);
            drains = false;
            try (BackgroundLoad load =
                    BackgroundLoad.start(run.name, () -> loads.readMissing(this::restToDrain), run.control)) {
                return follow(target, Optional.of(load));
            } catch (PipelineException e) {
                // The tables that were read with it go on from what is durable of them.
                if (!TableFailures.isLeftTables(e, followed)) {
                    leaveBehind(e);
                }
                loads.giveUpUseless(reached);
            }
        }
        return follow(target, Optional.empty());
    }

    private PipelineRun.End follow(Optional<Position> target, Optional<BackgroundLoad> load)
            throws InterruptedException {
        while (true) {
            if (run.control.pauseRequested() && !run.control.stopRequested()) {
                run.state.transitionUnlessStopping(PipelineState.PAUSED);
                run.control.awaitResume();
                run.state.transitionUnlessStopping(PipelineState.RUNNING);
            }
            if (run.control.stopRequested()) {
                return PipelineRun.End.STOPPED;
            }
            if (run.control.reloadRequested()) {
                return PipelineRun.End.RELOAD;
            }
            run.control.clearRest();
            boolean loaded = load.isEmpty() || load.get().isDone();
            List<TableRuntime> joining = loaded ? loads.pending().toList() : List.of();
            List<TableRuntime> published = followed.stream()
                    .filter(table -> table.isPublished() && !joining.contains(table))
                    .toList();
            List<TableRuntime> draining = loaded ? List.of() : drain();
            StreamGoal goal = StreamGoal.follow(loaded ? target : Optional.empty(), bound(published, joining));
            switch (stream(published, joining, draining, goal)) {
                case TARGET_REACHED -> {
                    return PipelineRun.End.CAUGHT_UP;
                }
                case NEEDS_SNAPSHOT -> cutAtSnapshot(published, joining);
                case INTERRUPTED, NEEDS_LATER_CUT -> {}
            }
        }
    }

    /**
     * Rows that have to be read again came faster than a cut could end behind them: reads them all at the position of one
     * snapshot, and ends the cut there.
     */
    private void cutAtSnapshot(List<TableRuntime> published, List<TableRuntime> joining) throws InterruptedException {
        List<TableRuntime> streaming = Stream.concat(published.stream(), joining.stream())
                .filter(table -> !table.isLeft())
                .toList();
        try (SnapshotSession snapshot =
                database.beginSnapshot(TableLoads.schemas(followed), TableLoads.schemas(streaming), Map.of())) {
            stream(
                    published,
                    joining,
                    List.of(),
                    StreamGoal.completeCut(snapshot.position()),
                    new SnapshotRefetch(snapshot, streaming));
        }
    }

    /** Where the next cut may end: behind everything that some table has already. */
    private Optional<Position> bound(List<TableRuntime> published, List<TableRuntime> joining) {
        if (joining.isEmpty()) {
            return noCutBefore;
        }
        return Stream.of(
                        noCutBefore.stream(),
                        published.stream().map(this::positionOf),
                        joining.stream().flatMap(table -> loads.last(table).stream()))
                .flatMap(positions -> positions)
                .reduce(Position::max);
    }

    private StreamPhase.End stream(
            List<TableRuntime> published, List<TableRuntime> joining, List<TableRuntime> draining, StreamGoal goal)
            throws InterruptedException {
        return stream(published, joining, draining, goal, new SourceRefetch(database, followed));
    }

    /** A table that fails is left behind at its last cut, and what it shared a cut with is read again without it. */
    private StreamPhase.End stream(
            List<TableRuntime> published,
            List<TableRuntime> joining,
            List<TableRuntime> draining,
            StreamGoal goal,
            RowRefetch refetch)
            throws InterruptedException {
        while (true) {
            List<TableRuntime> joinable =
                    joining.stream().filter(table -> !table.isLeft()).toList();
            List<TableRuntime> drainable =
                    draining.stream().filter(table -> !table.isLeft()).toList();
            try {
                return streamOnce(published, joinable, drainable, goal, refetch);
            } catch (PipelineException e) {
                leaveBehind(e);
            }
        }
    }

    /**
     * Stops the table whose failure it is, and gives its load up; any other failure is thrown on, as is that of a load that
     * is to be begun anew.
     */
    private void leaveBehind(PipelineException failure) {
        TableRuntime failed = TableFailures.concerned(failure, followed).orElseThrow(() -> failure);
        if (TableFailures.loadsAgain(failure, followed, run.control).isPresent()) {
            throw failure;
        }
        String reason = String.valueOf(failure.getMessage());
        Outcomes.require(session.stop(failed.sink(), reason), "the stop of table " + failed.sink());
        run.progress.tablesChanged(session::tables);
    }

    private StreamPhase.End streamOnce(
            List<TableRuntime> published,
            List<TableRuntime> joining,
            List<TableRuntime> draining,
            StreamGoal goal,
            RowRefetch refetch)
            throws InterruptedException {
        StreamTables following =
                StreamTables.of(published, joining, draining, after(joining, draining), this::positionOf, loads);
        if (following.isVisible()) {
            run.progress.streamBegins(database.currentPosition());
        }
        letters.ifPresent(book -> book.begin(replay));
        loads.feed(draining);
        try (ChangeSource changes = loads.over(run.connectors.openChanges())) {
            StreamPhase phase = new StreamPhase(
                    changes,
                    session,
                    following.bySource(),
                    run.control,
                    following.isVisible() ? run.settings : run.settings.forDrainOnly(),
                    refetch,
                    run.progress,
                    new SourceWatch(
                            database::logEnd,
                            () -> storage.check(following.bySource().values()),
                            run.progress),
                    run.clock,
                    nextCut,
                    tagging,
                    run.failPoints,
                    letters);
            phase.drain(following.draining());
            phase.publishLoads(
                    joining,
                    loads.whenVisible(joining, () -> run.progress.durable().orElseThrow()));
            try {
                return phase.run(following.start(goal), goal);
            } finally {
                nextCut = phase.nextCut();
                Position begun = reached.orElseThrow();
                run.progress.durable().ifPresent(durable -> reached = Optional.of(Position.max(durable, begun)));
                loads.fedUpTo(phase.drainedTo());
            }
        }
    }

    /** Where the stream has to begin. */
    private Position after(List<TableRuntime> joining, List<TableRuntime> draining) {
        return Stream.concat(joining.stream(), draining.stream())
                .flatMap(table -> loads.streamFrom(table).stream())
                .reduce(reached.orElseThrow(), Position::min);
    }

    private Position positionOf(TableRuntime table) {
        return run.connectors.parsePosition(table.state().position().orElseThrow());
    }
}
