package io.sluice.lake.parquet;

import io.sluice.lake.parquet.LakeColumn.Conversion;
import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import java.io.IOException;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;

/** A row group encoded by parquet-java's column writers, which know every encoding and bloom filters. */
final class ColumnApiRowGroup implements RowGroup {

    private final LakeColumn[] columns;
    private final ColumnChunkPageWriteStore pages;
    private final ColumnWriteStore store;
    private final ColumnWriter[] writers;
    private boolean closed;

    ColumnApiRowGroup(
            LakeColumn[] columns, MessageType type, ParquetProperties properties, BytesInputCompressor compressor) {
        this.columns = columns;
        this.pages = new ColumnChunkPageWriteStore(
                compressor,
                type,
                properties.getAllocator(),
                properties.getColumnIndexTruncateLength(),
                properties.getPageWriteChecksumEnabled());
        this.store = properties.newColumnWriteStore(type, pages, pages);
        this.writers = new ColumnWriter[columns.length];
        for (int i = 0; i < columns.length; i++) {
            writers[i] = store.getColumnWriter(columns[i].descriptor());
        }
    }

    @Override
    public void write(int leaf, Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        ColumnWriter writer = writers[leaf];
        int defined = columns[leaf].descriptor().getMaxDefinitionLevel();
        switch (conversion) {
            case BOOLEAN -> booleans(writer, defined, (BooleanVector) vector, rows, from, to);
            case INT -> ints(writer, defined, (IntVector) vector, rows, from, to);
            case INT_AS_LONG -> intsAsLongs(writer, defined, (IntVector) vector, rows, from, to);
            case LONG -> longs(writer, defined, (LongVector) vector, rows, from, to);
            case LONG_AS_INT -> longsAsInts(writer, defined, (LongVector) vector, rows, from, to);
            case LONG_AS_FIXED ->
                longsAsFixed(writer, defined, columns[leaf].fixedLength(), (LongVector) vector, rows, from, to);
            case INT128_AS_FIXED ->
                int128s(writer, defined, columns[leaf].fixedLength(), (Int128Vector) vector, rows, from, to);
            case FLOAT -> floats(writer, defined, (FloatVector) vector, rows, from, to);
            case FLOAT_AS_DOUBLE -> floatsAsDoubles(writer, defined, (FloatVector) vector, rows, from, to);
            case DOUBLE -> doubles(writer, defined, (DoubleVector) vector, rows, from, to);
            case BYTES -> bytes(writer, defined, (BytesVector) vector, rows, from, to);
        }
    }

    private static void booleans(ColumnWriter writer, int defined, BooleanVector vector, int[] rows, int from, int to) {
        byte[] values = vector.values();
        for (int i = from; i < to; i++) {
            if (vector.isNull(rows[i])) {
                writer.writeNull(0, 0);
            } else {
                writer.write(values[rows[i]] != 0, 0, defined);
            }
        }
    }

    private static void ints(ColumnWriter writer, int defined, IntVector vector, int[] rows, int from, int to) {
        int[] values = vector.values();
        for (int i = from; i < to; i++) {
            if (vector.isNull(rows[i])) {
                writer.writeNull(0, 0);
            } else {
                writer.write(values[rows[i]], 0, defined);
            }
        }
    }

    private static void intsAsLongs(ColumnWriter writer, int defined, IntVector vector, int[] rows, int from, int to) {
        int[] values = vector.values();
        for (int i = from; i < to; i++) {
            if (vector.isNull(rows[i])) {
                writer.writeNull(0, 0);
            } else {
                writer.write((long) values[rows[i]], 0, defined);
            }
        }
    }

    private static void longs(ColumnWriter writer, int defined, LongVector vector, int[] rows, int from, int to) {
        long[] values = vector.values();
        for (int i = from; i < to; i++) {
            if (vector.isNull(rows[i])) {
                writer.writeNull(0, 0);
            } else {
                writer.write(values[rows[i]], 0, defined);
            }
        }
    }

    private static void longsAsInts(ColumnWriter writer, int defined, LongVector vector, int[] rows, int from, int to) {
        long[] values = vector.values();
        for (int i = from; i < to; i++) {
            if (vector.isNull(rows[i])) {
                writer.writeNull(0, 0);
            } else {
                writer.write(Math.toIntExact(values[rows[i]]), 0, defined);
            }
        }
    }

    private static void longsAsFixed(
            ColumnWriter writer, int defined, int length, LongVector vector, int[] rows, int from, int to) {
        long[] values = vector.values();
        byte[] bytes = new byte[length];
        for (int i = from; i < to; i++) {
            if (vector.isNull(rows[i])) {
                writer.writeNull(0, 0);
            } else {
                long value = values[rows[i]];
                FixedBytes.write(value >> 63, value, bytes, 0, length);
                writer.write(Binary.fromReusedByteArray(bytes), 0, defined);
            }
        }
    }

    private static void int128s(
            ColumnWriter writer, int defined, int length, Int128Vector vector, int[] rows, int from, int to) {
        long[] high = vector.high();
        long[] low = vector.low();
        byte[] bytes = new byte[length];
        for (int i = from; i < to; i++) {
            if (vector.isNull(rows[i])) {
                writer.writeNull(0, 0);
            } else {
                FixedBytes.write(high[rows[i]], low[rows[i]], bytes, 0, length);
                writer.write(Binary.fromReusedByteArray(bytes), 0, defined);
            }
        }
    }

    private static void floats(ColumnWriter writer, int defined, FloatVector vector, int[] rows, int from, int to) {
        float[] values = vector.values();
        for (int i = from; i < to; i++) {
            if (vector.isNull(rows[i])) {
                writer.writeNull(0, 0);
            } else {
                writer.write(values[rows[i]], 0, defined);
            }
        }
    }

    private static void floatsAsDoubles(
            ColumnWriter writer, int defined, FloatVector vector, int[] rows, int from, int to) {
        float[] values = vector.values();
        for (int i = from; i < to; i++) {
            if (vector.isNull(rows[i])) {
                writer.writeNull(0, 0);
            } else {
                writer.write((double) values[rows[i]], 0, defined);
            }
        }
    }

    private static void doubles(ColumnWriter writer, int defined, DoubleVector vector, int[] rows, int from, int to) {
        double[] values = vector.values();
        for (int i = from; i < to; i++) {
            if (vector.isNull(rows[i])) {
                writer.writeNull(0, 0);
            } else {
                writer.write(values[rows[i]], 0, defined);
            }
        }
    }

    private static void bytes(ColumnWriter writer, int defined, BytesVector vector, int[] rows, int from, int to) {
        byte[] data = vector.data();
        for (int i = from; i < to; i++) {
            int row = rows[i];
            if (vector.isNull(row)) {
                writer.writeNull(0, 0);
            } else {
                writer.write(Binary.fromReusedByteArray(data, vector.start(row), vector.length(row)), 0, defined);
            }
        }
    }

    @Override
    public void writeNulls(int leaf, int count) {
        ColumnWriter writer = writers[leaf];
        for (int i = 0; i < count; i++) {
            writer.writeNull(0, 0);
        }
    }

    @Override
    public void endRows(int count) {
        // Values of all the rows are there already: a page that is cut on the way takes them all, and stays whole rows.
        for (int i = 0; i < count; i++) {
            store.endRecord();
        }
    }

    @Override
    public long bytes() {
        return store.getBufferedSize();
    }

    @Override
    public void flushTo(ParquetFileWriter writer) throws IOException {
        store.flush();
        pages.flushToFileWriter(writer);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            pages.close();
        }
    }
}
