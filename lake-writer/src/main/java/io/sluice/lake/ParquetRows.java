package io.sluice.lake;

import io.sluice.lake.parquet.KeyColumnScan;
import io.sluice.lake.parquet.RowLookup;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.jspecify.annotations.Nullable;

/** Rows of the table's Parquet files. */
final class ParquetRows implements RowSource {

    private final TableSchema schema;
    private final Table table;

    ParquetRows(TableSchema schema, Table table) {
        this.schema = schema;
        this.table = table;
    }

    @Override
    public ColumnBatch rows(DataFile file, long[] positions, int count) {
        return new RowLookup(schema.table(), table.schema(), schema)
                .read(table.io().newInputFile(file), positions, count);
    }

    @Override
    public void scan(DataFile file, @Nullable DeleteFile vector, int[] columns, Rows consumer) {
        PositionDeleteIndex deleted = vector == null
                ? PositionDeleteIndex.empty()
                : new BaseDeleteLoader(delete -> table.io().newInputFile(delete))
                        .loadPositionDeletes(List.of(vector), file.location());
        List<Column> wanted = new ArrayList<>();
        for (int column : columns) {
            wanted.add(schema.column(column));
        }
        ColumnVector[] vectors = new ColumnVector[schema.width()];
        new KeyColumnScan(
                        schema.table(),
                        table.schema(),
                        new TableSchema(schema.table(), schema.version(), wanted, List.of()))
                .scan(table.io().newInputFile(file), deleted, (rows, positions) -> {
                    for (int i = 0; i < columns.length; i++) {
                        vectors[columns[i]] = rows.column(i);
                    }
                    consumer.accept(vectors, positions, rows.rowCount());
                });
    }
}
