package io.sluice.pipeline.lake;

import io.sluice.pipeline.schema.TableId;
import java.time.Instant;
import java.util.Map;

/**
 * A cut as the lake's tables tell of it.
 *
 * @param number the cut's number, from 1
 * @param position the source position that it ends at, as text
 * @param publishedAt when its last table was committed, by the clock of the process that did it
 * @param tagged whether every table that was part of it has its tag; false when a crash came between two tables' tags
 * @param snapshots the Iceberg snapshot of each table at this cut, of unchanged ones too; tables that were not published
 *     then, that were left behind before, or whose snapshot has expired are missing
 */
public record LakeCut(long number, String position, Instant publishedAt, boolean tagged, Map<TableId, Long> snapshots) {

    public LakeCut {
        snapshots = Map.copyOf(snapshots);
    }
}
