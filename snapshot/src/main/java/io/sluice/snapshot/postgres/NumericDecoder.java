package io.sluice.snapshot.postgres;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;

/**
 * Decodes {@code numeric}, exactly and without {@code BigDecimal}. Binary form ({@code numeric_send}): four 16-bit words
 * (number of digits, weight, sign, display scale), then the digits in base 10,000 from the most significant; the value
 * is the sum of {@code digit[i] * 10000^(weight - i)}. Zero digits at either end are not sent.
 */
abstract class NumericDecoder extends ValueDecoder {

    private static final int HEADER = 4 * Short.BYTES;
    private static final int POSITIVE = 0x0000;
    private static final int NEGATIVE = 0x4000;
    private static final int NOT_A_NUMBER = 0xC000;
    private static final int BASE = 10_000;
    private static final int BASE_DIGITS = 4;
    static final long[] POWERS_OF_TEN = powersOfTen();

    private final int scale;

    private NumericDecoder(int scale) {
        this.scale = scale;
    }

    static NumericDecoder create(DataType type) {
        return type.isLongDecimal()
                ? new ToLong(type.precision(), type.scale())
                : new ToInt128(type.precision(), type.scale());
    }

    @Override
    final void decode(byte[] row, int offset, int length, ColumnVector vector) {
        int digits = length < HEADER ? -1 : (short) SHORTS.get(row, offset);
        if (digits < 0 || length != HEADER + digits * Short.BYTES) {
            throw new ValueRefusedException("is a numeric of an unknown form");
        }
        int weight = (short) SHORTS.get(row, offset + 2);
        int sign = (short) SHORTS.get(row, offset + 4) & 0xFFFF;
        if (sign != POSITIVE && sign != NEGATIVE) {
            throw new ValueRefusedException(sign == NOT_A_NUMBER ? "is NaN" : "is an infinite numeric");
        }
        // The decimal exponent of the last digit's unit, counted in units of the scale.
        int shift = (weight - digits + 1) * BASE_DIGITS + scale;
        if (digits > 0 && shift <= -BASE_DIGITS) {
            throw tooFine();
        }
        append(row, offset + HEADER, digits, shift, sign == NEGATIVE, vector);
    }

    abstract void append(byte[] row, int first, int digits, int shift, boolean negative, ColumnVector vector);

    private static ValueRefusedException tooFine() {
        return new ValueRefusedException("has more digits behind the point than its column's type");
    }

    private static ValueRefusedException tooLarge() {
        return new ValueRefusedException("has more digits than its column's type");
    }

    private static int digit(byte[] row, int first, int index) {
        return (short) SHORTS.get(row, first + index * Short.BYTES);
    }

    /** What the last digit adds in units of the scale, when its unit is finer than that. */
    private static long cut(int digit, int shift) {
        long divisor = POWERS_OF_TEN[-shift];
        if (digit % divisor != 0) {
            throw tooFine();
        }
        return digit / divisor;
    }

