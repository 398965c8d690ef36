package io.sluice.pipeline.source;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The next piece of the change stream: any number of whole transactions, or a part of one that is too large to hold.
 *
 * @param batches change batches in an order that keeps the order of the changes within each table; may be empty when
 *     the log moved on without changes for the pipeline
 * @param boundary where the chunk ends when it ends on a transaction boundary: only here may a cut be closed. Empty
 *     in the middle of a transaction
 * @param committedAt when the last transaction of the chunk was committed, by the source's clock; empty without one
 * @param stopped tables whose schema is no longer the one they were started with, each with what was expected and
 *     found; from this chunk on nothing is delivered for them
 */
public record ChangeChunk(
        List<ColumnBatch> batches,
        Optional<Position> boundary,
        Optional<Instant> committedAt,
        Map<TableId, String> stopped) {

    public ChangeChunk {
        batches = List.copyOf(batches);
        stopped = Map.copyOf(stopped);
    }
}
