package io.sluice.lake.index;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;

/**
 * Turns values into bytes so that equal values, and only those, have equal bytes. Fixed-width numbers keep their order,
 * so that keys that were made one after another lie next to each other in the index. Each value begins with a mark for
 * null, and values of variable width carry their length, so that no two rows run into each other.
 */
public final class KeyEncoder {

    private static final int NULL = 0;
    private static final int PRESENT = 1;

    private KeyEncoder() {}

    /** Appends one row's values of the given columns. */
    public static void encode(ColumnVector[] columns, int[] indexes, int row, KeyBuffer out) {
        for (int index : indexes) {
            encode(columns[index], row, out);
        }
    }

    /** Appends one value. */
    public static void encode(ColumnVector column, int row, KeyBuffer out) {
        if (column.isNull(row)) {
            out.putByte(NULL);
            return;
        }
        out.putByte(PRESENT);
        switch (column.type().kind()) {
            case BOOLEAN -> out.putByte(((BooleanVector) column).get(row));
            case INT32, DATE -> out.putInt(((IntVector) column).get(row) ^ Integer.MIN_VALUE);
            case INT64, TIME, TIMESTAMP, TIMESTAMP_TZ -> out.putLong(((LongVector) column).get(row) ^ Long.MIN_VALUE);
            case DECIMAL -> {
                if (column.type().isLongDecimal()) {
                    out.putLong(((LongVector) column).get(row) ^ Long.MIN_VALUE);
                } else {
                    putInt128((Int128Vector) column, row, Long.MIN_VALUE, out);
                }
            }
            case UUID -> putInt128((Int128Vector) column, row, 0, out);
            case FLOAT32 -> out.putInt(Float.floatToRawIntBits(((FloatVector) column).get(row)));
            case FLOAT64 -> out.putLong(Double.doubleToRawLongBits(((DoubleVector) column).get(row)));
            case STRING, BINARY -> {
                BytesVector bytes = (BytesVector) column;
                out.putInt(bytes.length(row));
                out.putBytes(bytes.data(), bytes.start(row), bytes.length(row));
            }
        }
    }

    private static void putInt128(Int128Vector column, int row, long flip, KeyBuffer out) {
        out.putLong(column.high()[row] ^ flip);
        out.putLong(column.low()[row]);
    }
}
