package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

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

    /** The absolute value. */
    static Expression abs(Expression value, OperatorBinder operators) {
        Expression shared = operators.share(value);
        Expression negative = isNegative(shared);
        return new CaseExpression(List.of(negative), List.of(negate(shared)), shared);
    }

    private static Expression isNegative(Expression value) {
        return Call.strict(
                DataType.BOOLEAN,
                (in, out, rows) -> {
                    byte[] to = ((BooleanVector) out).values();
                    for (int i = 0; i < rows; i++) {
                        to[i] = (byte) (sign(in[0], i) < 0 ? 1 : 0);
                    }
                },
                value);
    }

    /** -1, 0 or 1. */
    static Expression sign(Expression value) {
        return Call.strict(
                DataType.INT32,
                (in, out, rows) -> {
                    int[] to = ((IntVector) out).values();
                    for (int i = 0; i < rows; i++) {
                        to[i] = sign(in[0], i);
                    }
                },
                value);
    }

    private static int sign(ColumnVector vector, int row) {
        if (vector instanceof LongVector longs) {
            return Long.signum(longs.values()[row]);
        }
        if (vector instanceof IntVector ints) {
            return Integer.signum(ints.values()[row]);
        }
        if (vector instanceof Int128Vector wide) {
            return wide.high()[row] < 0 ? -1 : (wide.high()[row] | wide.low()[row]) == 0 ? 0 : 1;
        }
        double value =
                vector instanceof DoubleVector doubles ? doubles.values()[row] : ((FloatVector) vector).values()[row];
        return value < 0 ? -1 : value > 0 || Double.isNaN(value) ? 1 : 0;
    }

    /** To a whole number: decimals get scale 0, floating point stays what it is, integers are whole already. */
    static Expression toWhole(Expression value, RoundingMode mode) {
        DataType type = value.type();
        if (TypeRules.isInteger(type)) {
            return value;
        }
        if (TypeRules.isFloat(type)) {
            DoubleUnaryOperator function = switch (mode) {
                case FLOOR -> Math::floor;
                case CEILING -> Math::ceil;
                // PostgreSQL rounds floating point half to even.
                case HALF_UP -> Math::rint;
                default -> x -> x < 0 ? Math.ceil(x) : Math.floor(x);
            };
            Expression wide = type.kind() == DataType.Kind.FLOAT64 ? value : NumericCasts.cast(value, DataType.FLOAT64);
            Expression result = Call.strict(
                    DataType.FLOAT64,
                    (in, out, rows) -> {
                        double[] from = ((DoubleVector) in[0]).values();
                        double[] to = ((DoubleVector) out).values();
                        for (int i = 0; i < rows; i++) {
                            to[i] = function.applyAsDouble(from[i]);
                        }
                    },
                    wide);
            return type.kind() == DataType.Kind.FLOAT64 ? result : NumericCasts.cast(result, type);
        }
        return round(value, 0, mode);
    }

    /**
     * Rounds a decimal to a number of fraction digits; a negative number rounds before the point.
     *
     * @return with one integer digit more, for the carry
     */
    static Expression round(Expression value, int digits, RoundingMode mode) {
        DataType type = value.type();
        if (digits >= type.scale()) {
            return value;
        }
        int scale = Math.max(0, digits);
        int precision =
                Math.min(DataType.MAX_DECIMAL_PRECISION, Math.max(1, type.precision() - type.scale() + 1 + scale));
        DataType result = DataType.decimal(precision, scale);
        int down = type.scale() - digits;
        int up = scale - digits;
        if (down > DataType.MAX_DECIMAL_PRECISION || up > DataType.MAX_DECIMAL_PRECISION) {
            // Nothing is left of any value; a fresh vector holds zeros.
            return Call.strict(result, (in, out, rows) -> {}, value);
        }
        return Call.strictFallible(
                result,
                (in, out, rows) -> {
                    Int128Vector from = DecimalKernels.wide(in[0], rows);
                    DecimalKernels.Output to = new DecimalKernels.Output(out, result);
                    long[] high = new long[2];
                    long[] low = new long[2];
                    for (int i = 0; i < rows; i++) {
                        Int128.scaleDown(from.high()[i], from.low()[i], down, mode, high, low, 0);
                        boolean ok = Int128.scaleUp(high[0], low[0], up, high, low, 1);
                        to.set(i, ok, high[1], low[1]);
                    }
                },
                value);
    }

    /** A function of one double that fails where it gives NaN or infinity for a number. */
    static Expression ofDouble(Expression value, String name, DoubleUnaryOperator function) {
        return Call.strictFallible(
                DataType.FLOAT64,
                (in, out, rows) -> {
                    double[] from = ((DoubleVector) in[0]).values();
                    double[] to = ((DoubleVector) out).values();
                    for (int i = 0; i < rows; i++) {
                        to[i] = function.applyAsDouble(from[i]);
                        if (!Double.isFinite(to[i]) && Double.isFinite(from[i]) && !out.isNull(i)) {
                            throw new EvaluationException(name + " has no result for this number");
                        }
                    }
                },
                value);
    }

    /** POWER of two doubles. */
    static Expression power(Expression base, Expression exponent) {
        return Call.strictFallible(
                DataType.FLOAT64,
                (in, out, rows) -> {
                    double[] a = ((DoubleVector) in[0]).values();
                    double[] b = ((DoubleVector) in[1]).values();
                    double[] to = ((DoubleVector) out).values();
                    for (int i = 0; i < rows; i++) {
                        // In Java 1 to the power of NaN is NaN, in SQL and C it is 1.
                        to[i] = a[i] == 1 ? 1 : Math.pow(a[i], b[i]);
                        boolean numbers = Double.isFinite(a[i]) && Double.isFinite(b[i]);
                        if (!Double.isFinite(to[i]) && numbers && !out.isNull(i)) {
                            throw new EvaluationException("POWER has no result for these numbers");
                        }
                    }
                },
                base,
                exponent);
    }
}
