package io.sluice.service.verify;

import java.util.BitSet;

/**
 * A checksum for each range of keys, by the digests of the keys: the sum of the digests of the range's rows, modulo
 * 2^128, which does not depend on their order. The source's rows are added and the lake's taken off, so that a range
 * with the same rows on both sides comes to zero; different ones do with a probability of about 2^-128. 24 bytes per
 * range, whatever the table's size. Not thread-safe.
 */
final class RangeSums {

    /** Bytes for each range. */
    static final int BYTES_PER_RANGE = 24;

    private final int shift;
    private final long[] high;
    private final long[] low;
    private final long[] rows;
    private long sourceRows;
    private long lakeRows;

    /** @param bits the ranges' number is two to the power of this, 1 to 30 */
    RangeSums(int bits) {
        this.shift = Long.SIZE - bits;
        this.high = new long[1 << bits];
        this.low = new long[1 << bits];
        this.rows = new long[1 << bits];
    }

    /** The range of a key. */
    int range(long keyHigh) {
        return (int) (keyHigh >>> shift);
    }

    int ranges() {
        return rows.length;
    }

    void source(long keyHigh, long rowHigh, long rowLow) {
        int range = range(keyHigh);
        long sum = low[range] + rowLow;
        high[range] += rowHigh + (Long.compareUnsigned(sum, rowLow) < 0 ? 1 : 0);
        low[range] = sum;
        rows[range]++;
        sourceRows++;
    }

    void lake(long keyHigh, long rowHigh, long rowLow) {
        int range = range(keyHigh);
        long before = low[range];
        high[range] -= rowHigh + (Long.compareUnsigned(before, rowLow) < 0 ? 1 : 0);
        low[range] = before - rowLow;
        rows[range]--;
        lakeRows++;
    }

    long sourceRows() {
        return sourceRows;
    }

    long lakeRows() {
        return lakeRows;
    }

    /** The ranges that differ. */
    BitSet differing() {
        BitSet differing = new BitSet();
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] != 0 || high[i] != 0 || low[i] != 0) {
                differing.set(i);
            }
        }
        return differing;
    }
}
