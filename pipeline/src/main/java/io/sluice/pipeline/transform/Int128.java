package io.sluice.pipeline.transform;

import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * Arithmetic on 128-bit two's complement numbers in two halves. Results go to place {@code i} of two arrays, so that
 * no object is made per row; methods return false instead when the result does not fit 128 bits.
 */
final class Int128 {

    /** Powers of ten from 0 to 38, the more significant halves. */
    private static final long[] POWER_HIGH = new long[39];
    /** The less significant halves. */
    private static final long[] POWER_LOW = new long[39];

    /** Powers of ten from 0 to 18 as a {@code long}. */
    private static final long[] POWER = new long[19];

    static {
        BigInteger power = BigInteger.ONE;
        for (int i = 0; i < POWER_HIGH.length; i++) {
            POWER_HIGH[i] = power.shiftRight(64).longValue();
            POWER_LOW[i] = power.longValue();
            if (i < POWER.length) {
                POWER[i] = power.longValueExact();
            }
            power = power.multiply(BigInteger.TEN);
        }
    }

    private Int128() {}

    /** 10 to the power of 0 to 18. */
    static long power(int exponent) {
        return POWER[exponent];
    }

    static BigInteger toBig(long high, long low) {
        return BigInteger.valueOf(high).shiftLeft(64).add(unsigned(low));
    }

    private static BigInteger unsigned(long value) {
        BigInteger big = BigInteger.valueOf(value);
        return value < 0 ? big.add(BigInteger.ONE.shiftLeft(64)) : big;
    }

    static boolean set(BigInteger value, long[] high, long[] low, int i) {
        if (value.bitLength() > 127) {
            return false;
        }
        high[i] = value.shiftRight(64).longValue();
        low[i] = value.longValue();
        return true;
    }

    static int compare(long aHigh, long aLow, long bHigh, long bLow) {
        int byHigh = Long.compare(aHigh, bHigh);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(aLow, bLow);
    }

    /** Whether the value has at most {@code precision} digits. */
    static boolean fits(long high, long low, int precision) {
        if (high < 0) {
            low = -low;
            high = ~high + (low == 0 ? 1 : 0);
        }
        return high >= 0 && compare(high, low, POWER_HIGH[precision], POWER_LOW[precision]) < 0;
    }

    static boolean add(long aHigh, long aLow, long bHigh, long bLow, long[] high, long[] low, int i) {
        long sumLow = aLow + bLow;
        long carry = Long.compareUnsigned(sumLow, aLow) < 0 ? 1 : 0;
        long sumHigh = aHigh + bHigh + carry;
        high[i] = sumHigh;
        low[i] = sumLow;
        return ((aHigh ^ sumHigh) & (bHigh ^ sumHigh)) >= 0;
    }

    static boolean subtract(long aHigh, long aLow, long bHigh, long bLow, long[] high, long[] low, int i) {
        long borrow = Long.compareUnsigned(aLow, bLow) < 0 ? 1 : 0;
        long differenceHigh = aHigh - bHigh - borrow;
        high[i] = differenceHigh;
        low[i] = aLow - bLow;
        return ((aHigh ^ bHigh) & (aHigh ^ differenceHigh)) >= 0;
    }

    static boolean multiply(long aHigh, long aLow, long bHigh, long bLow, long[] high, long[] low, int i) {
        boolean negative = (aHigh ^ bHigh) < 0;
        if (aHigh < 0) {
            aLow = -aLow;
            aHigh = ~aHigh + (aLow == 0 ? 1 : 0);
        }
        if (bHigh < 0) {
            bLow = -bLow;
            bHigh = ~bHigh + (bLow == 0 ? 1 : 0);
        }
        if (aHigh != 0 && bHigh != 0) {
            return false;
        }
        long crossFactor = aHigh != 0 ? aHigh : bHigh;
        long crossLow = aHigh != 0 ? bLow : aLow;
        if (multiplyHighUnsigned(crossFactor, crossLow) != 0) {
            return false;
        }
        long cross = crossFactor * crossLow;
        long carried = multiplyHighUnsigned(aLow, bLow);
        long resultHigh = carried + cross;
        // Both the sum of the unsigned halves and the sign bit must stay clear.
        if (cross < 0 || carried < 0 || resultHigh < 0) {
            return false;
        }
        long resultLow = aLow * bLow;
        if (negative) {
            resultLow = -resultLow;
            resultHigh = ~resultHigh + (resultLow == 0 ? 1 : 0);
        }
        high[i] = resultHigh;
        low[i] = resultLow;
        return true;
    }

    /** Multiplies by 10 to the power of {@code exponent}, 0 to 38. */
    static boolean scaleUp(long aHigh, long aLow, int exponent, long[] high, long[] low, int i) {
        if (exponent == 0) {
            high[i] = aHigh;
            low[i] = aLow;
            return true;
        }
        return multiply(aHigh, aLow, POWER_HIGH[exponent], POWER_LOW[exponent], high, low, i);
    }

