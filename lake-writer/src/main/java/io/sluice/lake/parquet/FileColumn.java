package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import java.nio.ByteBuffer;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** One flat column of a file, whoever wrote it, read into a vector. */
final class FileColumn {

    private static final byte[] NO_BYTES = new byte[0];

    private final ColumnDescriptor descriptor;
    private final PrimitiveTypeName physical;
    private final int defined;
    private final DataType wanted;
    /** What a stored time is multiplied with to become microseconds. */
    private final long factor;

    /**
     * A column of the file and the type of the vector to fill.
     *
     * @throws IllegalArgumentException when the file's values are not of that type; the message says what they are
     */
    FileColumn(ColumnDescriptor descriptor, DataType wanted) {
        this.descriptor = descriptor;
        this.physical = descriptor.getPrimitiveType().getPrimitiveTypeName();
        this.defined = descriptor.getMaxDefinitionLevel();
        this.wanted = wanted;
        this.factor = factor(descriptor.getPrimitiveType());
        if (!fits()) {
            throw new IllegalArgumentException("it is " + descriptor.getPrimitiveType() + ", expected " + wanted);
        }
    }

    ColumnDescriptor descriptor() {
        return descriptor;
    }

    private boolean fits() {
        boolean integer = physical == PrimitiveTypeName.INT32 || physical == PrimitiveTypeName.INT64;
        boolean bytes = physical == PrimitiveTypeName.BINARY || physical == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
        LogicalTypeAnnotation annotation = descriptor.getPrimitiveType().getLogicalTypeAnnotation();
        return switch (wanted.kind()) {
            case BOOLEAN -> physical == PrimitiveTypeName.BOOLEAN;
            case INT32, INT64 -> integer;
            case DATE -> physical == PrimitiveTypeName.INT32;
            case TIME, TIMESTAMP, TIMESTAMP_TZ -> integer && factor > 0;
            case FLOAT32 -> physical == PrimitiveTypeName.FLOAT;
            case FLOAT64 -> physical == PrimitiveTypeName.FLOAT || physical == PrimitiveTypeName.DOUBLE;
            case DECIMAL ->
                (integer || bytes)
                        && annotation instanceof DecimalLogicalTypeAnnotation decimal
                        && decimal.getScale() == wanted.scale();
            case STRING, BINARY -> bytes;
            case UUID ->
                physical == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
                        && descriptor.getPrimitiveType().getTypeLength() == 16;
        };
    }

    private static long factor(PrimitiveType type) {
        LogicalTypeAnnotation annotation = type.getLogicalTypeAnnotation();
        TimeUnit unit = TimeUnit.MICROS;
        if (annotation instanceof TimestampLogicalTypeAnnotation timestamp) {
            unit = timestamp.getUnit();
        } else if (annotation instanceof TimeLogicalTypeAnnotation time) {
            unit = time.getUnit();
        }
        return switch (unit) {
            case MICROS -> 1;
            case MILLIS -> 1000;
            case NANOS -> 0;
        };
    }

    /**
     * Appends the next rows of the file to a vector.
     *
     * @param skipped rows of them to leave out; only the first {@code count} entries are looked at
     * @param more whether rows are read after these; a reader must not be moved past the last row that is wanted
     */
    void read(ColumnReader reader, ColumnVector vector, int count, boolean[] skipped, boolean more) {
        for (int i = 0; i < count; i++) {
            if (reader.getCurrentDefinitionLevel() < defined) {
                if (!skipped[i]) {
                    vector.appendNull();
                }
            } else if (skipped[i]) {
                reader.skip();
            } else {
                append(reader, vector);
            }
            if (more || i < count - 1) {
                reader.consume();
            }
        }
    }

    private void append(ColumnReader reader, ColumnVector vector) {
        switch (wanted.kind()) {
            case BOOLEAN -> ((BooleanVector) vector).append((byte) (reader.getBoolean() ? 1 : 0));
            case INT32, DATE -> ((IntVector) vector).append(integer(reader));
            case INT64 -> ((LongVector) vector).append(longInteger(reader));
            case TIME, TIMESTAMP, TIMESTAMP_TZ ->
                ((LongVector) vector).append(Math.multiplyExact(longInteger(reader), factor));
            case FLOAT32 -> ((FloatVector) vector).append(reader.getFloat());
            case FLOAT64 ->
                ((DoubleVector) vector)
                        .append(physical == PrimitiveTypeName.FLOAT ? reader.getFloat() : reader.getDouble());
            case DECIMAL -> appendDecimal(reader, vector);
            case STRING, BINARY -> appendBytes((BytesVector) vector, reader.getBinary());
            case UUID -> {
                byte[] bytes = reader.getBinary().getBytesUnsafe();
                ((Int128Vector) vector).append(FixedBytes.high(bytes, 0, 16), FixedBytes.low(bytes, 0, 16));
            }
        }
    }

    private int integer(ColumnReader reader) {
        return physical == PrimitiveTypeName.INT64 ? Math.toIntExact(reader.getLong()) : reader.getInteger();
    }

    private long longInteger(ColumnReader reader) {
        return physical == PrimitiveTypeName.INT64 ? reader.getLong() : reader.getInteger();
    }

    private void appendDecimal(ColumnReader reader, ColumnVector vector) {
        long high;
        long low;
        if (physical == PrimitiveTypeName.INT32 || physical == PrimitiveTypeName.INT64) {
            low = longInteger(reader);
            high = low >> 63;
        } else {
            byte[] bytes = reader.getBinary().getBytesUnsafe();
            int surplus = Math.max(0, bytes.length - 16);
            high = bytes.length == 0 ? 0 : FixedBytes.high(bytes, surplus, bytes.length - surplus);
            low = bytes.length == 0 ? 0 : FixedBytes.low(bytes, surplus, bytes.length - surplus);
        }
        if (vector instanceof LongVector longs) {
            if (high != low >> 63) {
                throw new ArithmeticException("A decimal has more digits than " + wanted);
            }
            longs.append(low);
        } else {
            ((Int128Vector) vector).append(high, low);
        }
    }

    private static void appendBytes(BytesVector vector, Binary value) {
        ByteBuffer buffer = value.toByteBuffer();
        int length = buffer.remaining();
        if (length == 0) {
            vector.append(NO_BYTES);
        } else if (buffer.hasArray()) {
            vector.append(buffer.array(), buffer.arrayOffset() + buffer.position(), length);
        } else {
            byte[] target = vector.reserve(length);
            buffer.get(target, vector.offsets()[vector.size()], length);
            vector.commit(length);
        }
    }
}
