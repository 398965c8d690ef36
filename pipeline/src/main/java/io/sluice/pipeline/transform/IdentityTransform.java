package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        CompiledTransform.requireNoRefusal(batch);
        return renamed(batch);
    }

    @Override
    public SiftedRows sift(ColumnBatch batch) {
        return batch.refusals().isEmpty()
                ? new SiftedRows(renamed(batch), new int[0], List.of())
                : columnByColumn().sift(batch);
    }

    private CompiledTransform columnByColumn() {
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < input.width(); i++) {
            columns.add(new ColumnExpression(i, input.column(i)));
        }
        return new CompiledTransform(input, output, columns, Optional.empty(), 0);
    }

    private ColumnBatch renamed(ColumnBatch batch) {
        if (batch.content() == ColumnBatch.Content.SNAPSHOT) {
            return ColumnBatch.ofSnapshot(output, batch.columns(), batch.rowCount());
        }
        return ColumnBatch.ofChanges(output, batch.columns(), batch.operations(), batch.positions(), batch.rowCount());
    }
}
