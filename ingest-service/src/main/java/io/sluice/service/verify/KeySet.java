package io.sluice.service.verify;

import io.sluice.pipeline.batch.ColumnBatch;
import java.util.Arrays;

/**
 * Keys in the order they were added, found by their digests. Bounded: what does not fit any more is only counted. Open
 * addressing over primitive arrays. Not thread-safe.
 */
final class KeySet {

    private static final int FIRST_CAPACITY = 1 << 8;

    private final KeySchema schema;
    private final int most;
    private final ColumnBatch keys;
    private long[] high = new long[FIRST_CAPACITY];
    private long[] low = new long[FIRST_CAPACITY];
    /** Buckets: an index of a key plus one, 0 for a free one. */
    private int[] buckets = new int[2 * FIRST_CAPACITY];

    private long refused;

    /** @param most the most keys that are kept */
    KeySet(KeySchema schema, int most) {
        this.schema = schema;
        this.most = most;
        this.keys = ColumnBatch.create(schema.keys(), ColumnBatch.Content.SNAPSHOT, 16);
    }

    /** The keys of those in this set that are marked. */
    KeySet only(boolean[] marked) {
        KeySet some = new KeySet(schema, most);
        for (int i = 0; i < size(); i++) {
            if (marked[i]) {
                for (int column = 0; column < keys.columns().length; column++) {
                    some.keys.column(column).appendFrom(keys.column(column), i);
                }
                some.keys.endRow();
                some.place(high[i], low[i]);
            }
        }
        return some;
    }

    /** The keys of both. */
    KeySet and(KeySet other) {
        KeySet both = new KeySet(schema, Integer.MAX_VALUE);
        both.copy(this);
        both.copy(other);
        return both;
    }

    private void copy(KeySet from) {
        for (int i = 0; i < from.size(); i++) {
            for (int column = 0; column < keys.columns().length; column++) {
                keys.column(column).appendFrom(from.keys.column(column), i);
            }
            keys.endRow();
            place(from.high[i], from.low[i]);
        }
    }

    int size() {
        return keys.rowCount();
    }

    /** Additions that were not kept; the same key may be counted twice. */
    long refused() {
        return refused;
    }

    /** The keys as a batch of {@link KeySchema#keys}. */
    ColumnBatch keys() {
        return keys;
    }

    /** Adds the key of a row of the lake's table, once. */
    void add(ColumnBatch rows, int row, long keyHigh, long keyLow) {
        if (indexOf(keyHigh, keyLow) >= 0) {
            return;
        }
        if (size() >= most) {
            refused++;
            return;
        }
        schema.append(rows, row, keys);
        place(keyHigh, keyLow);
    }

    /** The index of a key, or -1. */
    int indexOf(long keyHigh, long keyLow) {
        int mask = buckets.length - 1;
        int bucket = (int) (keyHigh ^ keyHigh >>> 32) & mask;
        while (buckets[bucket] != 0) {
            int index = buckets[bucket] - 1;
            if (high[index] == keyHigh && low[index] == keyLow) {
                return index;
            }
            bucket = bucket + 1 & mask;
        }
        return -1;
    }

    /** Notes the digest of the key that was appended last. */
    private void place(long keyHigh, long keyLow) {
        int index = size() - 1;
        if (index == high.length) {
            high = Arrays.copyOf(high, 2 * index);
            low = Arrays.copyOf(low, 2 * index);
        }
        high[index] = keyHigh;
        low[index] = keyLow;
        if (2 * size() > buckets.length) {
            buckets = new int[2 * buckets.length];
            for (int i = 0; i < index; i++) {
                insert(i);
            }
        }
        insert(index);
    }

    private void insert(int index) {
        int mask = buckets.length - 1;
        int bucket = (int) (high[index] ^ high[index] >>> 32) & mask;
        while (buckets[bucket] != 0) {
            bucket = bucket + 1 & mask;
        }
        buckets[bucket] = index + 1;
    }
}
