package io.sluice.lake.read;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.util.DateTimeUtil;
import org.jspecify.annotations.Nullable;

/** Values of Iceberg's generic records as vectors hold them. */
final class GenericValues {

    private final DataType[] types;

    GenericValues(TableSchema schema) {
        this.types = schema.columns().stream().map(column -> column.type()).toArray(DataType[]::new);
    }

    void append(Record record, ColumnBatch batch) {
        for (int i = 0; i < types.length; i++) {
            append(record.get(i), types[i], batch.column(i));
        }
        batch.endRow();
    }

    static void clear(ColumnBatch batch) {
        for (ColumnVector column : batch.columns()) {
            column.clear();
        }
        batch.endRows(0);
    }

    private static void append(@Nullable Object value, DataType type, ColumnVector vector) {
        if (value == null) {
            vector.appendNull();
            return;
        }
        switch (type.kind()) {
            case BOOLEAN -> ((BooleanVector) vector).append((byte) ((Boolean) value ? 1 : 0));
            case INT32 -> ((IntVector) vector).append(Math.toIntExact(((Number) value).longValue()));
            case INT64 -> ((LongVector) vector).append(((Number) value).longValue());
            case FLOAT32 -> ((FloatVector) vector).append(((Number) value).floatValue());
            case FLOAT64 -> ((DoubleVector) vector).append(((Number) value).doubleValue());
            case DECIMAL -> appendDecimal((BigDecimal) value, type, vector);
            case DATE -> ((IntVector) vector).append(DateTimeUtil.daysFromDate((LocalDate) value));
            case TIME -> ((LongVector) vector).append(DateTimeUtil.microsFromTime((LocalTime) value));
            case TIMESTAMP -> ((LongVector) vector).append(DateTimeUtil.microsFromTimestamp((LocalDateTime) value));
            case TIMESTAMP_TZ ->
                ((LongVector) vector).append(DateTimeUtil.microsFromTimestamptz((OffsetDateTime) value));
            case STRING -> ((BytesVector) vector).append(value.toString().getBytes(StandardCharsets.UTF_8));
            case BINARY -> {
                ByteBuffer bytes = ((ByteBuffer) value).duplicate();
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                ((BytesVector) vector).append(copy);
            }
            case UUID -> {
                UUID uuid = (UUID) value;
                ((Int128Vector) vector).append(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
            }
        }
    }

    private static void appendDecimal(BigDecimal value, DataType type, ColumnVector vector) {
        BigInteger unscaled =
                value.setScale(type.scale(), RoundingMode.UNNECESSARY).unscaledValue();
        if (type.isLongDecimal()) {
            ((LongVector) vector).append(unscaled.longValueExact());
        } else {
            ((Int128Vector) vector).append(unscaled.shiftRight(Long.SIZE).longValueExact(), unscaled.longValue());
        }
    }
}
