package io.sluice.service.runtime;

import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.StreamStart;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The tables that one stream follows, and from where on each.
 *
 * @param bySource by their names at the source
 * @param after where the stream begins
 * @param tableAfter tables that have changes behind that place already, and up to where
 * @param draining tables whose changes go into their loads
 */
record StreamTables(
        Map<TableId, TableRuntime> bySource,
        Position after,
        Map<TableId, Position> tableAfter,
        Map<TableRuntime, CutWriter.Drain> draining) {

    /**
     * Published tables go on where their last cut was, the others where their loads want the changes from.
     *
     * @param after at or before all these places
     */
    static StreamTables of(
            List<TableRuntime> published,
            List<TableRuntime> joining,
            List<TableRuntime> draining,
            Position after,
            Function<TableRuntime, Position> positionOf,
            TableLoads loads) {
        StreamTables tables = new StreamTables(new LinkedHashMap<>(), after, new HashMap<>(), new HashMap<>());
        for (TableRuntime table : published) {
            if (!table.isStopped()) {
                tables.add(table, positionOf.apply(table));
            }
        }
        for (TableRuntime table : joining) {
            tables.add(table, loads.streamFrom(table).orElseThrow());
        }
        for (TableRuntime table : draining) {
            boolean streams = tables.bySource.containsKey(table.source());
            tables.draining.put(table, streams ? CutWriter.Drain.INTO_LOAD_AND_TABLE : CutWriter.Drain.INTO_LOAD);
            if (!streams) {
                tables.add(table, loads.streamFrom(table).orElseThrow());
            }
        }
        return tables;
    }

    private void add(TableRuntime table, Position own) {
        bySource.put(table.source(), table);
        if (!after.covers(own)) {
            tableAfter.put(table.source(), own);
        }
    }

    /** Whether readers see anything of it: not when all changes go into loads. */
    boolean isVisible() {
        return draining.isEmpty()
                || draining.containsValue(CutWriter.Drain.INTO_LOAD_AND_TABLE)
                || bySource.size() > draining.size();
    }

    StreamStart start(StreamGoal goal) {
        return new StreamStart(TableLoads.schemas(bySource.values()), after, tableAfter, goal.exact());
    }
}
