package io.sluice.lake.parquet;

import java.util.Arrays;

/** Numbers distinct byte strings from 0 in order of first appearance; no object per string. */
final class ByteInterner {

    private static final int MIN_SLOTS = 16;

    private byte[] data = new byte[256];
    private int[] ends = new int[MIN_SLOTS];
    private int[] slots = emptySlots(MIN_SLOTS);
    private int size;

    /** Distinct byte strings. */
    int size() {
        return size;
    }

    /** All byte strings one after another. */
    byte[] data() {
        return data;
    }

    /** Bytes of all byte strings. */
    int bytes() {
        return size == 0 ? 0 : ends[size - 1];
    }

    /** Where the byte string with a number begins in {@link #data()}. */
    int start(int number) {
        return number == 0 ? 0 : ends[number - 1];
    }

    /** Where it ends. */
    int end(int number) {
        return ends[number];
    }

    /** The number of a byte string; a new one is copied. */
    int intern(byte[] source, int start, int length) {
        int mask = slots.length - 1;
        int slot = Murmur3.hashBytes(source, start, length) & mask;
        while (slots[slot] >= 0) {
            int known = slots[slot];
            int from = known == 0 ? 0 : ends[known - 1];
            if (Arrays.equals(data, from, ends[known], source, start, start + length)) {
                return known;
            }
            slot = slot + 1 & mask;
        }
        add(source, start, length);
        slots[slot] = size - 1;
        if (size * 2 > slots.length) {
            rehash();
        }
        return size - 1;
    }

    private void add(byte[] source, int start, int length) {
        int from = size == 0 ? 0 : ends[size - 1];
        if (from + length > data.length) {
            data = Arrays.copyOf(data, Math.max(from + length, data.length * 2));
        }
        if (size == ends.length) {
            ends = Arrays.copyOf(ends, size * 2);
        }
        System.arraycopy(source, start, data, from, length);
        ends[size++] = from + length;
    }

    private void rehash() {
        slots = emptySlots(slots.length * 2);
        int mask = slots.length - 1;
        for (int i = 0; i < size; i++) {
            int from = i == 0 ? 0 : ends[i - 1];
            int slot = Murmur3.hashBytes(data, from, ends[i] - from) & mask;
            while (slots[slot] >= 0) {
                slot = slot + 1 & mask;
            }
            slots[slot] = i;
        }
    }

    private static int[] emptySlots(int count) {
        int[] slots = new int[count];
        Arrays.fill(slots, -1);
        return slots;
    }
}
