package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.ColumnVector;

/** Three-valued logic on vectors of one argument, and tests for null. */
final class LogicKernels {

    private LogicKernels() {}

    static void not(ColumnVector[] in, ColumnVector out, int rows) {
        byte[] a = ((BooleanVector) in[0]).values();
        byte[] to = ((BooleanVector) out).values();
        for (int i = 0; i < rows; i++) {
            to[i] = (byte) (a[i] ^ 1);
        }
    }

    static void isNull(ColumnVector[] in, ColumnVector out, int rows) {
        byte[] to = ((BooleanVector) out).values();
        for (int i = 0; i < rows; i++) {
            to[i] = (byte) (in[0].isNull(i) ? 1 : 0);
        }
    }

    static void isNotNull(ColumnVector[] in, ColumnVector out, int rows) {
        byte[] to = ((BooleanVector) out).values();
        for (int i = 0; i < rows; i++) {
            to[i] = (byte) (in[0].isNull(i) ? 0 : 1);
        }
    }

    /**
     * IS TRUE, IS NOT TRUE, IS FALSE, IS NOT FALSE.
     *
     * @param wanted the value asked for
     * @param whenWanted what comes out for it; the opposite for the other value and for null
     */
    static Call.Kernel is(int wanted, int whenWanted) {
        return (in, out, rows) -> {
            byte[] a = ((BooleanVector) in[0]).values();
            byte[] to = ((BooleanVector) out).values();
            for (int i = 0; i < rows; i++) {
                boolean hit = !in[0].isNull(i) && a[i] == wanted;
                to[i] = (byte) (hit ? whenWanted : whenWanted ^ 1);
            }
        };
    }

    /**
     * IS [NOT] DISTINCT FROM over the two values and their equality.
     *
     * @param whenDistinct what comes out when they differ
     */
    static Call.Kernel distinct(int whenDistinct) {
        return (in, out, rows) -> {
            byte[] equal = ((BooleanVector) in[2]).values();
            byte[] to = ((BooleanVector) out).values();
            for (int i = 0; i < rows; i++) {
                boolean aNull = in[0].isNull(i);
                boolean bNull = in[1].isNull(i);
                boolean distinct = aNull || bNull ? aNull != bNull : equal[i] == 0;
                to[i] = (byte) (distinct ? whenDistinct : whenDistinct ^ 1);
            }
        };
    }
}
