package io.sluice.lake.parquet;

import io.sluice.lake.parquet.LakeColumn.Conversion;
import io.sluice.pipeline.batch.ColumnVector;
import java.io.IOException;
import org.apache.parquet.hadoop.ParquetFileWriter;

/** The encoded, unwritten rows of one row group. Every column gets the same rows before {@link #endRows}. */
interface RowGroup extends AutoCloseable {

    /** Encodes {@code vector[rows[from..to)]} into a leaf column. */
    void write(int leaf, Conversion conversion, ColumnVector vector, int[] rows, int from, int to);

    /** Encodes rows without a value into an optional leaf column. */
    void writeNulls(int leaf, int count);

    /** Ends rows that every leaf has got. */
    void endRows(int count);

    /** Encoded bytes held. */
    long bytes();

    /** Writes all column chunks; the block has been started in the writer. */
    void flushTo(ParquetFileWriter writer) throws IOException;

    /** Frees buffers; calling it again does nothing. */
    @Override
    void close();
}
