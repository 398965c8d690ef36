package io.sluice.service.runtime;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.DeadLetterLog;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SourceDatabase;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One attempt at running a pipeline, from taking the lake over to the end or a failure. Where to begin is decided by the
 * lake and the source alone:
 *
 * <ol>
 *   <li>An unfinished cut (some table is ahead of what the source was told is safe) is completed at its own position.
 *   <li>What is missing of tables that are not published is read. When none is published yet, that is done first; when
 *       nothing of it was read before, the stream begins at exactly the snapshot's position, and all tables appear there.
 *       Otherwise it is done beside the stream, and the tables appear together with the others' cut when the stream has
 *       passed the last position that a part of them was read at.
 *   <li>The stream is followed.
 * </ol>
 *
 * <p>The steps themselves are {@link RunCourse}'s.
 *
 * <p>Used by one thread.
 */
final class PipelineRun {

    /** How an attempt ended when it did not fail. */
    enum End {
        STOPPED,
        CAUGHT_UP,
        /** Another run has to follow, which loads tables anew. */
        RELOAD
    }

    final String name;
    final PipelineConnectors connectors;
    final FailPoints failPoints;
    private final TablePreparation preparation;
    final RuntimeSettings settings;
    final Control control;
    final Progress progress;
    final StateMachine state;
    final Consumer<PipelineEvent> events;
    final Clock clock;

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
        try (ProcessBudget.Taken share = connectors.beginRun();
                SourceDatabase database = connectors.openDatabase();
                Lake lake = connectors.openLake()) {
            Succession succession = new Succession(name, progress);
            // Before a look at the source: a successor may have dropped the stream that this process had.
            succession.requireNone(lake);
            try {
                Optional<Position> target = mode == Pipeline.RunMode.UNTIL_CAUGHT_UP
                        ? Optional.of(database.currentPosition())
                        : Optional.empty();
                return run(database, lake, target);
            } catch (PipelineException e) {
                throw succession.explain(e, lake);
            }
        }
    }

    private End run(SourceDatabase database, Lake lake, Optional<Position> target) throws InterruptedException {
        Optional<PipelineException> lost = StreamLoss.cause(this, database);
        if (lost.isPresent() && settings.onLostSlot() == OnLostSlot.FAIL) {
            // First, for a stream that was lost needs more than what else may be amiss.
            throw lost.get();
        }
        TablePreparation.Prepared prepared = preparation.prepare(database.inspect());
        Set<TableId> reloads = control.beginReloads();
        boolean gone = lost.isPresent() || database.streamPosition().isEmpty();
        Admission.Stream stream = new Admission.Stream(
                gone ? Admission.Stream.Tables.ALL : Admission.Stream.Tables.SOME, control.leftOut());
        Admission admission = AdmissionReview.decide(name, prepared, database, lake, reloads, stream);
        List<TableRuntime> tables = admission.tables();
        List<TableRuntime> followed = admission.followed();
        List<LakeTableSpec> specs = admission.specs();
        Optional<StreamLoss> loss = StreamLoss.find(this, database, lost, tables);
        StreamGap known = loss.isPresent()
                ? StreamGap.NONE
                : StreamGap.of(followed, admission.stream().leftOut());
        known.requireWayBack(this, database);
        try (LakeSession session = lake.takeOver(name, specs, admission.left())) {
            progress.owned(tables, session.epoch());
            recall(tables, session.tables());
            // Whoever reads it is fenced by now, or is what the server has not noticed yet of an attempt before.
            database.takeStream();
            Optional<Position> streamPosition = loss.isPresent() ? Optional.empty() : database.streamPosition();
            Optional<LakeCut> latestTag = completeTags(session);
            recall(tables, lake.inspect(admission.left().keySet()));
            String source = database.identity();
            for (TableRuntime table : followed) {
                session.note(table.sink(), table.definition().notes());
                session.note(table.sink(), Map.of(StreamLoss.SOURCE_NOTE, source));
                session.note(table.sink(), Map.of(StorageWatch.NOTE, table.storageMark()));
                if (!known.contains(table)) {
                    table.streamMark(table.streamFound());
                    session.note(table.sink(), Map.of(StreamGap.NOTE, table.streamFound()));
                }
            }
            loss.ifPresent(found -> found.begin(session, followed));
            if (streamPosition.isPresent()) {
                known.with(database.restrictStream(schemas(followed)), followed).begin(this, session);
            }
            askLoads(session, admission);
            // A load may be of no use any more because of what was noted.
            recall(followed, session.tables());
            boolean publishedAny = followed.stream().anyMatch(TableRuntime::isPublished);
            progress.begin(phase(followed), publishedAny ? streamPosition : Optional.empty());
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
            followed.forEach(table -> table.load().ifPresent(table::resumeSnapshot));
            Optional<DeadLetterBook> letters = settings.deadLetters()
                    .map(letterTable -> openLetters(letterTable, lake, session, tables, followed));
            RunCourse course =
                    new RunCourse(this, database, session, tables, followed, latestTag, streamPosition, letters);
            try {
                boolean running =
                        publishedAny || followed.isEmpty() ? course.completeUnfinishedCut() : course.firstLoad();
                return running ? course.follow(target) : End.STOPPED;
            } catch (PipelineException e) {
                loadAgain(e, session, followed);
                return End.RELOAD;
            }
        }
    }

    /**
     * A table that changed while it was loaded is loaded anew by the next run, with the columns that it has then. Nobody
     * reads or writes any more for the load that is given up, so that nothing can be added to it behind this.
     */
    private void loadAgain(PipelineException failure, LakeSession session, List<TableRuntime> followed) {
        TableRuntime table =
                TableFailures.loadsAgain(failure, followed, control).orElseThrow(() -> failure);
        control.loadsAgain(table.source());
        Outcomes.require(session.askLoad(table.sink()), "the request to load table " + table.sink() + " anew");
        events.accept(
                new PipelineEvent.LoadBegunAnew(name, table.source().toString(), String.valueOf(failure.getMessage())));
    }

    private DeadLetterBook openLetters(
            DeadLetterSettings letters,
            Lake lake,
            LakeSession session,
            List<TableRuntime> tables,
            List<TableRuntime> followed) {
        DeadLetterLog log = lake.deadLetters(
                name,
                letters.table(),
                session.epoch(),
                tables.stream().map(TableRuntime::sink).toList());
        followed.forEach(table -> table.setAside(letters, clock));
        return new DeadLetterBook(name, log, followed, connectors::parsePosition, events);
    }

    /** What a run is at that begins with these tables. */
    private static PipelinePhase phase(List<TableRuntime> followed) {
        if (followed.stream().allMatch(TableRuntime::isPublished)) {
            return PipelinePhase.CATCH_UP;
        }
        return followed.stream().allMatch(TableRuntime::isReloading)
                ? PipelinePhase.RESNAPSHOT
                : PipelinePhase.SNAPSHOT;
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

    private static List<TableSchema> schemas(List<TableRuntime> tables) {
        return tables.stream().map(TableRuntime::sourceSchema).toList();
    }

    /** Tables that are to be loaded anew are known to the lake from here on, whatever becomes of this process. */
    private void askLoads(LakeSession session, Admission admission) {
        for (TableRuntime table : admission.reloaded()) {
            Outcomes.require(session.askLoad(table.sink()), "the request to load table " + table.sink() + " anew");
            control.reloadNoted(table.source());
            table.resetSnapshot();
        }
        for (TableRuntime table : admission.tables()) {
            if (!table.isKnown()) {
                // Not before its rule fits again.
                control.reloadNoted(table.source());
            }
        }
        for (TableRuntime table : admission.leftForReload()) {
            if (admission.wasStopped(table)) {
                control.reloadNoted(table.source());
            } else {
                // It is stopped now; the next run loads it.
                control.requestReload(table.source());
            }
        }
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
}
