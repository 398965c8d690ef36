package io.sluice.pipeline.batch;

import io.sluice.pipeline.schema.DataType;
import java.util.Arrays;

/** 128-bit values in two halves: decimals of 19 to 38 digits (unscaled, two's complement) and UUIDs. */
public final class Int128Vector extends ColumnVector {

    private long[] high;
    private long[] low;

    /** An empty vector with room for {@code capacity} rows. */
    public Int128Vector(DataType type, int capacity) {
        super(type, capacity);
        this.high = new long[capacity];
        this.low = new long[capacity];
    }

    /** The more significant halves, signed for decimals; entries of null rows mean nothing. */
    public long[] high() {
        return high;
    }

    /** The less significant halves, unsigned. */
    public long[] low() {
        return low;
    }

    /** Appends a value. */
    public void append(long highHalf, long lowHalf) {
        int row = addRow();
        high[row] = highHalf;
        low[row] = lowHalf;
    }

    /** Sets an existing row that is not null. */
    public void set(int row, long highHalf, long lowHalf) {
        high[row] = highHalf;
        low[row] = lowHalf;
    }

    @Override
    int growValues(int rows) {
        if (rows > high.length) {
            int capacity = grownCapacity(high.length, rows);
            high = Arrays.copyOf(high, capacity);
            low = Arrays.copyOf(low, capacity);
        }
        return high.length;
    }

    @Override
    void appendValueFrom(ColumnVector source, int row) {
        Int128Vector from = (Int128Vector) source;
        append(from.high[row], from.low[row]);
    }

    @Override
    void gatherValues(int[] selection, int count, ColumnVector target) {
        target.resize(count);
        Int128Vector to = (Int128Vector) target;
        for (int i = 0; i < count; i++) {
            int row = selection[i];
            if (row >= 0) {
                to.high[i] = high[row];
                to.low[i] = low[row];
            }
        }
    }

    @Override
    void appendValues(ColumnVector source) {
        int first = size();
        resize(first + source.size());
        System.arraycopy(((Int128Vector) source).high, 0, high, first, source.size());
        System.arraycopy(((Int128Vector) source).low, 0, low, first, source.size());
    }

    @Override
    long valueBytes() {
        return (long) size() * 2 * Long.BYTES;
    }
}
