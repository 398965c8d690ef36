package io.sluice.lake.parquet;

import java.util.Arrays;

/** Numbers distinct tuples of longs of one width from 0 in order of first appearance; no object per tuple. */
final class LongTuples {

    private final int width;
    private long[] tuples;
    private int[] slots;
    private int size;

    LongTuples(int width) {
        this.width = width;
        this.tuples = new long[width * 16];
        this.slots = new int[32];
        Arrays.fill(slots, -1);
    }

    /** Distinct tuples seen. */
    int size() {
        return size;
    }

    /** The number of the tuple {@code source[start..start + width)}. */
    int intern(long[] source, int start) {
        int mask = slots.length - 1;
        int slot = hash(source, start) & mask;
        while (slots[slot] >= 0) {
            int from = slots[slot] * width;
            if (Arrays.equals(tuples, from, from + width, source, start, start + width)) {
                return slots[slot];
            }
            slot = slot + 1 & mask;
        }
        if ((size + 1) * width > tuples.length) {
            tuples = Arrays.copyOf(tuples, tuples.length * 2);
        }
        System.arraycopy(source, start, tuples, size * width, width);
        slots[slot] = size++;
        if (size * 2 > slots.length) {
            rehash();
        }
        return size - 1;
    }

    private void rehash() {
        slots = new int[slots.length * 2];
        Arrays.fill(slots, -1);
        int mask = slots.length - 1;
        for (int i = 0; i < size; i++) {
            int slot = hash(tuples, i * width) & mask;
            while (slots[slot] >= 0) {
                slot = slot + 1 & mask;
            }
            slots[slot] = i;
        }
    }

    private int hash(long[] source, int start) {
        long hash = 0;
        for (int i = start; i < start + width; i++) {
            hash = (hash ^ source[i]) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 32;
        }
        return (int) hash;
    }
}
