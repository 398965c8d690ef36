package io.sluice.service.runtime;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.SourceDatabase;
import java.util.List;
import java.util.Optional;

/**
 * The way back from a change stream with a gap: every published table is loaded anew with a new stream, and the old content
 * stays readable until all the new appears in one cut.
 *
 * <p>In this order: each published table is stopped where it is and its load asked for, in one commit; what is left of the
 * old stream is dropped; the first load begins with a new one. A run that breaks off before the last table is stopped finds
 * the stream lost again; one that breaks off later finds no published table, which is how every first load begins. Used by
 * one thread.
 */
final class StreamLoss {

    /** The name of the note that says which database a table was filled from. */
    static final String SOURCE_NOTE = "source-database";

    private final PipelineRun run;
    private final SourceDatabase database;
    private final PipelineException cause;

    private StreamLoss(PipelineRun run, SourceDatabase database, PipelineException cause) {
        this.run = run;
        this.database = database;
        this.cause = cause;
    }

    /** Why the stream cannot be followed any more, as far as the source says or an attempt before this one found out. */
    static Optional<PipelineException> cause(PipelineRun run, SourceDatabase database) {
        Optional<PipelineException> known = run.control.streamLost();
        if (known.isPresent()) {
            return known;
        }
        try {
            database.streamPosition();
            return Optional.empty();
        } catch (PipelineException e) {
            if (e.kind() != ErrorKind.SOURCE_LOST) {
                throw e;
            }
            return Optional.of(e);
        }
    }

    /**
     * The loss, when there is one, after making sure that the way back may be taken. Changes nothing.
     *
     * @param known why the stream cannot be followed, from {@link #cause}
     * @throws PipelineException {@code SOURCE_LOST} when the pipeline is told to fail, {@code CONFIGURATION} when the database
     *     is not the one that the tables were filled from
     */
    static Optional<StreamLoss> find(
            PipelineRun run, SourceDatabase database, Optional<PipelineException> known, List<TableRuntime> tables) {
        if (known.isEmpty() && database.streamPosition().isPresent()) {
            return Optional.empty();
        }
        Optional<PipelineException> cause = known.or(() ->
                tables.stream().filter(TableRuntime::isPublished).findFirst().map(table -> missing(run.name, table)));
        if (cause.isPresent() && run.settings.onLostSlot() == OnLostSlot.FAIL) {
            throw cause.get();
        }
        // Also where a way back broke off after the last table was stopped.
        requireSameSource(run, database, tables);
        return cause.map(reason -> new StreamLoss(run, database, reason));
    }

    private static PipelineException missing(String pipeline, TableRuntime table) {
        return new PipelineException(
                ErrorKind.SOURCE_LOST,
                table.source(),
                "Table " + table.sink() + " is published at position "
                        + table.state().position().orElse("unknown")
                        + ", but the source no longer has the replication slot of pipeline " + pipeline
                        + " that would tell what changed since",
                null);
    }

    /** Whatever answers at the address now: its rows must not silently take the place of another database's. */
    static void requireSameSource(PipelineRun run, SourceDatabase database, List<TableRuntime> tables) {
        String found = database.identity();
        Position logEnd = database.logEnd();
        for (TableRuntime table : tables) {
            Optional<String> position = table.state().position();
            if (position.isEmpty() || table.isLeft()) {
                continue;
            }
            String expected = table.state().notes().getOrDefault(SOURCE_NOTE, "");
            if (!expected.equals(found)) {
                throw another(
                        run.name,
                        table,
                        "was filled from database "
                                + (expected.isEmpty() ? "unknown (nothing was noted)" : "'" + expected + "'")
                                + ", found '" + found + "' (system identifier and name)");
            }
            if (!logEnd.covers(run.connectors.parsePosition(position.get()))) {
                throw another(
                        run.name,
                        table,
                        "is at position " + position.get() + ", but the log ends at " + logEnd.text()
                                + ": the database was set back to an earlier state");
            }
        }
    }

    private static PipelineException another(String pipeline, TableRuntime table, String what) {
        return new PipelineException(
                ErrorKind.CONFIGURATION,
                table.source(),
                "The change stream of pipeline " + pipeline + " is lost, and the source is not what it was: lake table "
                        + table.sink() + " " + what
                        + ". Nothing is loaded or changed. Correct the source's address; if this"
                        + " database is to take the other's place, drop the pipeline's lake tables and start it again.",
                null);
    }

    /** Leaves the published tables where they are, to be loaded anew, and drops what is left of the stream. */
    void begin(LakeSession session, List<TableRuntime> followed) {
        String reason = String.valueOf(cause.getMessage());
        run.events.accept(new PipelineEvent.StreamLost(run.name, reason));
        for (TableRuntime table : followed) {
            if (table.isPublished()) {
                Outcomes.require(
                        session.stopForLoad(
                                table.sink(),
                                "Changes since cut " + table.state().cut() + " are lost, and the table is loaded anew. "
                                        + reason),
                        "the request to load table " + table.sink() + " anew");
                table.resetSnapshot();
            }
        }
        run.failPoints.reach(FailPoint.SLOT_BEFORE_DROP);
        database.dropStream();
        run.failPoints.reach(FailPoint.SLOT_AFTER_DROP);
        run.control.streamReplaced();
    }
}
