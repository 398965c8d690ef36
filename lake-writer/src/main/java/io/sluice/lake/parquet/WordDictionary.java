package io.sluice.lake.parquet;

import java.util.Arrays;

/** Numbers distinct words from 0 in order of first appearance; open addressing, no object per word. */
final class WordDictionary {

    /** 2^64 divided by the golden ratio: spreads words that differ in few bits (Knuth, volume 3, 6.4). */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private long[] words = new long[16];
    /** Number of the word at a place, plus one; 0 for a free place. */
    private int[] slots = new int[32];

    private int shift = Long.SIZE - 5;
    private int size;

    int size() {
        return size;
    }

    /** The words by number; the first {@link #size} entries. */
    long[] words() {
        return words;
    }

    /** The number of a word, which may be new. */
    int number(long word) {
        int[] places = slots;
        int mask = places.length - 1;
        int slot = (int) (word * SPREAD >>> shift);
        while (true) {
            int known = places[slot];
            if (known == 0) {
                return add(word, slot);
            }
            if (words[known - 1] == word) {
                return known - 1;
            }
            slot = slot + 1 & mask;
        }
    }

    private int add(long word, int slot) {
        if (size == words.length) {
            words = Arrays.copyOf(words, size * 2);
        }
        words[size] = word;
        slots[slot] = ++size;
        if (size * 2 > slots.length) {
            rehash();
        }
        return size - 1;
    }

    private void rehash() {
        int[] places = new int[slots.length * 2];
        int mask = places.length - 1;
        shift--;
        for (int i = 0; i < size; i++) {
            int slot = (int) (words[i] * SPREAD >>> shift);
            while (places[slot] != 0) {
                slot = slot + 1 & mask;
            }
            places[slot] = i + 1;
        }
        slots = places;
    }

    /** Bytes of heap held. */
    long memoryBytes() {
        return (long) words.length * Long.BYTES + (long) slots.length * Integer.BYTES;
    }
}
