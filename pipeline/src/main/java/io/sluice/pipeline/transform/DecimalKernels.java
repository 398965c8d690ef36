package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import java.math.BigInteger;

/**
 * Exact arithmetic on decimals. Results of up to 18 digits are computed in {@code long}s, larger ones in 128 bits;
 * {@link BigInteger} only where an intermediate of a division or remainder does not fit 128 bits, or the divisor
 * does not fit 64.
 */
final class DecimalKernels {

    private DecimalKernels() {}

    /** A kernel for two decimals of these types. */
    static Call.Kernel arithmetic(Arithmetic operation, DataType left, DataType right, DataType result) {
        boolean longs = left.isLongDecimal() && right.isLongDecimal() && result.isLongDecimal();
        return switch (operation) {
            case ADD, SUBTRACT ->
                longs
                        ? addLongs(operation, result.scale() - left.scale(), result.scale() - right.scale())
                        : addWide(operation, left, right, result);
            case MULTIPLY -> longs ? DecimalKernels::multiplyLongs : multiplyWide(result);
            case DIVIDE -> divide(left, right, result);
            case MODULO -> modulo(left, right, result);
        };
    }

    /** The vector's values in 128 bits. */
    static Int128Vector wide(ColumnVector vector, int rows) {
        if (vector instanceof Int128Vector already) {
            return already;
        }
        long[] values = ((LongVector) vector).values();
        Int128Vector result = new Int128Vector(DataType.decimal(DataType.MAX_DECIMAL_PRECISION, 0), rows);
        result.resize(rows);
        long[] high = result.high();
        System.arraycopy(values, 0, result.low(), 0, rows);
        for (int i = 0; i < rows; i++) {
            high[i] = values[i] >> 63;
        }
        return result;
    }

    static EvaluationException overflow(DataType type) {
        return NumericKernels.overflow(type.toString());
    }

    private static Call.Kernel addLongs(Arithmetic operation, int leftShift, int rightShift) {
        long leftFactor = Int128.power(leftShift);
        long rightFactor = operation == Arithmetic.ADD ? Int128.power(rightShift) : -Int128.power(rightShift);
        // The result type has room for every sum of its operand types, so that nothing can overflow.
        return (in, out, rows) -> {
            long[] a = ((LongVector) in[0]).values();
            long[] b = ((LongVector) in[1]).values();
            long[] to = ((LongVector) out).values();
            for (int i = 0; i < rows; i++) {
                to[i] = a[i] * leftFactor + b[i] * rightFactor;
            }
        };
    }

    private static void multiplyLongs(ColumnVector[] in, ColumnVector out, int rows) {
        long[] a = ((LongVector) in[0]).values();
        long[] b = ((LongVector) in[1]).values();
        long[] to = ((LongVector) out).values();
        for (int i = 0; i < rows; i++) {
            to[i] = a[i] * b[i];
        }
    }

    private static Call.Kernel addWide(Arithmetic operation, DataType left, DataType right, DataType result) {
        int leftShift = result.scale() - left.scale();
        int rightShift = result.scale() - right.scale();
        return (in, out, rows) -> {
            Int128Vector a = wide(in[0], rows);
            Int128Vector b = wide(in[1], rows);
            long[] high = new long[2];
            long[] low = new long[2];
            Output to = new Output(out, result);
            for (int i = 0; i < rows; i++) {
                boolean ok = Int128.scaleUp(a.high()[i], a.low()[i], leftShift, high, low, 0)
                        && Int128.scaleUp(b.high()[i], b.low()[i], rightShift, high, low, 1)
                        && (operation == Arithmetic.ADD
                                ? Int128.add(high[0], low[0], high[1], low[1], high, low, 0)
                                : Int128.subtract(high[0], low[0], high[1], low[1], high, low, 0));
                to.set(i, ok, high[0], low[0]);
            }
        };
    }

    private static Call.Kernel multiplyWide(DataType result) {
        return (in, out, rows) -> {
            long[] high = new long[1];
            long[] low = new long[1];
            Output to = new Output(out, result);
            if (in[0] instanceof LongVector left && in[1] instanceof LongVector right) {
                long[] a = left.values();
                long[] b = right.values();
                for (int i = 0; i < rows; i++) {
                    to.set(i, true, Math.multiplyHigh(a[i], b[i]), a[i] * b[i]);
                }
                return;
            }
            Int128Vector a = wide(in[0], rows);
            Int128Vector b = wide(in[1], rows);
            for (int i = 0; i < rows; i++) {
                boolean ok = Int128.multiply(a.high()[i], a.low()[i], b.high()[i], b.low()[i], high, low, 0);
                to.set(i, ok, high[0], low[0]);
            }
        };
    }

