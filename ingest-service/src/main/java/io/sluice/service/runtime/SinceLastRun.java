package io.sluice.service.runtime;

import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.pipeline.source.TableStorage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        Map<TableId, LakeTableState> published = new TreeMap<>();
        Map<TableId, String> since = new HashMap<>();
        for (PreparedTable table : tables) {
            LakeTableState state = states.get(table.spec().schema().table());
            if (state != null
                    && state.phase() == TablePhase.STREAMING
                    && state.pipeline().equals(pipeline)) {
                TableId source = table.source().schema().table();
                published.put(source, state);
                since.put(source, state.notes().getOrDefault(StorageWatch.NOTE, ""));
            }
        }
        if (published.isEmpty()) {
            return new SinceLastRun(List.of(), Map.of());
        }
        Map<TableId, TableStorage> now = database.storage(since);
        String source = database.identity();
        List<TableId> leftOut = new ArrayList<>();
        Map<TableId, String> changed = new TreeMap<>();
        published.forEach((table, state) -> {
            Optional<TableStorage> storage = Optional.ofNullable(now.get(table));
            if (storage.filter(found -> StreamGap.isBetween(state, found.stream(), source))
                    .isPresent()) {
                leftOut.add(table);
            } else {
                storage.flatMap(TableStorage::change).ifPresent(what -> changed.put(table, what));
            }
        });
        return new SinceLastRun(leftOut, changed);
    }
}
