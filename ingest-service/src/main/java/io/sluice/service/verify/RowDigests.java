package io.sluice.service.verify;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * 128-bit digests of every row of a batch over some of its columns, mixed as in MurmurHash3 (x64, 128 bit, Austin
 * Appleby, public domain) from one 64-bit word after another. Nulls, lengths and values cannot be mistaken for each
 * other; floating-point values count as the same when all their bits are, apart from the many forms of NaN. Two of
 * n different rows have the same digest with a probability of about n² / 2^129. Used by one thread.
 */
final class RowDigests {

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long C1 = 0x87c37b91114253d5L;
    private static final long C2 = 0x4cf5ad432745937fL;
    private static final long NULL = 0x6e756c6cL;
    private static final long PRESENT = 1;

    private long[] high = new long[0];
    private long[] low = new long[0];

    /** Digests of the rows of the last batch: their more significant halves. */
    long[] high() {
        return high;
    }

    /** The less significant halves. */
    long[] low() {
        return low;
    }

    /** Computes the digests of a batch's rows over the columns with these indexes, in this order. */
    void compute(ColumnBatch batch, int[] columns) {
        int rows = batch.rowCount();
        if (high.length < rows) {
            high = new long[rows];
            low = new long[rows];
        }
        Arrays.fill(high, 0, rows, columns.length);
        Arrays.fill(low, 0, rows, columns.length);
        for (int column : columns) {
            add(batch.column(column), rows);
        }
        for (int i = 0; i < rows; i++) {
            finish(i);
        }
    }

    private void add(ColumnVector vector, int rows) {
        for (int i = 0; i < rows; i++) {
            if (vector.isNull(i)) {
                mix(i, NULL);
            } else {
                mix(i, PRESENT);
                addValue(vector, i);
            }
        }
    }

    private void addValue(ColumnVector vector, int row) {
        switch (vector.type().kind()) {
            case BOOLEAN -> mix(row, ((BooleanVector) vector).values()[row]);
            case INT32, DATE -> mix(row, ((IntVector) vector).values()[row]);
            case INT64, TIME, TIMESTAMP, TIMESTAMP_TZ -> mix(row, ((LongVector) vector).values()[row]);
            case FLOAT32 -> mix(row, Double.doubleToLongBits(((FloatVector) vector).values()[row]));
            case FLOAT64 -> mix(row, Double.doubleToLongBits(((DoubleVector) vector).values()[row]));
            case DECIMAL -> {
                if (vector instanceof LongVector decimals) {
                    mix(row, decimals.values()[row]);
                } else {
                    addHalves((Int128Vector) vector, row);
                }
            }
            case UUID -> addHalves((Int128Vector) vector, row);
            case STRING, BINARY -> {
                BytesVector bytes = (BytesVector) vector;
                addBytes(row, bytes.data(), bytes.start(row), bytes.length(row));
            }
        }
    }

    private void addHalves(Int128Vector vector, int row) {
        mix(row, vector.high()[row]);
        mix(row, vector.low()[row]);
    }

    private void addBytes(int row, byte[] data, int start, int length) {
        mix(row, length);
        int at = start;
        int end = start + length;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            mix(row, (long) WORD.get(data, at));
        }
        long rest = 0;
        for (int shift = 0; at < end; at++, shift += Byte.SIZE) {
            rest |= (data[at] & 0xFFL) << shift;
        }
        mix(row, rest);
    }

    private void mix(int row, long word) {
        long h1 = high[row];
        long h2 = low[row];
        h1 ^= Long.rotateLeft(word * C1, 31) * C2;
        h1 = (Long.rotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
        h2 ^= Long.rotateLeft(word * C2, 33) * C1;
        h2 = (Long.rotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
        high[row] = h1;
        low[row] = h2;
    }

    private void finish(int row) {
        long h1 = high[row] + low[row];
        long h2 = low[row] + h1;
        h1 = spread(h1);
        h2 = spread(h2);
        high[row] = h1 + h2;
        low[row] = h2 + high[row];
    }

    private static long spread(long value) {
        long k = value;
        k ^= k >>> 33;
        k *= 0xff51afd7ed558ccdL;
        k ^= k >>> 33;
        k *= 0xc4ceb9fe1a85ec53L;
        k ^= k >>> 33;
        return k;
    }
}
