package io.sluice.service.runtime;

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
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.UUID;

/** A value as text, whole and without quotes, for the few rows that are told to people by their key. */
public final class ValueText {

    private ValueText() {}

    /** The value of a row, which has one. Different values of a column have different texts. */
    public static String of(ColumnVector vector, int row) {
        return switch (vector.type().kind()) {
            case BOOLEAN -> ((BooleanVector) vector).get(row) == 1 ? "true" : "false";
            case INT32 -> Integer.toString(((IntVector) vector).get(row));
            case INT64 -> Long.toString(((LongVector) vector).get(row));
            case FLOAT32 -> Float.toString(((FloatVector) vector).get(row));
            case FLOAT64 -> Double.toString(((DoubleVector) vector).get(row));
            case DECIMAL -> new BigDecimal(unscaled(vector, row), vector.type().scale()).toPlainString();
            case DATE -> LocalDate.ofEpochDay(((IntVector) vector).get(row)).toString();
            case TIME ->
                LocalTime.ofNanoOfDay(((LongVector) vector).get(row) * 1_000).toString();
            case TIMESTAMP ->
                LocalDateTime.ofInstant(instant(((LongVector) vector).get(row)), ZoneOffset.UTC)
                        .toString();
            case TIMESTAMP_TZ -> instant(((LongVector) vector).get(row)).toString();
            case STRING -> ((BytesVector) vector).string(row);
            case BINARY -> {
                BytesVector bytes = (BytesVector) vector;
                int start = bytes.start(row);
                yield "\\x" + HexFormat.of().formatHex(bytes.data(), start, start + bytes.length(row));
            }
            case UUID -> {
                Int128Vector halves = (Int128Vector) vector;
                yield new UUID(halves.high()[row], halves.low()[row]).toString();
            }
        };
    }

    private static BigInteger unscaled(ColumnVector vector, int row) {
        if (vector instanceof LongVector longs) {
            return BigInteger.valueOf(longs.get(row));
        }
        Int128Vector halves = (Int128Vector) vector;
        return new BigInteger(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(halves.high()[row])
                .putLong(halves.low()[row])
                .array());
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
