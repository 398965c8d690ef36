package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.schema.TableSchema;

/** All columns and all rows under another table name. Shares everything. */
final class IdentityTransform implements TableTransform {

    private final TableSchema input;
    private final TableSchema output;

    IdentityTransform(TableSchema input, TableSchema output) {
        this.input = input;
        this.output = output;
    }

    @Override
    public TableSchema input() {
        return input;
    }

    @Override
    public TableSchema output() {
        return output;
    }

    @Override
    public ColumnBatch apply(ColumnBatch batch) {
        if (batch.content() == ColumnBatch.Content.SNAPSHOT) {
            return ColumnBatch.ofSnapshot(output, batch.columns(), batch.rowCount());
        }
        return ColumnBatch.ofChanges(output, batch.columns(), batch.operations(), batch.positions(), batch.rowCount());
    }
}
