package io.sluice.lake;

import java.util.Arrays;

/**
 * The keys that the buffered changes of one table touched, each with what became of its row: a hash map with open
 * addressing over key bytes in one array, without an object per key. Entries are numbered from 0 in the order in which
 * the keys first came. Used by one thread.
 */
final class CutKeys {

    /** {@link #slot} of a key that has no row. */
    static final int GONE = -1;

    /** {@link #slot} of an entry that has a number instead of a row. */
    static final int NUMBER = -2;

    private static final int EMPTY = -1;

    private byte[] bytes = new byte[1 << 10];
    private int[] starts = new int[65];
    private int[] hashes = new int[64];
    private int[] slots = new int[64];
    private long[] values = new long[64];
    private boolean[] indexed = new boolean[64];
    private int[] buckets = new int[128];
    private int size;
    private boolean added;

    CutKeys() {
        Arrays.fill(buckets, EMPTY);
    }

    /** Keys held. */
    int size() {
        return size;
    }

    /** The entry of a key; a new one is {@link #GONE} and not indexed. {@link #added} tells which it was. */
    int entry(byte[] key, int length) {
        int hash = hash(key, length);
        int mask = buckets.length - 1;
        int at = hash & mask;
        while (buckets[at] != EMPTY) {
            int entry = buckets[at];
            if (hashes[entry] == hash && equal(entry, key, length)) {
                added = false;
                return entry;
            }
            at = at + 1 & mask;
        }
        added = true;
        return add(key, length, hash, at);
    }

    /** The entry of a key, or -1. */
    int find(byte[] key, int length) {
        int hash = hash(key, length);
        int mask = buckets.length - 1;
        for (int at = hash & mask; buckets[at] != EMPTY; at = at + 1 & mask) {
            int entry = buckets[at];
            if (hashes[entry] == hash && equal(entry, key, length)) {
                return entry;
            }
        }
        return -1;
    }

    /** Whether the last {@link #entry} was a new one. */
    boolean added() {
        return added;
    }

    /** The buffered row of an entry, {@link #GONE} or {@link #NUMBER}. */
    int slot(int entry) {
        return slots[entry];
    }

    void setSlot(int entry, int slot) {
        slots[entry] = slot;
    }

    /** The number of a {@link #NUMBER} entry; the location of a row that was written. */
    long value(int entry) {
        return values[entry];
    }

    void setValue(int entry, long value) {
        values[entry] = value;
    }

    /** Whether the key index may have the key, so that its removal must be noted there. */
    boolean indexed(int entry) {
        return indexed[entry];
    }

    void setIndexed(int entry) {
        indexed[entry] = true;
    }

    /** All keys one after another. */
    byte[] bytes() {
        return bytes;
    }

    int start(int entry) {
        return starts[entry];
    }

    int length(int entry) {
        return starts[entry + 1] - starts[entry];
    }

    /** Bytes of heap in use. */
    long memoryBytes() {
        return bytes.length + starts.length * 4L + hashes.length * 17L + buckets.length * 4L;
    }

    private int add(byte[] key, int length, int hash, int bucket) {
        int entry = size;
        if (entry == hashes.length) {
            int capacity = entry * 2;
            starts = Arrays.copyOf(starts, capacity + 1);
            hashes = Arrays.copyOf(hashes, capacity);
            slots = Arrays.copyOf(slots, capacity);
            values = Arrays.copyOf(values, capacity);
            indexed = Arrays.copyOf(indexed, capacity);
        }
        int start = starts[entry];
        long end = (long) start + length;
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(end, bytes.length * 2L)));
        }
        System.arraycopy(key, 0, bytes, start, length);
        starts[entry + 1] = (int) end;
        hashes[entry] = hash;
        slots[entry] = GONE;
        values[entry] = 0;
        indexed[entry] = false;
        buckets[bucket] = entry;
        size++;
        if (size * 2 > buckets.length) {
            rehash();
        }
        return entry;
    }

    private void rehash() {
        buckets = new int[buckets.length * 2];
        Arrays.fill(buckets, EMPTY);
        int mask = buckets.length - 1;
        for (int entry = 0; entry < size; entry++) {
            int at = hashes[entry] & mask;
            while (buckets[at] != EMPTY) {
                at = at + 1 & mask;
            }
            buckets[at] = entry;
        }
    }

    private boolean equal(int entry, byte[] key, int length) {
        return Arrays.equals(bytes, starts[entry], starts[entry + 1], key, 0, length);
    }

    /** FNV-1a, stirred at the end with the finaliser of MurmurHash3, since buckets are taken from the low bits. */
    private static int hash(byte[] key, int length) {
        int hash = 0x811C9DC5;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ key[i]) * 0x01000193;
        }
        hash ^= hash >>> 16;
        hash *= 0x85EBCA6B;
        hash ^= hash >>> 13;
        hash *= 0xC2B2AE35;
        return hash ^ hash >>> 16;
    }
}
