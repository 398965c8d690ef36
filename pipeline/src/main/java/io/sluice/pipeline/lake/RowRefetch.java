package io.sluice.pipeline.lake;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;

/** Reads rows again at the source and transforms them, for the few that neither the change nor the lake can complete. */
@FunctionalInterface
public interface RowRefetch {

    /**
     * The present rows with these keys, transformed.
     *
     * @param table the table in the lake
     * @param keys a batch of the lake table's schema; only the key's columns are looked at
     */
    Refetched refetch(TableId table, ColumnBatch keys);

    /**
     * Rows as they are at a later position.
     *
     * @param rows a snapshot batch of the lake table's schema, without unavailable values; keys that are missing have
     *     no row or one that the filter drops
     * @param position covers every change that the rows contain: the cut must not end before it
     */
    record Refetched(ColumnBatch rows, Position position) {}
}
