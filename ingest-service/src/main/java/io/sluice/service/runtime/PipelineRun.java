package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.pipeline.source.StreamStart;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * One attempt at running a pipeline, from taking the lake over to the end or a failure. Where to begin is decided by the
 * lake and the source alone:
 *
 * <ol>
 *   <li>An unfinished cut (some table is ahead of what the source was told is safe) is completed at its own position.
 *   <li>Tables that are not published are read. When none is published yet, that is the first snapshot, and the stream
 *       begins at exactly its position. Otherwise they are read beside the stream and appear when it has passed their
 *       snapshot's position.
 *   <li>The stream is followed.
 * </ol>
 *
 * <p>Used by one thread.
 */
final class PipelineRun {

    /** How an attempt ended when it did not fail. */
    enum End {
        STOPPED,
        CAUGHT_UP
    }

    private static final long FIRST_CUT = 1;

    private final String name;
    private final PipelineConnectors connectors;
    private final FailPoints failPoints;
    private final TablePreparation preparation;
    private final RuntimeSettings settings;
    private final Control control;
    private final Progress progress;
    private final StateMachine state;
    private final Consumer<PipelineEvent> events;
    private final Clock clock;

    PipelineRun(
            String name,
            PipelineConnectors connectors,
            TablePreparation preparation,
            RuntimeSettings settings,
            Control control,
            Progress progress,
            StateMachine state,
            Consumer<PipelineEvent> events,
            Clock clock) {
        this.name = name;
        this.connectors = connectors;
        this.failPoints = connectors.failPoints();
        this.preparation = preparation;
        this.settings = settings;
        this.control = control;
        this.progress = progress;
        this.state = state;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Runs.
     *
     * @param mode when the run ends by itself
     */
    End run(Pipeline.RunMode mode) throws InterruptedException {
        try (SourceDatabase database = connectors.openDatabase();
                Lake lake = connectors.openLake()) {
            Optional<Position> target = mode == Pipeline.RunMode.UNTIL_CAUGHT_UP
                    ? Optional.of(database.currentPosition())
                    : Optional.empty();
            return run(database, lake, target);
        }
    }

    private End run(SourceDatabase database, Lake lake, Optional<Position> target) throws InterruptedException {
        Admission admission = Admission.decide(name, preparation.prepare(database.inspect()), lake);
        List<TableRuntime> tables = admission.tables();
        List<TableRuntime> followed = admission.followed();
        List<LakeTableSpec> specs = followed.stream().map(TableRuntime::spec).toList();
        Optional<Position> streamPosition = database.streamPosition();
        requireStream(followed, streamPosition);
        try (LakeSession session = lake.takeOver(name, specs, admission.left())) {
            recall(tables, session.tables());
            Optional<LakeCut> latestTag = completeTags(session);
            recall(tables, lake.inspect(admission.left().keySet()));
            followed.forEach(
                    table -> session.note(table.sink(), table.definition().notes()));
            boolean publishedAny = followed.stream().anyMatch(PipelineRun::isPublished);
            boolean unpublishedAny = followed.stream().anyMatch(table -> !isPublished(table));
            progress.begin(
                    tables,
                    session.epoch(),
                    unpublishedAny ? PipelinePhase.SNAPSHOT : PipelinePhase.CATCH_UP,
                    publishedAny ? streamPosition : Optional.empty());
            for (TableRuntime table : tables) {
                if (admission.left().containsKey(table.sink())) {
                    events.accept(new PipelineEvent.TableStopped(
                            name, table.source().toString(), table.state().detail()));
                }
            }
            requireSomeTable(tables, followed, streamPosition);
            if (!state.transitionUnlessStopping(PipelineState.RUNNING)) {
                return End.STOPPED;
            }
            Cursor cursor = new Cursor(database, session, tables, followed, latestTag);
            if (!publishedAny && !followed.isEmpty()) {
                if (streamPosition.isPresent()) {
                    // Left by a run that ended before it published anything: its snapshot is gone, so its slot is of no
                    // use.
                    failPoints.reach(FailPoint.SLOT_BEFORE_DROP);
                    database.dropStream();
                    failPoints.reach(FailPoint.SLOT_AFTER_DROP);
                }
                if (!cursor.firstSnapshot()) {
                    return End.STOPPED;
                }
            } else {
                cursor.reached = streamPosition;
                if (!cursor.completeUnfinishedCut() || unpublishedAny && !cursor.laterSnapshot()) {
                    return End.STOPPED;
                }
            }
            return cursor.follow(target);
        }
    }

    /** A crash between two tables' tags is made good before anything new is published. */
    private static Optional<LakeCut> completeTags(LakeSession session) {
        Optional<LakeCut> latest = session.latestTag();
        if (latest.isPresent() && !latest.get().tagged()) {
            long cut = latest.get().number();
            Outcomes.require(session.tag(cut), "the tag of cut " + cut);
        }
        return latest;
    }

    private static boolean isPublished(TableRuntime table) {
        return table.state().phase() == TablePhase.STREAMING;
    }

    private void recall(List<TableRuntime> tables, List<LakeTableState> states) {
        Map<TableId, LakeTableState> bySink = new HashMap<>();
        states.forEach(known -> bySink.put(known.table(), known));
        for (TableRuntime table : tables) {
            LakeTableState known = bySink.get(table.sink());
            if (known != null && known.pipeline().equals(name)) {
                table.state(known);
            }
        }
    }

    private void requireStream(List<TableRuntime> tables, Optional<Position> streamPosition) {
        if (streamPosition.isPresent()) {
            return;
        }
        for (TableRuntime table : tables) {
            if (isPublished(table)) {
                throw new PipelineException(
                        ErrorKind.SOURCE_LOST,
                        table.source(),
                        "Table " + table.sink() + " is published at position "
                                + table.state().position().orElse("unknown")
                                + ", but the source no longer has the replication slot of pipeline " + name
                                + " that would tell what changed since",
                        null);
            }
        }
    }

    /** A stream without any table still lets the source remove its log; without a stream nothing is left to do. */
    private void requireSomeTable(
            List<TableRuntime> tables, List<TableRuntime> followed, Optional<Position> streamPosition) {
        if (followed.isEmpty() && streamPosition.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.SCHEMA_CHANGED,
                    "Every table of pipeline " + name + " is stopped:\n"
                            + String.join(
                                    "\n",
                                    tables.stream()
                                            .map(table -> table.state().detail())
                                            .toList()));
        }
    }

