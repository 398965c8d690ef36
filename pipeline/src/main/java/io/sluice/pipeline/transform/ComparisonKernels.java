package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * Comparisons of two vectors of one type. As in PostgreSQL, NaN equals itself and is above every number, text and bytes
 * compare byte by byte (which for UTF-8 is by code point), and false is below true.
 */
final class ComparisonKernels {

    /** The comparisons that kernels know; the others are these with their arguments exchanged. */
    enum Test {
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL
    }

    private ComparisonKernels() {}

    /** A kernel for two arguments of this type. */
    static Call.Kernel compare(Test test, DataType type) {
        return switch (type.kind()) {
            case BOOLEAN -> (in, out, rows) -> booleans(test, in, out, rows);
            case INT32, DATE -> (in, out, rows) -> ints(test, in, out, rows);
            case INT64, TIME, TIMESTAMP, TIMESTAMP_TZ -> (in, out, rows) -> longs(test, in, out, rows);
            case FLOAT32 -> (in, out, rows) -> floats(test, in, out, rows);
            case FLOAT64 -> (in, out, rows) -> doubles(test, in, out, rows);
            case DECIMAL ->
                type.isLongDecimal()
                        ? (in, out, rows) -> longs(test, in, out, rows)
                        : (in, out, rows) -> wide(test, 0, in, out, rows);
            case UUID -> (in, out, rows) -> wide(test, Long.MIN_VALUE, in, out, rows);
            case STRING, BINARY -> (in, out, rows) -> bytes(test, in, out, rows);
        };
    }

    /**
     * Compares decimals whose common type would need more than 38 digits. Rare: only then is a number object made per
     * row.
     */
    static Call.Kernel compareDecimals(Test test, int leftScale, int rightScale) {
        int scale = Math.max(leftScale, rightScale);
        BigInteger leftFactor = BigInteger.TEN.pow(scale - leftScale);
        BigInteger rightFactor = BigInteger.TEN.pow(scale - rightScale);
        return (in, out, rows) -> {
            Int128Vector a = DecimalKernels.wide(in[0], rows);
            Int128Vector b = DecimalKernels.wide(in[1], rows);
            byte[] to = ((BooleanVector) out).values();
            for (int i = 0; i < rows; i++) {
                BigInteger left = Int128.toBig(a.high()[i], a.low()[i]).multiply(leftFactor);
                BigInteger right = Int128.toBig(b.high()[i], b.low()[i]).multiply(rightFactor);
                to[i] = holds(test, left.compareTo(right));
            }
        };
    }

    static int compareDoubles(double a, double b) {
        if (a < b) {
            return -1;
        }
        if (a > b) {
            return 1;
        }
        if (a == b) {
            return 0;
        }
        return Double.isNaN(a) ? (Double.isNaN(b) ? 0 : 1) : -1;
    }

    private static byte holds(Test test, int order) {
        return (byte)
                (switch (test) {
                            case EQUAL -> order == 0;
                            case NOT_EQUAL -> order != 0;
                            case LESS -> order < 0;
                            case LESS_OR_EQUAL -> order <= 0;
                        }
                        ? 1
                        : 0);
    }

    private static void ints(Test test, ColumnVector[] in, ColumnVector out, int rows) {
        int[] a = ((IntVector) in[0]).values();
        int[] b = ((IntVector) in[1]).values();
        byte[] to = ((BooleanVector) out).values();
        switch (test) {
            case EQUAL -> {
                for (int i = 0; i < rows; i++) {
                    to[i] = (byte) (a[i] == b[i] ? 1 : 0);
                }
            }
            case NOT_EQUAL -> {
                for (int i = 0; i < rows; i++) {
                    to[i] = (byte) (a[i] != b[i] ? 1 : 0);
                }
            }
            case LESS -> {
                for (int i = 0; i < rows; i++) {
                    to[i] = (byte) (a[i] < b[i] ? 1 : 0);
                }
            }
            case LESS_OR_EQUAL -> {
                for (int i = 0; i < rows; i++) {
                    to[i] = (byte) (a[i] <= b[i] ? 1 : 0);
                }
            }
        }
    }