    /** The quotient rounded to the result's scale, half a unit away from zero. */
    private static Call.Kernel divide(DataType left, DataType right, DataType result) {
        // Result scale is never below left scale minus right scale, see TypeRules.
        int shift = result.scale() - left.scale() + right.scale();
        BigInteger bigFactor = BigInteger.TEN.pow(Math.max(0, shift));
        return (in, out, rows) -> {
            Int128Vector a = wide(in[0], rows);
            Int128Vector b = wide(in[1], rows);
            long[] high = new long[1];
            long[] low = new long[1];
            Output to = new Output(out, result);
            for (int i = 0; i < rows; i++) {
                long bHigh = b.high()[i];
                long bLow = b.low()[i];
                if ((bHigh | bLow) == 0) {
                    if (!out.isNull(i)) {
                        throw NumericKernels.divisionByZero();
                    }
                    continue;
                }
                boolean ok = true;
                if (shift <= 38
                        && bHigh == bLow >> 63
                        && Int128.scaleUp(a.high()[i], a.low()[i], shift, high, low, 0)) {
                    Int128.divideByLong(high[0], low[0], bLow, Int128.Rounding.HALF_AWAY, high, low, 0);
                } else {
                    BigInteger quotient = roundedQuotient(
                            Int128.toBig(a.high()[i], a.low()[i]).multiply(bigFactor), Int128.toBig(bHigh, bLow));
                    ok = Int128.set(quotient, high, low, 0);
                }
                to.set(i, ok, high[0], low[0]);
            }
        };
    }

    private static BigInteger roundedQuotient(BigInteger numerator, BigInteger divisor) {
        BigInteger[] parts = numerator.divideAndRemainder(divisor);
        boolean up = parts[1].abs().shiftLeft(1).compareTo(divisor.abs()) >= 0;
        int sign = numerator.signum() * divisor.signum();
        return up ? parts[0].add(BigInteger.valueOf(sign)) : parts[0];
    }

    /** The remainder of truncating division; it has the sign of the left operand. */
    private static Call.Kernel modulo(DataType left, DataType right, DataType result) {
        int scale = Math.max(left.scale(), right.scale());
        int leftShift = scale - left.scale();
        int rightShift = scale - right.scale();
        BigInteger leftFactor = BigInteger.TEN.pow(leftShift);
        BigInteger rightFactor = BigInteger.TEN.pow(rightShift);
        return (in, out, rows) -> {
            Int128Vector a = wide(in[0], rows);
            Int128Vector b = wide(in[1], rows);
            long[] high = new long[2];
            long[] low = new long[2];
            Output to = new Output(out, result);
            for (int i = 0; i < rows; i++) {
                if ((b.high()[i] | b.low()[i]) == 0) {
                    if (!out.isNull(i)) {
                        throw NumericKernels.divisionByZero();
                    }
                    continue;
                }
                boolean ok = true;
                if (Int128.scaleUp(a.high()[i], a.low()[i], leftShift, high, low, 0)
                        && Int128.scaleUp(b.high()[i], b.low()[i], rightShift, high, low, 1)
                        && high[0] == low[0] >> 63
                        && high[1] == low[1] >> 63) {
                    low[0] = low[0] % low[1];
                    high[0] = low[0] >> 63;
                } else {
                    BigInteger rest = Int128.toBig(a.high()[i], a.low()[i])
                            .multiply(leftFactor)
                            .remainder(Int128.toBig(b.high()[i], b.low()[i]).multiply(rightFactor));
                    ok = Int128.set(rest, high, low, 0);
                }
                to.set(i, ok, high[0], low[0]);
            }
        };
    }

    /** Where results go: a vector of {@code long}s or of 128 bits, with the check of the type's precision. */
    static final class Output {

        private final ColumnVector vector;
        private final DataType type;
        private final long[] high;
        private final long[] low;

        Output(ColumnVector vector, DataType type) {
            this.vector = vector;
            this.type = type;
            if (vector instanceof Int128Vector wide) {
                this.high = wide.high();
                this.low = wide.low();
            } else {
                this.high = new long[0];
                this.low = ((LongVector) vector).values();
            }
        }

        /** Sets a row unless it is null. */
        void set(int row, boolean computed, long highHalf, long lowHalf) {
            if ((!computed || !Int128.fits(highHalf, lowHalf, type.precision()))) {
                if (!vector.isNull(row)) {
                    throw overflow(type);
                }
                return;
            }
            if (high.length != 0) {
                high[row] = highHalf;
            }
            low[row] = lowHalf;
        }
    }
}
