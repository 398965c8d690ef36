package io.sluice.service.verify;

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
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.UUID;

/** A row's key as text for messages. */
final class KeyText {

    private static final int MAX_LENGTH = 60;

    private KeyText() {}

    /** {@code o_orderkey=5, l_linenumber=2}. */
    static String of(ColumnBatch batch, int[] keyColumns, int row) {
        StringBuilder text = new StringBuilder();
        for (int column : keyColumns) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(batch.schema().column(column).name())
                    .append('=')
                    .append(value(batch.column(column), row));
        }
        return text.toString();
    }

    private static String value(ColumnVector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        DataType type = vector.type();
        return switch (type.kind()) {
            case BOOLEAN -> ((BooleanVector) vector).get(row) == 1 ? "true" : "false";
            case INT32 -> Integer.toString(((IntVector) vector).get(row));
            case INT64 -> Long.toString(((LongVector) vector).get(row));
            case FLOAT32 -> Float.toString(((FloatVector) vector).get(row));
            case FLOAT64 -> Double.toString(((DoubleVector) vector).get(row));
            case DECIMAL -> new BigDecimal(unscaled(vector, row), type.scale()).toPlainString();
            case DATE -> LocalDate.ofEpochDay(((IntVector) vector).get(row)).toString();
            case TIME -> time(((LongVector) vector).get(row));
            case TIMESTAMP ->
                LocalDateTime.ofInstant(instant(((LongVector) vector).get(row)), ZoneOffset.UTC)
                        .toString();
            case TIMESTAMP_TZ -> instant(((LongVector) vector).get(row)).toString();
            case STRING -> "'" + cut(((BytesVector) vector).string(row)) + "'";
            case BINARY -> {
                BytesVector bytes = (BytesVector) vector;
                int length = Math.min(bytes.length(row), MAX_LENGTH / 2);
                yield "\\x" + HexFormat.of().formatHex(bytes.data(), bytes.start(row), bytes.start(row) + length);
            }
            case UUID -> new UUID(((Int128Vector) vector).high()[row], ((Int128Vector) vector).low()[row]).toString();
        };
    }

    private static BigInteger unscaled(ColumnVector vector, int row) {
        if (vector instanceof LongVector longs) {
            return BigInteger.valueOf(longs.get(row));
        }
        Int128Vector halves = (Int128Vector) vector;
        BigInteger low = new BigInteger(Long.toUnsignedString(halves.low()[row]));
        return BigInteger.valueOf(halves.high()[row]).shiftLeft(Long.SIZE).or(low);
    }

    private static String time(long micros) {
        return LocalTime.ofNanoOfDay(micros * 1000).toString();
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static String cut(String text) {
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH - 1) + "…";
    }
}
