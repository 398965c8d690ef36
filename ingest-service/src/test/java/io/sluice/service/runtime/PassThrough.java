package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.transform.SiftedRows;
import io.sluice.pipeline.transform.TableTransform;

/** Routes a table and changes nothing else. */
record PassThrough(TableSchema input, TableSchema output) implements TableTransform {

    @Override
    public SiftedRows sift(ColumnBatch batch) {
        return new SiftedRows(apply(batch), new int[0], batch.refusals());
    }

    @Override
    public ColumnBatch apply(ColumnBatch batch) {
        ColumnVector[] columns = batch.columns();
        return batch.content() == ColumnBatch.Content.SNAPSHOT
                ? ColumnBatch.ofSnapshot(output, columns, batch.rowCount())
                : ColumnBatch.ofChanges(output, columns, batch.operations(), batch.positions(), batch.rowCount());
    }
}
