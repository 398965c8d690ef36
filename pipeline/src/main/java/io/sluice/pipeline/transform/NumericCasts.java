package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.DataType.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Casts between numbers, and between numbers and booleans. Decimals round half away from zero, floating point to
 * integers half to even; as in PostgreSQL a double becomes a decimal through its 15 significant digits and a single
 * through its 6.
 */
final class NumericCasts {

    /** 2 to the power of 53: every integer up to it is a double. */
    private static final long EXACT_DOUBLE = 1L << 53;

    private static final double[] POWERS = new double[19];

    static {
        for (int i = 0; i < POWERS.length; i++) {
            POWERS[i] = Int128.power(i);
        }
    }

    private NumericCasts() {}

    /** A cast between two different number types. */
    static Expression cast(Expression value, DataType target) {
        DataType source = value.type();
        if (TypeRules.isFloat(source)) {
            return fromFloat(value, target);
        }
        if (TypeRules.isFloat(target)) {
            return toFloat(value, target);
        }
        if (source.kind() == Kind.INT32 && target.kind() == Kind.INT64) {
            return Call.strict(target, NumericCasts::intsToLongs, value);
        }
        if (source.kind() == Kind.INT64 && target.kind() == Kind.INT32) {
            return Call.strictFallible(target, NumericCasts::longsToInts, value);
        }
        if (TypeRules.isInteger(target)) {
            return Call.strictFallible(target, decimalToInteger(source, target), value);
        }
        DataType from = TypeRules.asDecimal(source);
        boolean widening = target.scale() >= from.scale()
                && target.precision() - target.scale() >= from.precision() - from.scale();
        Call.Kernel kernel = rescale(from, target);
        return widening ? Call.strict(target, kernel, value) : Call.strictFallible(target, kernel, value);
    }

    /** BOOLEAN to INT32. */
    static Expression booleanToInt(Expression value) {
        return Call.strict(
                DataType.INT32,
                (in, out, rows) -> {
                    byte[] from = ((BooleanVector) in[0]).values();
                    int[] to = ((IntVector) out).values();
                    for (int i = 0; i < rows; i++) {
                        to[i] = from[i];
                    }
                },
                value);
    }

    /** INT32 to BOOLEAN: everything but 0 is true. */
    static Expression intToBoolean(Expression value) {
        return Call.strict(
                DataType.BOOLEAN,
                (in, out, rows) -> {
                    int[] from = ((IntVector) in[0]).values();
                    byte[] to = ((BooleanVector) out).values();
                    for (int i = 0; i < rows; i++) {
                        to[i] = (byte) (from[i] != 0 ? 1 : 0);
                    }
                },
                value);
    }

    /** The values of an integer or short decimal vector as {@code long}s: its own array where it has one. */
    static long[] longs(ColumnVector vector, int rows) {
        if (vector instanceof LongVector already) {
            return already.values();
        }
        int[] from = ((IntVector) vector).values();
        long[] result = new long[rows];
        for (int i = 0; i < rows; i++) {
            result[i] = from[i];
        }
        return result;
    }

    private static void intsToLongs(ColumnVector[] in, ColumnVector out, int rows) {
        int[] from = ((IntVector) in[0]).values();
        long[] to = ((LongVector) out).values();
        for (int i = 0; i < rows; i++) {
            to[i] = from[i];
        }
    }

    private static void longsToInts(ColumnVector[] in, ColumnVector out, int rows) {
        long[] from = ((LongVector) in[0]).values();
        int[] to = ((IntVector) out).values();
        for (int i = 0; i < rows; i++) {
            if ((int) from[i] != from[i] && !out.isNull(i)) {
                throw NumericKernels.overflow("INT32");
            }
            to[i] = (int) from[i];
        }
    }

    private static Call.Kernel rescale(DataType from, DataType target) {
        int shift = target.scale() - from.scale();
        return (in, out, rows) -> {
            if (!(in[0] instanceof Int128Vector) && shift >= 0 && from.precision() + shift <= 18) {
                long factor = Int128.power(shift);
                long[] values = longs(in[0], rows);
                if (out instanceof LongVector to) {
                    long limit = Int128.power(target.precision());
                    for (int i = 0; i < rows; i++) {
                        long scaled = values[i] * factor;
                        if ((scaled >= limit || scaled <= -limit) && !out.isNull(i)) {
                            throw DecimalKernels.overflow(target);
                        }
                        to.values()[i] = scaled;
                    }
                    return;
                }
            }
            Int128Vector wide = wide(in[0], rows);
            DecimalKernels.Output to = new DecimalKernels.Output(out, target);
            long[] high = new long[1];
            long[] low = new long[1];
            for (int i = 0; i < rows; i++) {
                boolean ok = true;
                if (shift >= 0) {
                    ok = Int128.scaleUp(wide.high()[i], wide.low()[i], shift, high, low, 0);
                } else {
                    Int128.scaleDown(wide.high()[i], wide.low()[i], -shift, high, low, 0);
                }
                to.set(i, ok, high[0], low[0]);
            }
        };
    }

