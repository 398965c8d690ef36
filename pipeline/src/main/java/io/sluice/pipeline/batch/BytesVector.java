package io.sluice.pipeline.batch;

import io.sluice.pipeline.schema.DataType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Variable-width values, strings in UTF-8 or bytes, one after another in one array: row {@code i} is
 * {@code data[offsets[i] .. offsets[i + 1])}, also for nulls, which are empty. Rows can only be written in order.
 * Holds at most 2 GB; batches are bounded far below.
 */
public final class BytesVector extends ColumnVector {

    private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private byte[] data;
    private int[] offsets;

    /** An empty vector with room for {@code capacity} rows. */
    public BytesVector(DataType type, int capacity) {
        super(type, capacity);
        this.data = new byte[Math.max(64, capacity * 8)];
        this.offsets = new int[capacity + 1];
    }

    /** All values one after another. */
    public byte[] data() {
        return data;
    }

    /** Where each row begins; entry {@code size()} is where the last one ends. */
    public int[] offsets() {
        return offsets;
    }

    /** Where a row's bytes begin in {@link #data()}. */
    public int start(int row) {
        return offsets[row];
    }

    /** How many bytes a row has. */
    public int length(int row) {
        return offsets[row + 1] - offsets[row];
    }

    /** A row's text, as a new object: for messages and tests, not for the hot path. */
    public String string(int row) {
        return new String(data, offsets[row], length(row), StandardCharsets.UTF_8);
    }

    /** Appends a copy of a range of bytes. */
    public void append(byte[] source, int start, int length) {
        int row = size();
        int end = offsets[row];
        byte[] target = reserve(length);
        System.arraycopy(source, start, target, end, length);
        commit(length);
    }

    /** Appends a copy of all the bytes. */
    public void append(byte[] source) {
        append(source, 0, source.length);
    }

    /**
     * Makes room for {@code length} bytes after the last row and gives the array; write from {@code offsets()[size()]}
     * on, then call {@link #commit}.
     *
     * @throws IllegalStateException when the vector would pass 2 GB
     */
    public byte[] reserve(int length) {
        long needed = (long) offsets[size()] + length;
        if (needed > data.length) {
            if (needed > MAX_BYTES) {
                throw tooLarge();
            }
            data = Arrays.copyOf(data, (int) Math.min(MAX_BYTES, Math.max(needed, data.length * 3L / 2)));
        }
        return data;
    }

    /** Appends one row made of the next {@code length} bytes, which were written after {@link #reserve}. */
    public void commit(int length) {
        int row = addRow();
        offsets[row + 1] = offsets[row] + length;
    }

    @Override
    int growValues(int rows) {
        if (rows + 1 > offsets.length) {
            offsets = Arrays.copyOf(offsets, grownCapacity(offsets.length, rows + 1));
        }
        return offsets.length - 1;
    }

    @Override
    void addEmptyValues(int rows) {
        // Rows that are added without bytes are empty.
        Arrays.fill(offsets, size() + 1, rows + 1, offsets[size()]);
    }

    @Override
    void appendValueFrom(ColumnVector source, int row) {
        BytesVector from = (BytesVector) source;
        append(from.data, from.offsets[row], from.length(row));
    }

    @Override
    void gatherValues(int[] selection, int count, ColumnVector target) {
        BytesVector to = (BytesVector) target;
        to.resize(count);
        int[] ends = to.offsets;
        long end = 0;
        for (int i = 0; i < count; i++) {
            int row = selection[i];
            if (row >= 0) {
                end += offsets[row + 1] - offsets[row];
                if (end > MAX_BYTES) {
                    throw tooLarge();
                }
            }
            ends[i + 1] = (int) end;
        }
        byte[] bytes = to.data.length >= end ? to.data : new byte[(int) end];
        for (int i = 0; i < count; i++) {
            int row = selection[i];
            if (row >= 0) {
                System.arraycopy(data, offsets[row], bytes, ends[i], ends[i + 1] - ends[i]);
            }
        }
        to.data = bytes;
    }

    @Override
    void appendValues(ColumnVector source) {
        BytesVector from = (BytesVector) source;
        int first = size();
        int begin = offsets[first];
        int added = from.offsets[from.size()];
        byte[] target = reserve(added);
        System.arraycopy(from.data, 0, target, begin, added);
        resize(first + from.size());
        for (int i = 0; i < from.size(); i++) {
            offsets[first + i + 1] = begin + from.offsets[i + 1];
        }
    }

    @Override
    long valueBytes() {
        return offsets[size()] + (long) size() * Integer.BYTES;
    }

    private static IllegalStateException tooLarge() {
        return new IllegalStateException("A column of one batch would pass 2 GB; batches must be cut smaller");
    }
}
