package io.sluice.service.verify;

/**
 * The source's rows of one pass: key digest to row digest, with how often the row occurs and whether the lake showed
 * it. Open addressing over primitive arrays: 40 bytes for each place, at most three quarters of them used. Not
 * thread-safe.
 */
final class SourceRows {

    /** What became of a row that the lake showed. */
    enum Match {
        SAME,
        DIFFERENT,
        /** The source does not have it, or not that often. */
        SURPLUS
    }

    /** Bytes for each row, roughly, when half of the places are used. */
    static final long BYTES_PER_ROW = 80;

    private static final int FIRST_CAPACITY = 1 << 10;

    private final long limit;
    private long[] keyHigh = new long[FIRST_CAPACITY];
    private long[] keyLow = new long[FIRST_CAPACITY];
    private long[] rowHigh = new long[FIRST_CAPACITY];
    private long[] rowLow = new long[FIRST_CAPACITY];
    /** Occurrences not yet seen in the lake, plus one for a place in use; 0 for a free place. */
    private long[] left = new long[FIRST_CAPACITY];

    private int used;

    /** @param limit the most rows to take, at least 1 */
    SourceRows(long limit) {
        this.limit = limit;
    }

    /** More rows than the pass may hold: it has to be done again in smaller parts. */
    static final class TooManyRowsException extends RuntimeException {
        TooManyRowsException() {
            super("More rows than expected", null, false, false);
        }
    }

    /** Adds a row of the source. Rows without a key have their row digest as their key. */
    void add(long kh, long kl, long rh, long rl) {
        int place = find(kh, kl);
        if (left[place] == 0) {
            if (used >= limit) {
                throw new TooManyRowsException();
            }
            if (used >= left.length / 4 * 3) {
                grow();
                place = find(kh, kl);
            }
            used++;
            keyHigh[place] = kh;
            keyLow[place] = kl;
            rowHigh[place] = rh;
            rowLow[place] = rl;
            left[place] = 1;
        }
        left[place]++;
    }

    /** Takes a row of the lake off. */
    Match match(long kh, long kl, long rh, long rl) {
        int place = find(kh, kl);
        if (left[place] <= 1) {
            return Match.SURPLUS;
        }
        left[place]--;
        if (rowHigh[place] == rh && rowLow[place] == rl) {
            return Match.SAME;
        }
        return Match.DIFFERENT;
    }

    /** Rows that the lake did not show. */
    long missing() {
        long missing = 0;
        for (long count : left) {
            missing += Math.max(0, count - 1);
        }
        return missing;
    }

    /** Whether the lake did not show the row, or not often enough. */
    boolean isMissing(long kh, long kl) {
        return left[find(kh, kl)] > 1;
    }

    private int find(long kh, long kl) {
        int mask = left.length - 1;
        int place = (int) (kh ^ kh >>> 32) & mask;
        while (left[place] != 0 && (keyHigh[place] != kh || keyLow[place] != kl)) {
            place = place + 1 & mask;
        }
        return place;
    }

    private void grow() {
        long[] oldKeyHigh = keyHigh;
        long[] oldKeyLow = keyLow;
        long[] oldRowHigh = rowHigh;
        long[] oldRowLow = rowLow;
        long[] oldLeft = left;
        int capacity = left.length * 2;
        keyHigh = new long[capacity];
        keyLow = new long[capacity];
        rowHigh = new long[capacity];
        rowLow = new long[capacity];
        left = new long[capacity];
        for (int i = 0; i < oldLeft.length; i++) {
            if (oldLeft[i] != 0) {
                int place = find(oldKeyHigh[i], oldKeyLow[i]);
                keyHigh[place] = oldKeyHigh[i];
                keyLow[place] = oldKeyLow[i];
                rowHigh[place] = oldRowHigh[i];
                rowLow[place] = oldRowLow[i];
                left[place] = oldLeft[i];
            }
        }
    }
}
