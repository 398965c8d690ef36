package io.sluice.pipeline.batch;

import io.sluice.pipeline.schema.DataType;
import java.util.Arrays;

/** 32-bit integers and dates. */
public final class IntVector extends ColumnVector {

    private int[] values;

    /** An empty vector with room for {@code capacity} rows. */
    public IntVector(DataType type, int capacity) {
        super(type, capacity);
        this.values = new int[capacity];
    }

    /** The array behind the vector; the first {@code size()} entries are the rows, entries of null rows mean nothing. */
    public int[] values() {
        return values;
    }

    /** The value of a row that is not null. */
    public int get(int row) {
        return values[row];
    }

    /** Appends a value. */
    public void append(int value) {
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
        append(((IntVector) source).values[row]);
    }

    @Override
    void gatherValues(int[] selection, int count, ColumnVector target) {
        target.resize(count);
        int[] to = ((IntVector) target).values;
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
        System.arraycopy(((IntVector) source).values, 0, values, first, source.size());
    }

    @Override
    long valueBytes() {
        return (long) size() * Integer.BYTES;
    }
}
