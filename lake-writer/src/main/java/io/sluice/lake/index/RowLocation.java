package io.sluice.lake.index;

/**
 * A row's place in a table, packed into one {@code long}: the ordinal that the index gave the data file in the upper
 * 31 bits, the row's position in the file in the lower 32. Never negative.
 */
public final class RowLocation {

    /** The answer for a key that has no row. */
    public static final long ABSENT = -1;

    private static final long MAX_POSITION = 0xFFFFFFFFL;

    private RowLocation() {}

    /**
     * Packs a place.
     *
     * @throws IllegalArgumentException when the file has more than 2^32 rows
     */
    public static long of(int file, long position) {
        if (file < 0 || position < 0 || position > MAX_POSITION) {
            throw new IllegalArgumentException("No place for row " + position + " of file " + file
                    + " in the key index: a data file may have at most " + (MAX_POSITION + 1) + " rows");
        }
        return (long) file << 32 | position;
    }

    /** The file's ordinal. */
    public static int file(long location) {
        return (int) (location >>> 32);
    }

    /** The row's position in its file, from 0. */
    public static long position(long location) {
        return location & MAX_POSITION;
    }
}
