package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values of columns that were added to the table after a file had been written: Iceberg's initial default. */
final class ColumnDefaults {

    private ColumnDefaults() {}

    /** Appends {@code count} times a value as Iceberg holds it internally, or null. */
    static void append(ColumnVector vector, @Nullable Object value, int count) {
        for (int i = 0; i < count; i++) {
            if (value == null) {
                vector.appendNull();
            } else {
                appendValue(vector, value);
            }
        }
    }

    private static void appendValue(ColumnVector vector, Object value) {
        if (vector instanceof BooleanVector booleans) {
            booleans.append((byte) ((Boolean) value ? 1 : 0));
        } else if (vector instanceof IntVector ints) {
            ints.append(Math.toIntExact(((Number) value).longValue()));
        } else if (vector instanceof FloatVector floats) {
            floats.append(((Number) value).floatValue());
        } else if (vector instanceof DoubleVector doubles) {
            doubles.append(((Number) value).doubleValue());
        } else if (vector instanceof LongVector longs) {
            longs.append(
                    value instanceof BigDecimal decimal
                            ? decimal.unscaledValue().longValueExact()
                            : ((Number) value).longValue());
        } else if (vector instanceof BytesVector bytes) {
            bytes.append(value instanceof ByteBuffer buffer ? copy(buffer) : text(value));
        } else if (value instanceof UUID uuid) {
            ((Int128Vector) vector).append(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
        } else {
            BigInteger unscaled = ((BigDecimal) value).unscaledValue();
            ((Int128Vector) vector).append(unscaled.shiftRight(Long.SIZE).longValue(), unscaled.longValue());
        }
    }

    private static byte[] copy(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static byte[] text(Object value) {
        return value.toString().getBytes(StandardCharsets.UTF_8);
    }
}
