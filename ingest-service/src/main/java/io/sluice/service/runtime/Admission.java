package io.sluice.service.runtime;

import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which tables a run follows, and what becomes of the others; decided by {@link AdmissionReview}.
 *
 * @param tables all tables, ordered by the source's names; those that are left or were stopped before have no transform
 *     that could be relied on
 * @param left tables in the lake that have to be left behind, with the reason
 * @param reloads tables at the source that shall be loaded anew
 * @param reshaped tables at the source that were never published and are no longer what the lake table was made for
 * @param stopped tables at the source that were left behind by an earlier run
 * @param stream whether published tables can go on, or have to be loaded anew
 */
record Admission(
        List<TableRuntime> tables,
        Map<TableId, String> left,
        Set<TableId> reloads,
        Set<TableId> reshaped,
        Set<TableId> stopped,
        Stream stream) {

    Admission {
        tables = List.copyOf(tables);
        left = Collections.unmodifiableMap(new LinkedHashMap<>(left));
        reloads = Set.copyOf(reloads);
        reshaped = Set.copyOf(reshaped);
        stopped = Set.copyOf(stopped);
    }

    /**
     * Whether the source can still tell what changed since the tables' last cuts. What it cannot is loaded anew in any case,
     * as it is now; what goes on must mean what it did.
     *
     * @param tables what is known of that
     * @param leftOut tables at the source that it cannot tell of
     */
    record Stream(Tables tables, Set<TableId> leftOut) {

        /** How many tables are concerned. */
        enum Tables {
            SOME,
            ALL
        }

        Stream {
            leftOut = Set.copyOf(leftOut);
        }

        boolean isLost(TableId source) {
            return tables == Tables.ALL || leftOut.contains(source);
        }
    }

    /** The tables that take part in the run. */
    List<TableRuntime> followed() {
        return tables.stream()
                .filter(table -> !left.containsKey(table.sink()) && (!table.isStopped() || isReloading(table)))
                .toList();
    }

    private boolean isReloading(TableRuntime table) {
        return table.isKnown() && (table.isReloading() || isAsked(table) || isLost(table));
    }

    /** Whether rows were published to which the stream cannot bring what has changed since. */
    boolean isLost(TableRuntime table) {
        return table.isPublished() && stream.isLost(table.source());
    }

    /** A table that was never published is being loaded in any case. */
    private boolean isAsked(TableRuntime table) {
        return reloads.contains(table.source()) && table.state().phase() != TablePhase.SNAPSHOT;
    }

    /** What the followed tables are to be in the lake. */
    List<LakeTableSpec> specs() {
        return followed().stream().map(this::spec).toList();
    }

    private LakeTableSpec spec(TableRuntime table) {
        return isReloading(table) || reshaped.contains(table.source())
                ? table.spec().with(LakeTableSpec.Use.LOAD_ANEW)
                : table.spec();
    }

    /** Followed tables that shall be loaded anew from now on. */
    List<TableRuntime> reloaded() {
        return followed().stream().filter(this::isAsked).toList();
    }

    /** Tables that shall be loaded anew and have to be left behind: first, or, when they are stopped already, after all. */
    List<TableRuntime> leftForReload() {
        return tables.stream()
                .filter(table -> left.containsKey(table.sink()) && table.isKnown() && isAsked(table))
                .toList();
    }

    /** Whether the table was left behind by an earlier run, so that its load has just been refused. */
    boolean wasStopped(TableRuntime table) {
        return stopped.contains(table.source());
    }
}