    private static void longs(Test test, ColumnVector[] in, ColumnVector out, int rows) {
        long[] a = ((LongVector) in[0]).values();
        long[] b = ((LongVector) in[1]).values();
        byte[] to = ((BooleanVector) out).values();
        switch (test) {
            case EQUAL -> {
                for (int i = 0; i < rows; i++) {
                    to[i] = (byte) (a[i] == b[i] ? 1 : 0);
                }
            }
            case NOT_EQUAL -> {
                for (int i = 0; i < rows; i++) {
                    to[i] = (byte) (a[i] != b[i] ? 1 : 0);
                }
            }
            case LESS -> {
                for (int i = 0; i < rows; i++) {
                    to[i] = (byte) (a[i] < b[i] ? 1 : 0);
                }
            }
            case LESS_OR_EQUAL -> {
                for (int i = 0; i < rows; i++) {
                    to[i] = (byte) (a[i] <= b[i] ? 1 : 0);
                }
            }
        }
    }

    private static void booleans(Test test, ColumnVector[] in, ColumnVector out, int rows) {
        byte[] a = ((BooleanVector) in[0]).values();
        byte[] b = ((BooleanVector) in[1]).values();
        byte[] to = ((BooleanVector) out).values();
        for (int i = 0; i < rows; i++) {
            to[i] = holds(test, a[i] - b[i]);
        }
    }

    private static void floats(Test test, ColumnVector[] in, ColumnVector out, int rows) {
        float[] a = ((FloatVector) in[0]).values();
        float[] b = ((FloatVector) in[1]).values();
        byte[] to = ((BooleanVector) out).values();
        for (int i = 0; i < rows; i++) {
            to[i] = holds(test, compareDoubles(a[i], b[i]));
        }
    }

    private static void doubles(Test test, ColumnVector[] in, ColumnVector out, int rows) {
        double[] a = ((DoubleVector) in[0]).values();
        double[] b = ((DoubleVector) in[1]).values();
        byte[] to = ((BooleanVector) out).values();
        for (int i = 0; i < rows; i++) {
            to[i] = holds(test, compareDoubles(a[i], b[i]));
        }
    }

    /** @param flip exclusive-ored into the upper halves: 0 for signed values, the sign bit for unsigned ones */
    private static void wide(Test test, long flip, ColumnVector[] in, ColumnVector out, int rows) {
        Int128Vector a = (Int128Vector) in[0];
        Int128Vector b = (Int128Vector) in[1];
        byte[] to = ((BooleanVector) out).values();
        for (int i = 0; i < rows; i++) {
            int order = Int128.compare(a.high()[i] ^ flip, a.low()[i], b.high()[i] ^ flip, b.low()[i]);
            to[i] = holds(test, order);
        }
    }

    private static void bytes(Test test, ColumnVector[] in, ColumnVector out, int rows) {
        BytesVector a = (BytesVector) in[0];
        BytesVector b = (BytesVector) in[1];
        int aMask = a.size() == 1 ? 0 : -1;
        int bMask = b.size() == 1 ? 0 : -1;
        byte[] aData = a.data();
        byte[] bData = b.data();
        int[] aOffsets = a.offsets();
        int[] bOffsets = b.offsets();
        byte[] to = ((BooleanVector) out).values();
        boolean equality = test == Test.EQUAL || test == Test.NOT_EQUAL;
        for (int i = 0; i < rows; i++) {
            int aStart = aOffsets[i & aMask];
            int aEnd = aOffsets[(i & aMask) + 1];
            int bStart = bOffsets[i & bMask];
            int bEnd = bOffsets[(i & bMask) + 1];
            if (equality) {
                boolean same =
                        aEnd - aStart == bEnd - bStart && Arrays.equals(aData, aStart, aEnd, bData, bStart, bEnd);
                to[i] = (byte) (same == (test == Test.EQUAL) ? 1 : 0);
            } else {
                to[i] = holds(test, Arrays.compareUnsigned(aData, aStart, aEnd, bData, bStart, bEnd));
            }
        }
    }
}