    private Position positionOf(TableRuntime table) {
        return connectors.parsePosition(table.state().position().orElseThrow());
    }

    /** Where the run is: the stream's begin and the next cut's number move on from step to step. */
    private final class Cursor {

        private final SourceDatabase database;
        private final LakeSession session;
        private final List<TableRuntime> tables;
        private final List<TableRuntime> followed;
        private final CutTagging tagging;
        private Optional<Position> reached = Optional.empty();
        private Optional<Position> noCutBefore = Optional.empty();
        private long nextCut;

        Cursor(
                SourceDatabase database,
                LakeSession session,
                List<TableRuntime> tables,
                List<TableRuntime> followed,
                Optional<LakeCut> latestTag) {
            this.database = database;
            this.session = session;
            this.tables = tables;
            this.followed = followed;
            this.tagging = new CutTagging(control, settings.tagInterval(), latestTag, clock, database::currentPosition);
            // No number is used twice, not those of tables that were left behind, nor those of tags.
            this.nextCut = 1
                    + Math.max(
                            tables.stream()
                                    .mapToLong(table -> table.state().cut())
                                    .max()
                                    .orElse(0),
                            latestTag.map(LakeCut::number).orElse(0L));
        }

        private Position after() {
            return reached.orElseThrow();
        }

        /** Reads every table and publishes each as soon as it is complete. */
        boolean firstSnapshot() throws InterruptedException {
            long begun = System.nanoTime();
            failPoints.reach(FailPoint.SLOT_BEFORE_CREATION);
            try (SnapshotSession snapshot = database.beginStream(schemas(followed), schemas(followed))) {
                failPoints.reach(FailPoint.SLOT_AFTER_CREATION);
                Position position = snapshot.position();
                boolean complete = new SnapshotPhase(
                                snapshot,
                                session,
                                followed,
                                control,
                                state,
                                settings.snapshotParallelism(),
                                (table, files) -> publish(table, files, FIRST_CUT, position))
                        .run();
                if (!complete) {
                    return false;
                }
                reached = Optional.of(position);
                nextCut = FIRST_CUT + 1;
                progress.durable(position);
                handedOver(followed, position, begun);
                return true;
            }
        }

        /** Some table is ahead of what the source was told is safe: brings the others to the same cut first. */
        boolean completeUnfinishedCut() throws InterruptedException {
            List<TableRuntime> published =
                    followed.stream().filter(PipelineRun::isPublished).toList();
            Optional<Position> furthest = tables.stream()
                    .filter(table -> table.state().position().isPresent())
                    .map(table -> positionOf(table))
                    .reduce(Position::max);
            if (furthest.isEmpty() || after().covers(furthest.get())) {
                return true;
            }
            Position highest = furthest.get();
            long following = nextCut;
            nextCut = tables.stream()
                    .filter(table -> table.state().position().isPresent()
                            && positionOf(table).equals(highest))
                    .mapToLong(table -> table.state().cut())
                    .max()
                    .orElseThrow();
            StreamPhase.End end = stream(published, StreamGoal.completeCut(highest));
            nextCut = following;
            if (end == StreamPhase.End.NEEDS_LATER_CUT) {
                // Never published in all its tables, the cut becomes a part of the next one.
                noCutBefore = Optional.of(highest);
            }
            return end != StreamPhase.End.INTERRUPTED;
        }

