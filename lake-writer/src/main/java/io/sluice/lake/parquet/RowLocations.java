package io.sluice.lake.parquet;

/**
 * Where the rows of one append went: entry i belongs to row {@code selection[i]}. Owned by the caller and filled anew by
 * each append; one thread.
 */
public final class RowLocations {

    private int[] files = new int[0];
    private long[] positions = new long[0];
    private int count;

    /** Rows of the last append. */
    public int count() {
        return count;
    }

    /** The file's ordinal in its {@link PartitionedFileWriter}, from 0; the first {@link #count()} entries are valid. */
    public int[] files() {
        return files;
    }

    /** The row's position in its file, from 0; the first {@link #count()} entries are valid. */
    public long[] positions() {
        return positions;
    }

    void reset(int rows) {
        count = rows;
        if (files.length < rows) {
            files = new int[rows];
            positions = new long[rows];
        }
    }

    void set(int index, int file, long position) {
        files[index] = file;
        positions[index] = position;
    }
}
