package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SourceDatabase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads rows again at the source by the keys that the lake knows, and transforms them with the table's own operators.
 * A key keeps its value through the transform, only its columns' names and places may differ.
 */
final class SourceRefetch implements RowRefetch {

    private final SourceDatabase database;
    private final Tables tables;

    SourceRefetch(SourceDatabase database, List<TableRuntime> tables) {
        this.database = database;
        this.tables = new Tables(tables);
    }

    /** The run's tables by their names in the lake. */
    static final class Tables {

        private final Map<TableId, TableRuntime> bySink = new HashMap<>();

        Tables(List<TableRuntime> tables) {
            tables.forEach(table -> bySink.put(table.sink(), table));
        }

        TableRuntime of(TableId sink) {
            TableRuntime runtime = bySink.get(sink);
            if (runtime == null) {
                throw new PipelineException(ErrorKind.INTERNAL, "Table " + sink + " is not followed by this pipeline");
            }
            return runtime;
        }
    }

    @Override
    public Refetched refetch(TableId table, ColumnBatch keys) {
        TableRuntime runtime = tables.of(table);
        ColumnBatch sourceKeys = sourceKeys(runtime, keys);
        SourceDatabase.RowsAt rows = database.readRows(runtime.sourceSchema(), sourceKeys);
        return runtime.refetched(sourceKeys, rows.rows(), rows.position());
    }

    static ColumnBatch sourceKeys(TableRuntime table, ColumnBatch keys) {
        TableSchema source = table.sourceSchema();
        TableSchema sink = table.spec().schema();
        int rows = keys.rowCount();
        ColumnVector[] columns = new ColumnVector[source.width()];
        for (int i = 0; i < source.key().size(); i++) {
            columns[source.key().get(i)] = keys.column(sink.key().get(i));
        }
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] == null) {
                ColumnVector empty = ColumnVector.create(source.column(i).type(), rows);
                for (int row = 0; row < rows; row++) {
                    empty.appendNull();
                }
                columns[i] = empty;
            }
        }
        return ColumnBatch.ofSnapshot(source, columns, rows);
    }
}
