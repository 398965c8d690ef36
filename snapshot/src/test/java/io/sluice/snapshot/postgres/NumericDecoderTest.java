package io.sluice.snapshot.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NumericDecoderTest {

    private static final BigInteger BASE = BigInteger.valueOf(10_000);

    @Test
    void everyPrecisionAndScaleDecodesToTheSameNumber() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int precision = 1; precision <= 38; precision++) {
            for (int scale = 0; scale <= precision; scale++) {
                DataType type = DataType.decimal(precision, scale);
                ValueDecoder decoder = NumericDecoder.create(type);
                ColumnVector vector = ColumnVector.create(type, 8);
                BigInteger largest = BigInteger.TEN.pow(precision).subtract(BigInteger.ONE);
                BigInteger[] unscaled = {
                    largest,
                    largest.negate(),
                    BigInteger.ZERO,
                    BigInteger.ONE,
                    BigInteger.TEN.pow(precision - 1),
                    BigInteger.TEN.pow(random.nextInt(precision)).negate(),
                    new BigInteger(random.nextInt(120) + 1, random).mod(largest),
                    new BigInteger(128, random).mod(largest).negate()
                };
                for (int i = 0; i < unscaled.length; i++) {
                    byte[] binary = encode(new BigDecimal(unscaled[i], scale), 3);
                    decoder.decode(binary, 3, binary.length - 3, vector);
                    assertThat(Sources.decimal(vector, i))
                            .as("%s of %s, seed %d", unscaled[i], type, seed)
                            .isEqualTo(new BigDecimal(unscaled[i], scale));
                }
            }
        }
    }

    @Test
    void whatDoesNotFitTheTypeIsRefusedAndNotCut() {
        refused(4, 2, "100.00", "more digits than");
        refused(4, 2, "1000000000000000000000000", "more digits than");
        refused(4, 2, "0.001", "behind the point");
        refused(4, 2, "0.00000001", "behind the point");
        refused(18, 0, "1000000000000000000", "more digits than");
        refused(18, 0, "99999999999999999999", "more digits than");
        refused(18, 2, "99999999999999999999.99", "more digits than");
        refused(38, 0, "100000000000000000000000000000000000000", "more digits than");
        refused(38, 4, "9999999999999999999999999999999999999999", "more digits than");
        refused(38, 4, "1.00001", "behind the point");
    }

    private static void refused(int precision, int scale, String value, String reason) {
        DataType type = DataType.decimal(precision, scale);
        byte[] binary = encode(new BigDecimal(value), 0);
        assertThatThrownBy(() ->
                        NumericDecoder.create(type).decode(binary, 0, binary.length, ColumnVector.create(type, 1)))
                .as("%s as %s", value, type)
                .isInstanceOf(ValueRefusedException.class)
                .hasMessageContaining(reason);
    }

    /** The binary form as {@code numeric_send} writes it, behind some bytes of something else. */
    private static byte[] encode(BigDecimal value, int before) {
        int groupsBehind = (Math.max(0, value.scale()) + 3) / 4;
        BigInteger rest = value.abs().setScale(groupsBehind * 4).unscaledValue();
        Deque<Integer> digits = new ArrayDeque<>();
        while (rest.signum() != 0) {
            BigInteger[] parts = rest.divideAndRemainder(BASE);
            digits.push(parts[1].intValue());
            rest = parts[0];
        }
        int weight = digits.size() - groupsBehind - 1;
        while (!digits.isEmpty() && digits.getLast() == 0) {
            digits.removeLast();
        }
        ByteBuffer buffer = ByteBuffer.allocate(before + 8 + 2 * digits.size());
        buffer.position(before);
        buffer.putShort((short) digits.size())
                .putShort((short) (digits.isEmpty() ? 0 : weight))
                .putShort((short) (value.signum() < 0 ? 0x4000 : 0))
                .putShort((short) value.scale());
        for (int digit : digits) {
            buffer.putShort((short) digit);
        }
        return buffer.array();
    }
}
