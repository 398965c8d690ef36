package io.sluice.lake.parquet;

import io.sluice.lake.parquet.LakeColumn.Conversion;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which column of a batch goes into which leaf of the file; worked out once per schema. */
final class BatchBinding {

    private static final int MISSING = -1;

    private final TableId table;
    private final LakeColumn[] columns;
    private final int[] batchColumns;
    private final @Nullable Conversion[] conversions;
    private @Nullable TableSchema bound;

    BatchBinding(TableId table, LakeColumn[] columns) {
        this.table = table;
        this.columns = columns;
        this.batchColumns = new int[columns.length];
        this.conversions = new Conversion[columns.length];
    }

    /** The batch column for a leaf, or a negative number when the batch has none. */
    int batchColumn(int leaf) {
        return batchColumns[leaf];
    }

    /** How a leaf that has a batch column is written. */
    Conversion conversion(int leaf) {
        return Objects.requireNonNull(conversions[leaf]);
    }

    void bind(TableSchema schema) {
        if (schema == bound) {
            return;
        }
        if (!schema.equals(bound)) {
            Arrays.fill(batchColumns, MISSING);
            for (int i = 0; i < schema.width(); i++) {
                bindColumn(i, schema.column(i));
            }
            for (int leaf = 0; leaf < columns.length; leaf++) {
                if (batchColumns[leaf] == MISSING && !columns[leaf].optional()) {
                    throw new IllegalStateException("Rows of " + table + " have no column '"
                            + columns[leaf].field().name() + "', which is required in the lake");
                }
            }
        }
        bound = schema;
    }

    private void bindColumn(int index, Column column) {
        for (int leaf = 0; leaf < columns.length; leaf++) {
            LakeColumn lake = columns[leaf];
            if (lake.field().name().equals(column.name())) {
                conversions[leaf] = lake.conversion(column)
                        .orElseThrow(() -> new IllegalStateException("Column '" + column.name() + "' of " + table
                                + " is " + column.type() + " in the rows, expected "
                                + lake.field().type()));
                batchColumns[leaf] = index;
                return;
            }
        }
        throw new IllegalStateException(
                "Rows of " + table + " have a column '" + column.name() + "' that the lake's table does not have");
    }

    /** Refuses values that have no place in a file. */
    void check(ColumnBatch batch, int[] selection, int from, int to) {
        for (int leaf = 0; leaf < columns.length; leaf++) {
            if (batchColumns[leaf] == MISSING) {
                continue;
            }
            ColumnVector vector = batch.column(batchColumns[leaf]);
            if (!vector.hasNulls()) {
                continue;
            }
            String name = columns[leaf].field().name();
            if (vector.hasUnavailable()) {
                for (int i = from; i < to; i++) {
                    if (vector.isUnavailable(selection[i])) {
                        throw new IllegalStateException("A value of column '" + name + "' of " + table
                                + " is unavailable; it must be completed before it is written");
                    }
                }
            }
            if (!columns[leaf].optional()) {
                for (int i = from; i < to; i++) {
                    if (vector.isNull(selection[i])) {
                        throw new PipelineException(
                                ErrorKind.DATA_REFUSED,
                                table,
                                "Column '" + name + "' of " + table
                                        + " is required in the lake but a row has a null; make it optional or"
                                        + " filter such rows",
                                null);
                    }
                }
            }
        }
    }
}
