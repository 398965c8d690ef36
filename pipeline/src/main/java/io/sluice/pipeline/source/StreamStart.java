package io.sluice.pipeline.source;

import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where to begin reading a log.
 *
 * @param tables the source's tables to deliver
 * @param after the stream's begin: transactions that it covers are not delivered for any table
 * @param tableAfter for tables that are ahead of the stream: transactions that the position covers are not delivered
 *     for that table
 * @param boundary a chunk must end exactly behind the last transaction that this position covers, so that an
 *     unfinished cut can be completed at its own position
 */
public record StreamStart(
        List<TableSchema> tables, Position after, Map<TableId, Position> tableAfter, Optional<Position> boundary) {

    public StreamStart {
        tables = List.copyOf(tables);
        tableAfter = Map.copyOf(tableAfter);
    }
}