    private static Int128Vector wide(ColumnVector vector, int rows) {
        if (!(vector instanceof IntVector)) {
            return DecimalKernels.wide(vector, rows);
        }
        LongVector longs = new LongVector(DataType.INT64, rows);
        longs.resize(rows);
        System.arraycopy(longs(vector, rows), 0, longs.values(), 0, rows);
        return DecimalKernels.wide(longs, rows);
    }

    private static Call.Kernel decimalToInteger(DataType source, DataType target) {
        boolean toInt = target.kind() == Kind.INT32;
        return (in, out, rows) -> {
            Int128Vector wide = DecimalKernels.wide(in[0], rows);
            long[] high = new long[1];
            long[] low = new long[1];
            for (int i = 0; i < rows; i++) {
                Int128.scaleDown(wide.high()[i], wide.low()[i], source.scale(), high, low, 0);
                long value = low[0];
                if ((high[0] != value >> 63 || toInt && (int) value != value) && !out.isNull(i)) {
                    throw NumericKernels.overflow(target.toString());
                }
                if (toInt) {
                    ((IntVector) out).values()[i] = (int) value;
                } else {
                    ((LongVector) out).values()[i] = value;
                }
            }
        };
    }

    private static Expression toFloat(Expression value, DataType target) {
        int scale = value.type().scale();
        boolean single = target.kind() == Kind.FLOAT32;
        boolean decimal = value.type().kind() == Kind.DECIMAL;
        return Call.strict(
                target,
                (in, out, rows) -> {
                    if (in[0] instanceof Int128Vector wide) {
                        for (int i = 0; i < rows; i++) {
                            BigDecimal exact = new BigDecimal(Int128.toBig(wide.high()[i], wide.low()[i]), scale);
                            setFloat(out, i, single ? exact.floatValue() : exact.doubleValue());
                        }
                        return;
                    }
                    long[] from = longs(in[0], rows);
                    for (int i = 0; i < rows; i++) {
                        long unscaled = from[i];
                        if (!decimal) {
                            setFloat(out, i, single ? (float) unscaled : (double) unscaled);
                        } else if (!single && unscaled <= EXACT_DOUBLE && unscaled >= -EXACT_DOUBLE) {
                            // Both numbers are exact doubles, so that the division rounds only once.
                            setFloat(out, i, unscaled / POWERS[scale]);
                        } else {
                            BigDecimal exact = BigDecimal.valueOf(unscaled, scale);
                            setFloat(out, i, single ? exact.floatValue() : exact.doubleValue());
                        }
                    }
                },
                value);
    }

    private static void setFloat(ColumnVector out, int row, double value) {
        if (out instanceof DoubleVector doubles) {
            doubles.values()[row] = value;
        } else {
            ((FloatVector) out).values()[row] = (float) value;
        }
    }

    private static Expression fromFloat(Expression value, DataType target) {
        if (target.kind() == Kind.FLOAT64) {
            return Call.strict(
                    target,
                    (in, out, rows) -> {
                        float[] from = ((FloatVector) in[0]).values();
                        double[] to = ((DoubleVector) out).values();
                        for (int i = 0; i < rows; i++) {
                            to[i] = from[i];
                        }
                    },
                    value);
        }
        int digits = value.type().kind() == Kind.FLOAT32 ? 6 : 15;
        return Call.strictFallible(
                target,
                (in, out, rows) -> {
                    for (int i = 0; i < rows; i++) {
                        if (!out.isNull(i)) {
                            double from = in[0] instanceof DoubleVector doubles
                                    ? doubles.values()[i]
                                    : ((FloatVector) in[0]).values()[i];
                            setFromDouble(from, digits, out, i, target);
                        }
                    }
                },
                value);
    }

    private static void setFromDouble(double from, int digits, ColumnVector out, int row, DataType target) {
        switch (target.kind()) {
            case FLOAT32 -> {
                float to = (float) from;
                if (Float.isInfinite(to) && !Double.isInfinite(from) || to == 0 && from != 0) {
                    throw NumericKernels.overflow("FLOAT32");
                }
                ((FloatVector) out).values()[row] = to;
            }
            case INT32 -> {
                double rounded = Math.rint(from);
                if (!(rounded >= Integer.MIN_VALUE && rounded <= Integer.MAX_VALUE)) {
                    throw NumericKernels.overflow("INT32");
                }
                ((IntVector) out).values()[row] = (int) rounded;
            }
            case INT64 -> {
                double rounded = Math.rint(from);
                if (!(rounded >= Long.MIN_VALUE && rounded < -(double) Long.MIN_VALUE)) {
                    throw NumericKernels.overflow("INT64");
                }
                ((LongVector) out).values()[row] = (long) rounded;
            }
            default -> {
                if (Double.isNaN(from) || Double.isInfinite(from)) {
                    throw new EvaluationException("NaN and infinity have no place in " + target);
                }
                BigInteger unscaled = new BigDecimal(from)
                        .round(new MathContext(digits, RoundingMode.HALF_EVEN))
                        .setScale(target.scale(), RoundingMode.HALF_UP)
                        .unscaledValue();
                long[] high = new long[1];
                long[] low = new long[1];
                boolean ok = Int128.set(unscaled, high, low, 0);
                new DecimalKernels.Output(out, target).set(row, ok, high[0], low[0]);
            }
        }
    }
}
