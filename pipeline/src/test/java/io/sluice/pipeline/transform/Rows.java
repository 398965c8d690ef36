package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Batches from and to Java objects, so that tests can say what they expect. */
final class Rows {

    /** In a row of a change: the log left the value out. */
    static final Object UNAVAILABLE = new Object() {
        @Override
        public String toString() {
            return "unavailable";
        }
    };

    private Rows() {}

    static ColumnBatch snapshot(TableSchema schema, List<List<Object>> rows) {
        ColumnBatch batch = ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, 4);
        for (List<Object> row : rows) {
            append(batch, row);
            batch.endRow();
        }
        return batch;
    }

    /** One change: the operation and its row. */
    record Change(byte operation, List<Object> row) {}

    static Change change(byte operation, Object... row) {
        return new Change(operation, row(row));
    }

    static List<Object> row(Object... values) {
        return new ArrayList<>(java.util.Arrays.asList(values));
    }

    static ColumnBatch changes(TableSchema schema, List<Change> changes) {
        ColumnBatch batch = ColumnBatch.create(schema, ColumnBatch.Content.CHANGES, 4);
        long position = 100;
        for (Change change : changes) {
            append(batch, change.row());
            batch.endChange(change.operation(), position++);
        }
        return batch;
    }

    private static void append(ColumnBatch batch, List<Object> row) {
        for (int i = 0; i < row.size(); i++) {
            append(batch.column(i), row.get(i));
        }
    }

    static void append(ColumnVector vector, Object value) {
        if (value == null) {
            vector.appendNull();
            return;
        }
        if (value == UNAVAILABLE) {
            vector.appendUnavailable();
            return;
        }
        DataType type = vector.type();
        switch (type.kind()) {
            case BOOLEAN -> ((BooleanVector) vector).append((byte) ((Boolean) value ? 1 : 0));
            case INT32 -> ((IntVector) vector).append((Integer) value);
            case INT64 -> ((LongVector) vector).append(((Number) value).longValue());
            case FLOAT32 -> ((FloatVector) vector).append((Float) value);
            case FLOAT64 -> ((DoubleVector) vector).append((Double) value);
            case DECIMAL -> {
                BigInteger unscaled = (value instanceof BigDecimal decimal ? decimal : new BigDecimal(value.toString()))
                        .setScale(type.scale())
                        .unscaledValue();
                if (vector instanceof LongVector longs) {
                    longs.append(unscaled.longValueExact());
                } else {
                    ((Int128Vector) vector).append(unscaled.shiftRight(64).longValue(), unscaled.longValue());
                }
            }
            case DATE ->
                ((IntVector) vector)
                        .append((int) LocalDate.parse(value.toString()).toEpochDay());
            case TIME ->
                ((LongVector) vector).append(LocalTime.parse(value.toString()).toNanoOfDay() / 1000);
            case TIMESTAMP ->
                ((LongVector) vector)
                        .append(ChronoUnit.MICROS.between(
                                LocalDateTime.of(1970, 1, 1, 0, 0), LocalDateTime.parse(value.toString())));
            case TIMESTAMP_TZ ->
                ((LongVector) vector)
                        .append(ChronoUnit.MICROS.between(
                                OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC),
                                OffsetDateTime.parse(value.toString())));
            case STRING -> ((BytesVector) vector).append(value.toString().getBytes(StandardCharsets.UTF_8));
            case BINARY -> ((BytesVector) vector).append((byte[]) value);
            case UUID -> {
                UUID uuid = UUID.fromString(value.toString());
                ((Int128Vector) vector).append(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
            }
        }
    }

    /** The values of a row: numbers as themselves, everything temporal as ISO text. */
    static List<Object> read(ColumnBatch batch, int row) {
        List<Object> values = new ArrayList<>();
        for (ColumnVector column : batch.columns()) {
            values.add(read(column, row));
        }
        return values;
    }

    static List<List<Object>> readAll(ColumnBatch batch) {
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < batch.rowCount(); i++) {
            rows.add(read(batch, i));
        }
        return rows;
    }

    static Object read(ColumnVector vector, int row) {
        if (vector.isUnavailable(row)) {
            return UNAVAILABLE;
        }
        if (vector.isNull(row)) {
            return null;
        }
        DataType type = vector.type();
        return switch (type.kind()) {
            case BOOLEAN -> ((BooleanVector) vector).get(row) == 1;
            case INT32 -> ((IntVector) vector).get(row);
            case INT64 -> ((LongVector) vector).get(row);
            case FLOAT32 -> ((FloatVector) vector).get(row);
            case FLOAT64 -> ((DoubleVector) vector).get(row);
            case DECIMAL ->
                new BigDecimal(
                        vector instanceof LongVector longs
                                ? BigInteger.valueOf(longs.get(row))
                                : Int128.toBig(((Int128Vector) vector).high()[row], ((Int128Vector) vector).low()[row]),
                        type.scale());
            case DATE -> LocalDate.ofEpochDay(((IntVector) vector).get(row)).toString();
            case TIME ->
                LocalTime.ofNanoOfDay(((LongVector) vector).get(row) * 1000).toString();
            case TIMESTAMP ->
                LocalDateTime.of(1970, 1, 1, 0, 0)
                        .plus(((LongVector) vector).get(row), ChronoUnit.MICROS)
                        .toString();
            case TIMESTAMP_TZ ->
                OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC)
                        .plus(((LongVector) vector).get(row), ChronoUnit.MICROS)
                        .toString();
            case STRING -> ((BytesVector) vector).string(row);
            case BINARY ->
                java.util.HexFormat.of()
                        .formatHex(
                                ((BytesVector) vector).data(),
                                ((BytesVector) vector).start(row),
                                ((BytesVector) vector).start(row) + ((BytesVector) vector).length(row));
            case UUID -> new UUID(((Int128Vector) vector).high()[row], ((Int128Vector) vector).low()[row]).toString();
        };
    }

    /** A change batch as lines such as {@code "UPDATE|IF_PRESENT [1, a]"}. */
    static List<String> describe(ColumnBatch batch) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < batch.rowCount(); i++) {
            lines.add(operation(batch.operation(i)) + " " + read(batch, i));
        }
        return lines;
    }

    static String operation(byte operation) {
        String name = switch (RowOperation.operation(operation)) {
            case RowOperation.INSERT -> "INSERT";
            case RowOperation.UPDATE -> "UPDATE";
            case RowOperation.DELETE -> "DELETE";
            case RowOperation.MOVE_OUT -> "MOVE_OUT";
            case RowOperation.MOVE_IN -> "MOVE_IN";
            case RowOperation.TRUNCATE -> "TRUNCATE";
            default -> "?";
        };
        return name
                + (RowOperation.has(operation, RowOperation.IF_PRESENT) ? "|IF_PRESENT" : "")
                + (RowOperation.has(operation, RowOperation.REFETCH) ? "|REFETCH" : "");
    }
}