    private static long[] powersOfTen() {
        long[] powers = new long[19];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * 10;
        }
        return powers;
    }

    /** Up to 18 digits. */
    private static final class ToLong extends NumericDecoder {

        /** More groups of four digits than 18 digits can touch, one on either side of the point included. */
        private static final int MAX_GROUPS = 6;

        private final int precision;

        ToLong(int precision, int scale) {
            super(scale);
            this.precision = precision;
        }

        @Override
        void append(byte[] row, int first, int digits, int shift, boolean negative, ColumnVector vector) {
            long value = 0;
            if (digits > 0) {
                if (digits > MAX_GROUPS || shift >= POWERS_OF_TEN.length) {
                    throw tooLarge();
                }
                int last = digits - 1;
                for (int i = 0; i < last; i++) {
                    // Four groups always fit; more are rare.
                    value = (i < 4 ? value * BASE : checkedMultiply(value, BASE)) + digit(row, first, i);
                }
                if (shift >= 0) {
                    long factor = POWERS_OF_TEN[shift];
                    value = checkedMultiply(value, BASE) + digit(row, first, last);
                    value = checkedMultiply(value, factor);
                } else {
                    value = checkedMultiply(value, POWERS_OF_TEN[BASE_DIGITS + shift])
                            + cut(digit(row, first, last), shift);
                }
                if (value < 0 || value >= POWERS_OF_TEN[precision]) {
                    throw tooLarge();
                }
            }
            ((LongVector) vector).append(negative ? -value : value);
        }

        private static long checkedMultiply(long value, long factor) {
            if (Math.multiplyHigh(value, factor) != 0 || value * factor < 0) {
                throw tooLarge();
            }
            return value * factor;
        }
    }

    /** 19 to 38 digits, in two halves. */
    private static final class ToInt128 extends NumericDecoder {

        /** More groups of four digits than 38 digits can touch, one on either side of the point included. */
        private static final int MAX_GROUPS = 11;

        private static final int MAX_SHIFT = 37;

        private final long limitHigh;
        private final long limitLow;

        ToInt128(int precision, int scale) {
            super(scale);
            Accumulator limit = new Accumulator();
            limit.multiplyAdd(1, 1);
            limit.multiplyByPowerOfTen(precision);
            this.limitHigh = limit.high;
            this.limitLow = limit.low;
        }

        @Override
        void append(byte[] row, int first, int digits, int shift, boolean negative, ColumnVector vector) {
            long high = 0;
            long low = 0;
            if (digits > 0) {
                if (digits > MAX_GROUPS || shift > MAX_SHIFT) {
                    throw tooLarge();
                }
                // The virtual machine takes the accumulator apart: it never leaves this method.
                Accumulator sum = new Accumulator();
                int last = digits - 1;
                int i = 0;
                // Four groups at a time fit a long.
                for (; i + 4 <= last; i += 4) {
                    long four = ((digit(row, first, i) * (long) BASE + digit(row, first, i + 1)) * BASE
                                            + digit(row, first, i + 2))
                                    * BASE
                            + digit(row, first, i + 3);
                    sum.multiplyAdd(POWERS_OF_TEN[4 * BASE_DIGITS], four);
                }
                for (; i < last; i++) {
                    sum.multiplyAdd(BASE, digit(row, first, i));
                }
                if (shift >= 0) {
                    sum.multiplyAdd(BASE, digit(row, first, last));
                    sum.multiplyByPowerOfTen(shift);
                } else {
                    sum.multiplyAdd(POWERS_OF_TEN[BASE_DIGITS + shift], cut(digit(row, first, last), shift));
                }
                high = sum.high;
                low = sum.low;
                if (sum.overflow || high > limitHigh || high == limitHigh && Long.compareUnsigned(low, limitLow) >= 0) {
                    throw tooLarge();
                }
            }
            if (negative) {
                low = -low;
                high = ~high + (low == 0 ? 1 : 0);
            }
            ((Int128Vector) vector).append(high, low);
        }
    }

    /** A number of 127 bits and no sign. */
    private static final class Accumulator {

        private long high;
        private long low;
        private boolean overflow;

        /** This times {@code factor} plus {@code addend}, neither negative. */
        void multiplyAdd(long factor, long addend) {
            // Unsigned high half of low * factor from the signed one: low may have its top bit set, factor has not.
            long carry = Math.multiplyHigh(low, factor) + (low >> 63 & factor);
            long newLow = low * factor;
            long added = newLow + addend;
            if (Long.compareUnsigned(added, newLow) < 0) {
                carry++;
            }
            long newHigh = high * factor;
            overflow |= Math.multiplyHigh(high, factor) != 0 || newHigh < 0 || newHigh + carry < 0;
            high = newHigh + carry;
            low = added;
        }

        void multiplyByPowerOfTen(int exponent) {
            int rest = exponent;
            while (rest > 18) {
                multiplyAdd(POWERS_OF_TEN[18], 0);
                rest -= 18;
            }
            multiplyAdd(POWERS_OF_TEN[rest], 0);
        }
    }
}
