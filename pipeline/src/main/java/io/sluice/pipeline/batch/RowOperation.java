package io.sluice.pipeline.batch;

/**
 * What a change row does, one byte per row: one of the operations, and flags that the transform may add.
 *
 * <p>An update of a row's key is two adjacent rows of one batch: {@link #MOVE_OUT} with the old key, directly followed
 * by {@link #MOVE_IN} with the new row, whose previous version is the one at the old key.
 */
public final class RowOperation {

    /** A new row. */
    public static final byte INSERT = 1;
    /** A new version of the row with this key; values can be unavailable. */
    public static final byte UPDATE = 2;
    /** The row with this key goes. With a key only its columns are set; without a key all columns are the old row. */
    public static final byte DELETE = 3;
    /** The first half of a change of key: the old key leaves. The next row is its {@link #MOVE_IN}. */
    public static final byte MOVE_OUT = 4;
    /** The second half of a change of key: the new row; values can be unavailable. The row before is its {@link #MOVE_OUT}. */
    public static final byte MOVE_IN = 5;
    /** Every row of the table goes; the row's columns mean nothing. */
    public static final byte TRUNCATE = 6;

    /**
     * Flag on {@link #UPDATE} and {@link #MOVE_IN}: the filter reads only values that did not change, so the row is in
     * the lake afterwards if and only if its previous version was.
     */
    public static final byte IF_PRESENT = 0x20;

    /**
     * Flag on {@link #UPDATE} and {@link #MOVE_IN}: the filter or a computed column mixes values that the log left out
     * with others, so that neither the change nor the lake can decide it; the row has to be read from the source.
     */
    public static final byte REFETCH = 0x40;

    private static final int OPERATION_MASK = 0x1F;

    private RowOperation() {}

    /** The operation without its flags. */
    public static byte operation(byte withFlags) {
        return (byte) (withFlags & OPERATION_MASK);
    }

    /** Whether the flag is set. */
    public static boolean has(byte withFlags, byte flag) {
        return (withFlags & flag) != 0;
    }

    /** Whether the row brings a version that may stay: an insert, an update or the second half of a move. */
    public static boolean isUpsert(byte withFlags) {
        byte operation = operation(withFlags);
        return operation == INSERT || operation == UPDATE || operation == MOVE_IN;
    }
}