    /** Divides by 10 to the power of {@code exponent}, 0 to 38; half a unit rounds away from zero. */
    static void scaleDown(long aHigh, long aLow, int exponent, long[] high, long[] low, int i) {
        scaleDown(aHigh, aLow, exponent, RoundingMode.HALF_UP, high, low, i);
    }

    /**
     * Divides by 10 to the power of {@code exponent}, 0 to 38.
     *
     * @param mode HALF_UP, DOWN, FLOOR or CEILING
     */
    static void scaleDown(long aHigh, long aLow, int exponent, RoundingMode mode, long[] high, long[] low, int i) {
        high[i] = aHigh;
        low[i] = aLow;
        int left = exponent;
        // Truncating in steps and rounding in the last one is exact for halves: whether the rest is half or more shows
        // in the last step's rest alone, since half of its divisor is a whole number.
        while (left > 18) {
            divideByLong(high[i], low[i], POWER[18], Rounding.TRUNCATE, high, low, i);
            left -= 18;
        }
        if (left > 0) {
            Rounding rounding = mode == RoundingMode.HALF_UP ? Rounding.HALF_AWAY : Rounding.TRUNCATE;
            divideByLong(high[i], low[i], POWER[left], rounding, high, low, i);
        }
        long step = mode == RoundingMode.FLOOR && aHigh < 0 ? -1 : mode == RoundingMode.CEILING && aHigh >= 0 ? 1 : 0;
        if (step != 0 && !isMultiple(aHigh, aLow, high[i], low[i], exponent)) {
            add(high[i], low[i], step >> 63, step, high, low, i);
        }
    }

    /** Whether {@code b} times 10 to the power of {@code exponent} is {@code a}, where it is nearer to zero. */
    private static boolean isMultiple(long aHigh, long aLow, long bHigh, long bLow, int exponent) {
        // The product cannot overflow, and only its halves are wanted.
        long factorHigh = POWER_HIGH[exponent];
        long factorLow = POWER_LOW[exponent];
        long productLow = bLow * factorLow;
        long productHigh = multiplyHighUnsigned(bLow, factorLow) + bHigh * factorLow + bLow * factorHigh;
        return productHigh == aHigh && productLow == aLow;
    }

    /** What becomes of the rest of a division. */
    enum Rounding {
        TRUNCATE,
        HALF_AWAY
    }

    /** Divides by a number that is not zero. */
    static void divideByLong(long aHigh, long aLow, long divisor, Rounding rounding, long[] high, long[] low, int i) {
        boolean negative = (aHigh ^ divisor) < 0;
        if (aHigh < 0) {
            aLow = -aLow;
            aHigh = ~aHigh + (aLow == 0 ? 1 : 0);
        }
        // The magnitude of Long.MIN_VALUE is right when read as unsigned.
        long magnitude = divisor < 0 ? -divisor : divisor;
        long quotientHigh = Long.divideUnsigned(aHigh, magnitude);
        long rest = aHigh - quotientHigh * magnitude;
        long quotientLow = divideUnsigned(rest, aLow, magnitude);
        rest = aLow - quotientLow * magnitude;
        if (rounding == Rounding.HALF_AWAY && Long.compareUnsigned(rest, magnitude - rest) >= 0) {
            quotientLow++;
            if (quotientLow == 0) {
                quotientHigh++;
            }
        }
        if (negative) {
            quotientLow = -quotientLow;
            quotientHigh = ~quotientHigh + (quotientLow == 0 ? 1 : 0);
        }
        high[i] = quotientHigh;
        low[i] = quotientLow;
    }

    /**
     * The quotient of an unsigned 128-bit number by an unsigned 64-bit one where {@code high < divisor}: long division
     * in two 32-bit digits, Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D.
     */
    private static long divideUnsigned(long high, long low, long divisor) {
        if (high == 0) {
            return Long.divideUnsigned(low, divisor);
        }
        int shift = Long.numberOfLeadingZeros(divisor);
        long d = divisor << shift;
        long dHigh = d >>> 32;
        long dLow = d & 0xFFFFFFFFL;
        long n = shift == 0 ? high : high << shift | low >>> 64 - shift;
        long rest = low << shift;
        long first = digit(n, rest >>> 32, dHigh, dLow);
        long n2 = (n << 32 | rest >>> 32) - first * d;
        long second = digit(n2, rest & 0xFFFFFFFFL, dHigh, dLow);
        return (first << 32) + second;
    }

    /** One 32-bit digit of the quotient, estimated from the divisor's upper half and then corrected. */
    private static long digit(long n, long next, long dHigh, long dLow) {
        long estimate = Long.divideUnsigned(n, dHigh);
        long rest = n - estimate * dHigh;
        while (estimate >>> 32 != 0 || Long.compareUnsigned(estimate * dLow, rest << 32 | next) > 0) {
            estimate--;
            rest += dHigh;
            if (rest >>> 32 != 0) {
                break;
            }
        }
        return estimate;
    }

    private static long multiplyHighUnsigned(long a, long b) {
        return Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
    }
}
