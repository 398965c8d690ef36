package io.sluice.lake;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.jspecify.annotations.Nullable;

/** Reads rows of one table's data files back into vectors. */
interface RowSource {

    /**
     * The rows at rising positions of a file, in that order, deleted or not.
     *
     * @param positions the first {@code count} entries, rising
     */
    ColumnBatch rows(DataFile file, long[] positions, int count);

    /** Gives every row of a file that its deletion vector leaves, column by column. */
    void scan(DataFile file, @Nullable DeleteFile vector, int[] columns, Rows consumer);

    /** Takes rows of a scan. */
    @FunctionalInterface
    interface Rows {

        /**
         * Some rows.
         *
         * @param columns by the schema's indexes; only the columns that were asked for are filled
         * @param positions the position in the file of each row
         */
        void accept(ColumnVector[] columns, long[] positions, int count);
    }
}
