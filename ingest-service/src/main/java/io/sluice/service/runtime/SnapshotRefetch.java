package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SnapshotSession;
import java.util.List;

/**
 * Reads rows again as they were at one fixed position, for a cut that ends exactly there: however many rows have to be
 * read again, none of them moves the cut's end.
 */
final class SnapshotRefetch implements RowRefetch {

    private final SnapshotSession snapshot;
    private final SourceRefetch.Tables tables;

    SnapshotRefetch(SnapshotSession snapshot, List<TableRuntime> tables) {
        this.snapshot = snapshot;
        this.tables = new SourceRefetch.Tables(tables);
    }

    @Override
    public Refetched refetch(TableId table, ColumnBatch keys) {
        TableRuntime runtime = tables.of(table);
        ColumnBatch sourceKeys = SourceRefetch.sourceKeys(runtime, keys);
        ColumnBatch rows = snapshot.readRows(runtime.sourceSchema(), sourceKeys);
        return runtime.refetched(sourceKeys, rows, snapshot.position());
    }
}
