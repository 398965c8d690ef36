package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.jspecify.annotations.Nullable;

/**
 * Reads a few columns of whole data files, row by row in file order, whoever wrote them. Columns are matched by field
 * id; those that a file does not have get the column's initial default or null. Safe for use by several threads.
 */
public final class KeyColumnScan {

    private static final int BATCH_ROWS = 8192;
    private static final long BATCH_BYTES = 16L << 20;

    private final TableId table;
    private final Schema schema;
    private final TableSchema wanted;

    /** Takes the rows that are read, on the reading thread. */
    @FunctionalInterface
    public interface RowConsumer {

        /**
         * Takes rows, at least one; batch and array stay valid only during the call.
         *
         * @param rows a snapshot batch of the wanted columns
         * @param positions each row's position in the file, rising; as many entries as rows are valid
         */
        void accept(ColumnBatch rows, long[] positions);
    }

    /**
     * A scan of chosen columns.
     *
     * @param table the table in messages
     * @param schema the table's present schema
     * @param wanted the columns to read, in this order; each is a column of {@code schema} by name
     */
    public KeyColumnScan(TableId table, Schema schema, TableSchema wanted) {
        this.table = table;
        this.schema = schema;
        this.wanted = wanted;
    }

    /**
     * Reads one file.
     *
     * @param deleted positions to leave out; {@link PositionDeleteIndex#empty()} for none
     * @return rows given to the consumer
     * @throws PipelineException {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED}, {@code LAKE_CONFLICT} for a column of
     *     another type, {@code INTERRUPTED}
     */
    public long scan(InputFile file, PositionDeleteIndex deleted, RowConsumer consumer) {
        try (DataFileColumns columns = DataFileColumns.open(table, schema, wanted, file)) {
            Pass pass = new Pass(columns, deleted, consumer);
            long first = 0;
            for (int i = 0; i < columns.rowGroups().size(); i++) {
                BlockMetaData group = columns.rowGroups().get(i);
                pass.scan(i, first, group.getRowCount());
                first += group.getRowCount();
            }
            return pass.rows;
        }
    }

    private final class Pass {
        private final DataFileColumns columns;
        private final PositionDeleteIndex deleted;
        private final RowConsumer consumer;
        private final ColumnBatch batch = ColumnBatch.create(wanted, ColumnBatch.Content.SNAPSHOT, BATCH_ROWS);
        private final long[] positions = new long[BATCH_ROWS];
        private final boolean[] skipped = new boolean[BATCH_ROWS];
        private int step = BATCH_ROWS;
        private long rows;

        Pass(DataFileColumns columns, PositionDeleteIndex deleted, RowConsumer consumer) {
            this.columns = columns;
            this.deleted = deleted;
            this.consumer = consumer;
        }

        void scan(int group, long first, long count) {
            if (count == 0) {
                return;
            }
            try (PageReadStore pages = columns.reader().readRowGroup(group)) {
                @Nullable ColumnReader[] readers = columns.readers(pages);
                for (long at = 0; at < count; ) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw PipelineException.interrupted("reading keys of " + table);
                    }
                    int rowsNow = (int) Math.min(step, count - at);
                    scan(readers, first + at, rowsNow, at + rowsNow < count);
                    at += rowsNow;
                }
            } catch (IOException | RuntimeException e) {
                throw columns.failure(e);
            }
        }

        private void scan(@Nullable ColumnReader[] readers, long first, int count, boolean more) {
            int kept = 0;
            boolean anyDeleted = deleted.isNotEmpty();
            for (int i = 0; i < count; i++) {
                boolean skip = anyDeleted && deleted.isDeleted(first + i);
                skipped[i] = skip;
                if (!skip) {
                    positions[kept++] = first + i;
                }
            }
            for (int c = 0; c < batch.columns().length; c++) {
                batch.column(c).clear();
            }
            columns.read(readers, batch.columns(), count, skipped, kept, more);
            batch.endRows(kept);
            if (kept > 0) {
                consumer.accept(batch, positions);
                rows += kept;
                bound(kept);
            }
        }

        /** Keeps batches of wide keys small. */
        private void bound(int kept) {
            long bytes = Math.max(1, batch.memoryBytes());
            step = (int) Math.max(1, Math.min(BATCH_ROWS, kept * BATCH_BYTES / bytes));
        }
    }
}
