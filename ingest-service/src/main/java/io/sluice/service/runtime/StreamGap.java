package io.sluice.service.runtime;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceDatabase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tables that a change stream which is there did not include for a while: changes of theirs have passed it by. They are
 * stopped where they are and loaded anew, as with a stream that is lost, the others stream on. A table that was taken out of
 * the pipeline's file and has come back is one of them, and nobody's mistake.
 *
 * @param lost tables that the last run followed
 * @param returned tables that it did not
 */
record StreamGap(List<TableRuntime> lost, List<TableRuntime> returned) {

    /** The name of the note that says what part a table has in the change stream. */
    static final String NOTE = LakeSession.PASSING + "stream";

    static final StreamGap NONE = new StreamGap(List.of(), List.of());

    /** Whether rows of the table are durable to which the stream has to bring the changes. */
    private static boolean hasHistory(TableRuntime table) {
        return table.isPublished()
                || table.load()
                        .filter(load ->
                                !load.ranges().isEmpty() || load.drained().isPresent())
                        .isPresent();
    }

    /**
     * Whether the stream did not include a table all the time between what the lake has noted of it and now.
     *
     * @param found the table's part in the stream now
     * @param source the database that is there now: another one has other marks, and is told apart elsewhere
     */
    static boolean isIn(TableRuntime table, String found, String source) {
        if (!hasHistory(table)) {
            return false;
        }
        boolean comparable = !table.streamMark().isEmpty()
                && source.equals(table.state().notes().get(StreamLoss.SOURCE_NOTE));
        return comparable ? !table.streamMark().equals(found) : found.isEmpty();
    }

    /** The gap in the streams of these tables: the last run owned all that it followed in one epoch. */
    static StreamGap of(List<TableRuntime> followed, Set<TableId> gaps) {
        long lastRun = followed.stream()
                .filter(StreamGap::hasHistory)
                .mapToLong(table -> table.state().epoch())
                .max()
                .orElse(0);
        List<TableRuntime> concerned =
                followed.stream().filter(table -> gaps.contains(table.source())).toList();
        return new StreamGap(
                concerned.stream()
                        .filter(table -> table.state().epoch() == lastRun)
                        .toList(),
                concerned.stream()
                        .filter(table -> table.state().epoch() != lastRun)
                        .toList());
    }

    boolean contains(TableRuntime table) {
        return lost.contains(table) || returned.contains(table);
    }

    /** The same, with tables that have turned out to be left out. */
    StreamGap with(Set<TableId> missing, List<TableRuntime> followed) {
        Set<TableId> gaps = new HashSet<>(missing);
        lost.forEach(table -> gaps.remove(table.source()));
        List<TableRuntime> all = followed.stream()
                .filter(table -> returned.contains(table) || gaps.contains(table.source()))
                .filter(StreamGap::hasHistory)
                .toList();
        return new StreamGap(lost, all);
    }

    /**
     * Returns when the tables may be loaded anew. Changes nothing.
     *
     * @throws PipelineException as {@link StreamLoss#find} does
     */
    void requireWayBack(PipelineRun run, SourceDatabase database) {
        if (lost.isEmpty()) {
            return;
        }
        if (run.settings.onLostSlot() == OnLostSlot.FAIL) {
            throw new PipelineException(ErrorKind.SOURCE_LOST, lost.get(0).source(), reason(run.name), null);
        }
        StreamLoss.requireSameSource(run, database, lost);
    }

    private String reason(String pipeline) {
        return "The publication of pipeline " + pipeline + " does not include "
                + lost.stream().map(table -> table.source().toString()).collect(Collectors.joining(", "))
                + ", or did not for a while: it was dropped, made anew or changed. The replication slot is there, but what"
                + " happened in these tables meanwhile is not told. They are read again; leave the publication as it is, or"
                + " take tables out of the pipeline's file first";
    }

    /** Leaves the tables where they are, to be loaded anew. */
    void begin(PipelineRun run, LakeSession session) {
        if (!lost.isEmpty()) {
            String reason = reason(run.name);
            run.events.accept(new PipelineEvent.StreamLost(run.name, reason));
            lost.forEach(table -> leave(
                    session,
                    table,
                    "Changes since cut " + table.state().cut() + " are lost, and the table is loaded anew. " + reason));
        }
        returned.forEach(table -> leave(
                session,
                table,
                "The change stream of pipeline " + run.name + " did not include table " + table.source()
                        + ", so changes since cut " + table.state().cut() + " may be missing. It is loaded anew"));
        lost.forEach(table -> run.control.streamIncludes(table.source()));
    }

    private static void leave(LakeSession session, TableRuntime table, String reason) {
        Outcomes.require(
                table.isPublished() ? session.stopForLoad(table.sink(), reason) : session.askLoad(table.sink()),
                "the request to load table " + table.sink() + " anew");
        table.resetSnapshot();
    }
}