        /** Reads tables that joined later, brings the stream to their snapshot's position, and publishes them there. */
        boolean laterSnapshot() throws InterruptedException {
            long begun = System.nanoTime();
            List<TableRuntime> published =
                    followed.stream().filter(PipelineRun::isPublished).toList();
            List<TableRuntime> joining =
                    followed.stream().filter(table -> !isPublished(table)).toList();
            Map<TableRuntime, List<SnapshotFiles>> staged = new ConcurrentHashMap<>();
            boolean done = false;
            failPoints.reach(FailPoint.JOIN_BEFORE_SNAPSHOT);
            try (SnapshotSession snapshot = database.beginSnapshot(schemas(followed), schemas(joining))) {
                failPoints.reach(FailPoint.JOIN_AFTER_SNAPSHOT);
                Position position = snapshot.position();
                if (!new SnapshotPhase(
                                snapshot, session, joining, control, state, settings.snapshotParallelism(), staged::put)
                        .run()) {
                    return false;
                }
                switch (stream(published, StreamGoal.upTo(position))) {
                    case INTERRUPTED -> {
                        return false;
                    }
                    case NEEDS_LATER_CUT ->
                        throw new PipelineException(
                                ErrorKind.SOURCE_UNAVAILABLE,
                                "The tables that join cannot appear at their snapshot's position " + position.text()
                                        + ": a row of another table had to be read again at a later one. They are read"
                                        + " again");
                    case TARGET_REACHED -> {}
                }
                long cut = nextCut++;
                for (Map.Entry<TableRuntime, List<SnapshotFiles>> entry :
                        Map.copyOf(staged).entrySet()) {
                    // From here on the session answers for the files: after an unknown outcome they may be in use.
                    staged.remove(entry.getKey());
                    publish(entry.getKey(), entry.getValue(), cut, position);
                }
                done = true;
                handedOver(joining, position, begun);
                return true;
            } finally {
                if (!done) {
                    staged.forEach((table, files) -> session.discard(table.sink(), files));
                }
            }
        }

        /** Follows the log until the end of the run; rests in between while a pause lasts. */
        End follow(Optional<Position> target) throws InterruptedException {
            while (true) {
                if (control.pauseRequested() && !control.stopRequested()) {
                    state.transitionUnlessStopping(PipelineState.PAUSED);
                    control.awaitResume();
                    state.transitionUnlessStopping(PipelineState.RUNNING);
                }
                if (control.stopRequested()) {
                    return End.STOPPED;
                }
                if (stream(followed, StreamGoal.follow(target, noCutBefore)) == StreamPhase.End.TARGET_REACHED) {
                    return End.CAUGHT_UP;
                }
            }
        }

        private StreamPhase.End stream(List<TableRuntime> tables, StreamGoal goal) throws InterruptedException {
            Map<TableId, TableRuntime> bySource = new LinkedHashMap<>();
            Map<TableId, Position> tableAfter = new HashMap<>();
            for (TableRuntime table : tables) {
                if (table.isStopped()) {
                    continue;
                }
                bySource.put(table.source(), table);
                Position own = positionOf(table);
                if (!after().covers(own)) {
                    tableAfter.put(table.source(), own);
                }
            }
            progress.streamBegins(database.currentPosition());
            try (ChangeSource changes = connectors.openChanges()) {
                StreamPhase phase = new StreamPhase(
                        changes,
                        session,
                        bySource,
                        control,
                        settings,
                        new SourceRefetch(database, tables),
                        progress,
                        database::logEnd,
                        clock,
                        nextCut,
                        tagging,
                        failPoints);
                try {
                    return phase.run(
                            new StreamStart(schemas(bySource.values()), after(), tableAfter, goal.exact()), goal);
                } finally {
                    nextCut = phase.nextCut();
                    progress.durable().ifPresent(durable -> reached = Optional.of(Position.max(durable, after())));
                }
            }
        }

        private void publish(TableRuntime table, List<SnapshotFiles> files, long cut, Position position) {
            Outcomes.require(
                    session.publish(table.sink(), files, cut, position), "the snapshot of table " + table.sink());
            long rows = files.stream().mapToLong(SnapshotFiles::rows).sum();
            progress.tablePublished(table, rows, files.size(), position, session.tables());
        }

        private void handedOver(List<TableRuntime> read, Position position, long begunNanos) {
            failPoints.reach(FailPoint.HANDOVER_BEFORE_STREAM);
            long rows = read.stream().mapToLong(TableRuntime::rowsRead).sum();
            double seconds = Duration.ofNanos(System.nanoTime() - begunNanos).toMillis() / 1000.0;
            events.accept(new PipelineEvent.HandedOver(name, position.text(), rows, seconds));
        }

        private List<TableSchema> schemas(Iterable<TableRuntime> tables) {
            List<TableSchema> schemas = new ArrayList<>();
            tables.forEach(table -> schemas.add(table.sourceSchema()));
            return schemas;
        }
    }
}
