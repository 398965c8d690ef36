package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.internal.filter2.columnindex.RowRanges;
import org.jspecify.annotations.Nullable;

/**
 * Reads single rows of data files by position, whoever wrote them: row groups without a wanted row are not touched, and
 * where the file has page indexes only the pages with wanted rows are read. Columns are matched by field id; those that
 * a file does not have get the column's initial default or null. Safe for use by several threads.
 */
public final class RowLookup {

    private final TableId table;
    private final Schema schema;
    private final TableSchema wanted;

    /**
     * A lookup of chosen columns.
     *
     * @param table the table in messages
     * @param schema the table's present schema
     * @param wanted the columns to read, in this order; each is a column of {@code schema} by name
     */
    public RowLookup(TableId table, Schema schema, TableSchema wanted) {
        this.table = table;
        this.schema = schema;
        this.wanted = wanted;
    }

    /**
     * Reads rows of one file.
     *
     * @param positions positions in the file, strictly rising; the first {@code count} entries are read
     * @return a snapshot batch of the wanted columns whose row i is the row at {@code positions[i]}
     * @throws IllegalArgumentException when positions do not rise or are beyond the file's end
     * @throws PipelineException {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED}, {@code LAKE_CONFLICT} for a column of
     *     another type, {@code INTERRUPTED}
     */
    public ColumnBatch read(InputFile file, long[] positions, int count) {
        for (int i = 0; i < count; i++) {
            if (positions[i] < 0 || i > 0 && positions[i] <= positions[i - 1]) {
                throw new IllegalArgumentException("Positions in " + file.location() + " do not rise at index " + i);
            }
        }
        ColumnBatch result = ColumnBatch.create(wanted, ColumnBatch.Content.SNAPSHOT, count);
        try (DataFileColumns columns = DataFileColumns.open(table, schema, wanted, file)) {
            long first = 0;
            int from = 0;
            for (int i = 0; i < columns.rowGroups().size() && from < count; i++) {
                long next = first + columns.rowGroups().get(i).getRowCount();
                int to = from;
                while (to < count && positions[to] < next) {
                    to++;
                }
                if (to > from) {
                    readGroup(columns, i, relative(positions, from, to, first), result);
                }
                from = to;
                first = next;
            }
            if (from < count) {
                throw new IllegalArgumentException("Position " + positions[from] + " is beyond the " + first
                        + " rows of " + file.location() + " of " + table);
            }
        }
        result.endRows(count);
        return result;
    }

    private static long[] relative(long[] positions, int from, int to, long first) {
        long[] rows = Arrays.copyOfRange(positions, from, to);
        for (int i = 0; i < rows.length; i++) {
            rows[i] -= first;
        }
        return rows;
    }

    private void readGroup(DataFileColumns columns, int group, long[] rows, ColumnBatch result) {
        if (Thread.currentThread().isInterrupted()) {
            throw PipelineException.interrupted("reading rows of " + table);
        }
        BlockMetaData block = columns.rowGroups().get(group);
        try {
            if (rows.length + 1 < block.getRowCount() && isIndexed(columns, block)) {
                // parquet-java takes the rows as used up when it has taken the last one's number, before it has looked
                // for its page: a row behind the end keeps it going.
                long[] withEnd = Arrays.copyOf(rows, rows.length + 1);
                withEnd[rows.length] = block.getRowCount();
                RowRanges ranges = RowRanges.create(
                        block.getRowCount(), IntStream.range(0, withEnd.length).iterator(), new SingleRows(withEnd));
                try (PageReadStore pages = columns.reader().readFilteredRowGroup(group, ranges)) {
                    @Nullable ColumnReader[] readers = columns.readers(pages);
                    columns.read(readers, result.columns(), rows.length, new boolean[rows.length], rows.length, false);
                }
            } else {
                try (PageReadStore pages = columns.reader().readRowGroup(group)) {
                    readAll(columns, pages, rows, result);
                }
            }
        } catch (IOException | RuntimeException e) {
            throw columns.failure(e);
        }
    }

    private static boolean isIndexed(DataFileColumns columns, BlockMetaData block) {
        for (ColumnChunkMetaData chunk : block.getColumns()) {
            if (columns.reads(chunk.getPath()) && chunk.getOffsetIndexReference() == null) {
                return false;
            }
        }
        return true;
    }

    /** Files without page indexes: everything up to the last wanted row is decoded, the others are skipped. */
    private static void readAll(DataFileColumns columns, PageReadStore pages, long[] rows, ColumnBatch result) {
        @Nullable ColumnReader[] readers = columns.readers(pages);
        boolean[] skipped = new boolean[1024];
        long at = 0;
        for (int from = 0; from < rows.length; ) {
            int count = (int) Math.min(skipped.length, rows[rows.length - 1] + 1 - at);
            Arrays.fill(skipped, true);
            int to = from;
            while (to < rows.length && rows[to] < at + count) {
                skipped[(int) (rows[to] - at)] = false;
                to++;
            }
            columns.read(readers, result.columns(), count, skipped, to - from, to < rows.length);
            from = to;
            at += count;
        }
    }

    /** Wanted rows in the shape of pages of one row each, which is how parquet-java takes them. */
    private record SingleRows(long[] rows) implements OffsetIndex {

        @Override
        public int getPageCount() {
            return rows.length;
        }

        @Override
        public long getFirstRowIndex(int page) {
            return rows[page];
        }

        @Override
        public long getLastRowIndex(int page, long rowGroupRowCount) {
            return rows[page];
        }

        @Override
        public long getOffset(int page) {
            throw new UnsupportedOperationException("Rows have no offset");
        }

        @Override
        public int getCompressedPageSize(int page) {
            throw new UnsupportedOperationException("Rows have no size");
        }
    }
}
