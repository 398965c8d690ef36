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
import java.util.UUID;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Single values of vectors as the objects that Iceberg uses for them; off the hot path only. */
final class VectorValues {

    private VectorValues() {}

    /** A row's value, which is not null, as Iceberg holds values of {@code type} internally. */
    static Object iceberg(ColumnVector vector, int row, Type type) {
        return switch (type.typeId()) {
            case BOOLEAN -> ((BooleanVector) vector).get(row) != 0;
            case INTEGER, DATE -> ((IntVector) vector).get(row);
            case LONG, TIME, TIMESTAMP ->
                vector instanceof IntVector ints ? (long) ints.get(row) : ((LongVector) vector).get(row);
            case FLOAT -> ((FloatVector) vector).get(row);
            case DOUBLE ->
                vector instanceof FloatVector floats ? (double) floats.get(row) : ((DoubleVector) vector).get(row);
            case DECIMAL -> new BigDecimal(unscaled(vector, row), ((Types.DecimalType) type).scale());
            case STRING -> ((BytesVector) vector).string(row);
            case BINARY -> {
                BytesVector bytes = (BytesVector) vector;
                yield ByteBuffer.wrap(bytes.data(), bytes.start(row), bytes.length(row))
                        .slice();
            }
            case UUID -> {
                Int128Vector uuid = (Int128Vector) vector;
                yield new UUID(uuid.high()[row], uuid.low()[row]);
            }
            default -> throw new IllegalStateException("No pipeline writes values of type " + type);
        };
    }

    private static BigInteger unscaled(ColumnVector vector, int row) {
        if (vector instanceof LongVector longs) {
            return BigInteger.valueOf(longs.get(row));
        }
        byte[] bytes = new byte[16];
        Int128Vector wide = (Int128Vector) vector;
        FixedBytes.write(wide.high()[row], wide.low()[row], bytes, 0, 16);
        return new BigInteger(bytes);
    }
}
