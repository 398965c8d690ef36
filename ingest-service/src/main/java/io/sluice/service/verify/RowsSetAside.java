package io.sluice.service.verify;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.transform.SiftedRows;
import io.sluice.pipeline.transform.TableTransform;
import io.sluice.service.runtime.PreparedTable;

/** A table's transform that goes on without rows that have no place in the lake, and counts them. Used by one thread. */
final class RowsSetAside implements TableTransform {

    private final TableTransform transform;
    private long rows;

    RowsSetAside(TableTransform transform) {
        this.transform = transform;
    }

    /** The table as a pipeline with dead letters reads it. */
    PreparedTable of(PreparedTable table) {
        return new PreparedTable(table.source(), this, table.spec(), table.definition());
    }

    /** Rows that were left out since this was last called. */
    long take() {
        long taken = rows;
        rows = 0;
        return taken;
    }

    @Override
    public TableSchema input() {
        return transform.input();
    }

    @Override
    public TableSchema output() {
        return transform.output();
    }

    @Override
    public ColumnBatch apply(ColumnBatch batch) {
        return sift(batch).rows();
    }

    @Override
    public SiftedRows sift(ColumnBatch batch) {
        SiftedRows sifted = transform.sift(batch);
        rows += sifted.refusals().size();
        return sifted;
    }
}
