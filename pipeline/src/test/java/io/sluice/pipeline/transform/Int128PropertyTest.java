package io.sluice.pipeline.transform;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** 128-bit arithmetic against BigInteger. */
class Int128PropertyTest {

    private static final BigInteger LIMIT = BigInteger.ONE.shiftLeft(127);

    private final long[] high = new long[1];
    private final long[] low = new long[1];

    @Provide
    Arbitrary<BigInteger> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.bigIntegers().between(LIMIT.negate().add(BigInteger.ONE), LIMIT.subtract(BigInteger.ONE)),
                Arbitraries.longs().map(BigInteger::valueOf),
                Arbitraries.integers().between(0, 126).map(BigInteger.ONE::shiftLeft),
                Arbitraries.integers().between(-20, 20).map(BigInteger::valueOf));
    }

    private static long high(BigInteger value) {
        return value.shiftRight(64).longValue();
    }

    private void check(boolean ok, BigInteger expected) {
        boolean fits = expected.bitLength() <= 127;
        assertThat(ok).isEqualTo(fits);
        if (fits) {
            assertThat(Int128.toBig(high[0], low[0])).isEqualTo(expected);
        }
    }

    @Property
    void sumsDifferencesAndProductsAreExactOrRefused(@ForAll("numbers") BigInteger a, @ForAll("numbers") BigInteger b) {
        long ah = high(a);
        long al = a.longValue();
        long bh = high(b);
        long bl = b.longValue();
        check(Int128.add(ah, al, bh, bl, high, low, 0), a.add(b));
        check(Int128.subtract(ah, al, bh, bl, high, low, 0), a.subtract(b));
        BigInteger product = a.multiply(b);
        if (!product.equals(LIMIT.negate())) {
            check(Int128.multiply(ah, al, bh, bl, high, low, 0), product);
        }
        assertThat(Integer.signum(Int128.compare(ah, al, bh, bl))).isEqualTo(a.compareTo(b));
    }

    @Property
    void quotientsByALongRoundHalfAwayFromZero(@ForAll("numbers") BigInteger a, @ForAll long divisor) {
        if (divisor == 0) {
            return;
        }
        BigInteger d = BigInteger.valueOf(divisor);
        Int128.divideByLong(high(a), a.longValue(), divisor, Int128.Rounding.TRUNCATE, high, low, 0);
        check(true, a.divide(d));
        Int128.divideByLong(high(a), a.longValue(), divisor, Int128.Rounding.HALF_AWAY, high, low, 0);
        check(
                true,
                new BigDecimal(a)
                        .divide(new BigDecimal(d), 0, RoundingMode.HALF_UP)
                        .toBigInteger());
    }

    @Property
    void scalingDownRoundsAsBigDecimalDoes(
            @ForAll("numbers") BigInteger a, @ForAll @IntRange(min = 0, max = 38) int digits) {
        for (RoundingMode mode :
                new RoundingMode[] {RoundingMode.HALF_UP, RoundingMode.DOWN, RoundingMode.FLOOR, RoundingMode.CEILING
                }) {
            Int128.scaleDown(high(a), a.longValue(), digits, mode, high, low, 0);
            check(true, new BigDecimal(a, digits).setScale(0, mode).toBigInteger());
        }
        check(Int128.scaleUp(high(a), a.longValue(), digits, high, low, 0), a.multiply(BigInteger.TEN.pow(digits)));
    }

    @Property
    void theNumberOfDigitsIsChecked(
            @ForAll("numbers") BigInteger a, @ForAll @IntRange(min = 1, max = 38) int precision) {
        assertThat(Int128.fits(high(a), a.longValue(), precision))
                .isEqualTo(a.abs().compareTo(BigInteger.TEN.pow(precision)) < 0);
    }
}
