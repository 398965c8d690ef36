package io.sluice.pipeline.batch;

import io.sluice.pipeline.schema.DataType;
import java.util.Arrays;

/** Booleans, one byte each: 1 is true, 0 is false. */
public final class BooleanVector extends ColumnVector {

    private byte[] values;

    /** An empty vector with room for {@code capacity} rows. */
    public BooleanVector(int capacity) {
        super(DataType.BOOLEAN, capacity);
        this.values = new byte[capacity];
    }

    /** The array behind the vector; the first {@code size()} entries are the rows, entries of null rows mean nothing. */
    public byte[] values() {
        return values;
    }

    /** The value of a row that is not null. */
    public byte get(int row) {
        return values[row];
    }

    /** Appends a value. */
    public void append(byte value) {
        int row = addRow();
        values[row] = value;
    }

    @Override
    int growValues(int rows) {
        if (rows > values.length) {
            values = Arrays.copyOf(values, grownCapacity(values.length, rows));
        }
        return values.length;
    }

    @Override
    void appendValueFrom(ColumnVector source, int row) {
        append(((BooleanVector) source).values[row]);
    }

    @Override
    void gatherValues(int[] selection, int count, ColumnVector target) {
        target.resize(count);
        byte[] to = ((BooleanVector) target).values;
        for (int i = 0; i < count; i++) {
            int row = selection[i];
            if (row >= 0) {
                to[i] = values[row];
            }
        }
    }

    @Override
    void appendValues(ColumnVector source) {
        int first = size();
        resize(first + source.size());
        System.arraycopy(((BooleanVector) source).values, 0, values, first, source.size());
    }

    @Override
    long valueBytes() {
        return (long) size() * Byte.BYTES;
    }
}
