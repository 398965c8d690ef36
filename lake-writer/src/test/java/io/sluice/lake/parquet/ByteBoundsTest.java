package io.sluice.lake.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** parquet-java's statistics, given every value, say the same. */
class ByteBoundsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void bounds_of_strings_are_those_of_parquets_statistics(int letters) {
        PrimitiveType type = Types.required(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named("text");
        Random random = new Random(letters);
        for (int round = 0; round < 300; round++) {
            assertSame(type, ByteBounds.Order.UNSIGNED, random, letters, random.nextInt(12), 12);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 8, 9, 16})
    void bounds_of_decimals_are_those_of_parquets_statistics(int length) {
        PrimitiveType type = Types.required(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY)
                .length(length)
                .as(LogicalTypeAnnotation.decimalType(0, 2))
                .named("amount");
        Random random = new Random(length);
        for (int round = 0; round < 300; round++) {
            assertSame(type, ByteBounds.Order.SIGNED, random, 3, length, length);
        }
    }

    /** Of few different bytes, at both ends of their range, so that many values begin alike. */
    private static void assertSame(
            PrimitiveType type, ByteBounds.Order order, Random random, int letters, int shortest, int longest) {
        ByteBounds bounds = new ByteBounds(order);
        Statistics<?> expected = Statistics.createStats(type);
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            int start = random.nextInt(4);
            int length = shortest + random.nextInt(longest - shortest + 1);
            byte[] data = new byte[start + length + random.nextInt(10)];
            for (int b = 0; b < data.length; b++) {
                data[b] = (byte) (random.nextInt(letters) - 1);
            }
            bounds.add(data, start, length);
            expected.updateStats(Binary.fromConstantByteArray(data, start, length));
        }
        Statistics<?> found = Statistics.createStats(type);
        bounds.addTo(found);

        assertThat(found.getMinBytes()).isEqualTo(expected.getMinBytes());
        assertThat(found.getMaxBytes()).isEqualTo(expected.getMaxBytes());
    }
}
