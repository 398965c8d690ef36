package io.sluice.pipeline.batch;

import io.sluice.pipeline.schema.DataType;
import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values of one column of a batch in one primitive array, with null bits. Rows are appended at the end, or the
 * vector is given its size at once and filled through the array of the subclass.
 *
 * <p>A value can be <em>unavailable</em>: the source's log left it out because the change did not touch it. An
 * unavailable value counts as null too, so that code which only looks at nulls never reads garbage; code that writes
 * to the lake must ask {@link #isUnavailable}.
 *
 * <p>Owned by one thread at a time. The arrays handed out are the vector's own and change identity when it grows.
 */
public abstract sealed class ColumnVector implements Serializable
        permits BooleanVector, IntVector, LongVector, FloatVector, DoubleVector, Int128Vector, BytesVector {

    private final DataType type;
    private long[] nullBits;
    private int nullCount;
    private long @Nullable [] unavailableBits;
    private int unavailableCount;

    /** Rows held; subclasses grow their arrays before it rises. */
    private int size;

    /** Rows that all arrays have room for. */
    private int room;

    ColumnVector(DataType type, int capacity) {
        this.type = type;
        this.nullBits = new long[words(Math.max(capacity, 64))];
    }

    /** An empty vector of the class that holds values of {@code type}, with room for {@code capacity} rows. */
    public static ColumnVector create(DataType type, int capacity) {
        return switch (type.kind()) {
            case BOOLEAN -> new BooleanVector(capacity);
            case INT32, DATE -> new IntVector(type, capacity);
            case INT64, TIME, TIMESTAMP, TIMESTAMP_TZ -> new LongVector(type, capacity);
            case DECIMAL -> type.isLongDecimal() ? new LongVector(type, capacity) : new Int128Vector(type, capacity);
            case FLOAT32 -> new FloatVector(capacity);
            case FLOAT64 -> new DoubleVector(capacity);
            case UUID -> new Int128Vector(type, capacity);
            case STRING, BINARY -> new BytesVector(type, capacity);
        };
    }

    /** The logical type of the values. */
    public final DataType type() {
        return type;
    }

    /** Rows held. */
    public final int size() {
        return size;
    }

    /** Whether any row is null or unavailable. */
    public final boolean hasNulls() {
        return nullCount != 0;
    }

    /** Rows that are null or unavailable. */
    public final int nullCount() {
        return nullCount;
    }

    /** Whether the row is null or unavailable. */
    public final boolean isNull(int row) {
        return nullCount != 0 && (nullBits[row >>> 6] & 1L << row) != 0;
    }

    /** Whether any row is unavailable. */
    public final boolean hasUnavailable() {
        return unavailableCount != 0;
    }

    /** Whether the log left this row's value out because it did not change. */
    public final boolean isUnavailable(int row) {
        long[] bits = unavailableBits;
        return unavailableCount != 0 && bits != null && row >>> 6 < bits.length && (bits[row >>> 6] & 1L << row) != 0;
    }

    /** Appends a null. */
    public final void appendNull() {
        int row = size;
        resize(row + 1);
        setNull(row);
    }

    /** Appends a value that the log left out. */
    public final void appendUnavailable() {
        int row = size;
        resize(row + 1);
        setUnavailable(row);
    }

    /** Makes an existing row null; what its slot in the array holds no longer matters. */
    public final void setNull(int row) {
        long bit = 1L << row;
        if ((nullBits[row >>> 6] & bit) == 0) {
            nullBits[row >>> 6] |= bit;
            nullCount++;
        }
    }

    /** Makes an existing row unavailable (and null). */
    public final void setUnavailable(int row) {
        setNull(row);
        long[] bits = unavailableBits;
        if (bits == null) {
            bits = new long[nullBits.length];
        } else if (bits.length <= row >>> 6) {
            bits = Arrays.copyOf(bits, nullBits.length);
        }
        unavailableBits = bits;
        long bit = 1L << row;
        if ((bits[row >>> 6] & bit) == 0) {
            bits[row >>> 6] |= bit;
            unavailableCount++;
        }
    }

    /**
     * Gives the vector exactly {@code newSize} rows. Rows that are added hold an unspecified value and are not null;
     * rows beyond the new size are forgotten.
     */
    public final void resize(int newSize) {
        if (newSize > size) {
            makeRoom(newSize);
            addEmptyValues(newSize);
        } else if (newSize < size) {
            nullCount -= clearFrom(nullBits, newSize);
            if (unavailableBits != null) {
                unavailableCount -= clearFrom(unavailableBits, newSize);
            }
            shrinkValues(newSize);
        }
        size = newSize;
    }

    /** Forgets all rows; keeps the arrays. */
    public final void clear() {
        resize(0);
    }

    /**
     * Appends one row of another vector of the same type, with its null and unavailable marks.
     *
     * @throws ClassCastException when the vectors are of different classes
     */
    public final void appendFrom(ColumnVector source, int row) {
        if (source.isUnavailable(row)) {
            appendUnavailable();
        } else if (source.isNull(row)) {
            appendNull();
        } else {
            appendValueFrom(source, row);
        }
    }

    /**
     * A new vector with the rows {@code selection[0..count)} of this one, in that order; a negative entry gives a null.
     */
    public final ColumnVector gather(int[] selection, int count) {
        ColumnVector result = create(type, count);
        gatherValues(selection, count, result);
        if (nullCount == 0) {
            for (int i = 0; i < count; i++) {
                if (selection[i] < 0) {
                    result.setNull(i);
                }
            }
        } else {
            for (int i = 0; i < count; i++) {
                int row = selection[i];
                if (row < 0) {
                    result.setNull(i);
                } else if (isUnavailable(row)) {
                    result.setUnavailable(i);
                } else if (isNull(row)) {
                    result.setNull(i);
                }
            }
        }
        return result;
    }

    /**
     * Appends all rows of another vector of the same type, with their marks.
     *
     * @throws ClassCastException when the vectors are of different classes
     */
    public final void appendAll(ColumnVector source) {
        int first = size;
        appendValues(source);
        if (source.nullCount != 0) {
            for (int i = 0; i < source.size; i++) {
                if (source.isUnavailable(i)) {
                    setUnavailable(first + i);
                } else if (source.isNull(i)) {
                    setNull(first + i);
                }
            }
        }
    }

    /** Makes every row null that is null or unavailable in the other vector, which has at least as many rows. */
    public final void addNullsOf(ColumnVector other) {
        if (other.nullCount == 0) {
            return;
        }
        int words = words(size);
        int nulls = 0;
        for (int i = 0; i < words; i++) {
            long bits = nullBits[i] | other.nullBits[i];
            if (i == words - 1 && (size & 63) != 0) {
                bits &= -1L >>> -size;
            }
            nullBits[i] = bits;
            nulls += Long.bitCount(bits);
        }
        nullCount = nulls;
    }

    /** Bytes of heap that the values and marks take, roughly; grows with the data, not with spare capacity. */
    public final long memoryBytes() {
        return valueBytes() + size / 4;
    }

    /** Adds a row that is not null and gives its index; its value is the caller's to set. On the hot path. */
    final int addRow() {
        int row = size;
        if (row >= room) {
            makeRoom(row + 1);
        }
        size = row + 1;
        return row;
    }

    private void makeRoom(int rows) {
        if (rows > room) {
            if (words(rows) > nullBits.length) {
                nullBits = Arrays.copyOf(nullBits, Math.max(words(rows), nullBits.length * 2));
            }
            room = Math.min(growValues(rows), nullBits.length * Long.SIZE);
        }
    }

    /** Makes room for {@code rows} rows in the subclass's arrays; gives how many they have room for now. */
    abstract int growValues(int rows);

    /** Called before the size rises to {@code rows} without values; only variable-width vectors have something to do. */
    void addEmptyValues(int rows) {}

    /** Called before the size falls to {@code rows}; only variable-width vectors have something to do. */
    void shrinkValues(int rows) {}

    abstract void appendValueFrom(ColumnVector source, int row);

    /** Fills the empty {@code target} with the selected rows' values; those of negative entries do not matter. */
    abstract void gatherValues(int[] selection, int count, ColumnVector target);

    /** Appends the values of all rows of a vector of the same class, without their marks. */
    abstract void appendValues(ColumnVector source);

    abstract long valueBytes();

    static int grownCapacity(int current, int needed) {
        return Math.max(needed, current + (current >> 1) + 16);
    }

    private static int words(int rows) {
        return (rows + 63) >>> 6;
    }

    private static int clearFrom(long[] bits, int from) {
        int cleared = 0;
        int word = from >>> 6;
        if (word < bits.length) {
            long tail = bits[word] & -1L << from;
            cleared += Long.bitCount(tail);
            bits[word] &= ~tail;
            for (int i = word + 1; i < bits.length; i++) {
                cleared += Long.bitCount(bits[i]);
                bits[i] = 0;
            }
        }
        return cleared;
    }
}
