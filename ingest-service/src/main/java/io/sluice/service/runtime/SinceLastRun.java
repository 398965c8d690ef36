package io.sluice.service.runtime;

import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happened to published tables at the source since the pipeline's last run that its change stream will not tell.
 *
 * @param leftOut tables at the source that the stream does not include, or did not for a while
 * @param changed tables at the source that changed without a trace in the log, with what happened
 */
public record SinceLastRun(List<TableId> leftOut, Map<TableId, String> changed) {

    /**
     * Asks the source; changes nothing.
     *
     * @param states lake tables by their names; those of other pipelines do not count
     */
    public static SinceLastRun look(
            SourceDatabase database, String pipeline, List<PreparedTable> tables, Map<TableId, LakeTableState> states) {
        List<TableRuntime> published = new ArrayList<>();
        for (PreparedTable table : tables) {
            LakeTableState state = states.get(table.spec().schema().table());
            if (state != null
                    && state.phase() == TablePhase.STREAMING
                    && state.pipeline().equals(pipeline)) {
                TableRuntime known = TableRuntime.of(table, pipeline);
                known.recall(state);
                published.add(known);
            }
        }
        SourceLook look = SourceLook.at(database, published);
        List<TableId> leftOut = new ArrayList<>();
        Map<TableId, String> changed = new TreeMap<>();
        for (TableRuntime table : published) {
            if (look.isLeftOut(table)) {
                leftOut.add(table.source());
            } else {
                look.change(table).ifPresent(what -> changed.put(table.source(), what));
            }
        }
        return new SinceLastRun(leftOut, changed);
    }
}
