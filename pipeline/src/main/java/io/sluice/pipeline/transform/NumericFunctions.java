package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;

/** Functions of one number, and powers. */
final class NumericFunctions {

    private NumericFunctions() {}

    /** Unary minus. */
    static Expression negate(Expression value) {
        DataType type = value.type();
        return switch (type.kind()) {
            case INT32 ->
                Call.strictFallible(
                        type,
                        (in, out, rows) -> {
                            int[] from = ((IntVector) in[0]).values();
                            int[] to = ((IntVector) out).values();
                            for (int i = 0; i < rows; i++) {
                                if (from[i] == Integer.MIN_VALUE && !out.isNull(i)) {
                                    throw NumericKernels.overflow("INT32");
                                }
                                to[i] = -from[i];
                            }
                        },
                        value);
            case INT64 ->
                Call.strictFallible(
                        type,
                        (in, out, rows) -> {
                            long[] from = ((LongVector) in[0]).values();
                            long[] to = ((LongVector) out).values();
                            for (int i = 0; i < rows; i++) {
                                if (from[i] == Long.MIN_VALUE && !out.isNull(i)) {
                                    throw NumericKernels.overflow("INT64");
                                }
                                to[i] = -from[i];
                            }
                        },
                        value);
            case FLOAT32 ->
                Call.strict(
                        type,
                        (in, out, rows) -> {
                            float[] from = ((FloatVector) in[0]).values();
                            float[] to = ((FloatVector) out).values();
                            for (int i = 0; i < rows; i++) {
                                to[i] = -from[i];
                            }
                        },
                        value);
            case FLOAT64 ->
                Call.strict(
                        type,
                        (in, out, rows) -> {
                            double[] from = ((DoubleVector) in[0]).values();
                            double[] to = ((DoubleVector) out).values();
                            for (int i = 0; i < rows; i++) {
                                to[i] = -from[i];
                            }
                        },
                        value);
            default ->
                Call.strict(
                        type,
                        (in, out, rows) -> {
                            if (in[0] instanceof LongVector longs) {
                                for (int i = 0; i < rows; i++) {
                                    ((LongVector) out).values()[i] = -longs.values()[i];
                                }
                                return;
                            }
                            Int128Vector from = (Int128Vector) in[0];
                            Int128Vector to = (Int128Vector) out;
                            for (int i = 0; i < rows; i++) {
                                Int128.subtract(0, 0, from.high()[i], from.low()[i], to.high(), to.low(), i);
                            }
                        },
                        value);
        };
    }
}
