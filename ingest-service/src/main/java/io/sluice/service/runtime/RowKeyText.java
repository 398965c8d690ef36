package io.sluice.service.runtime;

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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.UUID;

/** A row's key as a person can put it into a query: {@code id=17}, {@code a=1, b='x'}. Different keys differ in it. */
final class RowKeyText {

    /** A longer text is cut, and ends with a digest of the whole. */
    static final int LONGEST = 200;

    private static final int DIGEST_BYTES = 16;

    private RowKeyText() {}

    /** The key of a row of a batch whose schema has one. */
    static String of(ColumnBatch batch, int row) {
        StringBuilder text = new StringBuilder();
        for (int column : batch.schema().key()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(batch.schema().column(column).name())
                    .append('=')
                    .append(literal(batch.column(column), row));
        }
        return text.length() <= LONGEST ? text.toString() : shortened(text.toString());
    }

    private static String shortened(String text) {
        String digest = HexFormat.of().formatHex(sha256(text), 0, DIGEST_BYTES);
        int end = LONGEST - digest.length() - 10;
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + "… sha256 " + digest;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private static String literal(ColumnVector vector, int row) {
        if (vector.isNull(row)) {
            return "NULL";
        }
        DataType type = vector.type();
        return switch (type.kind()) {
            case BOOLEAN -> ((BooleanVector) vector).get(row) == 1 ? "true" : "false";
            case INT32 -> Integer.toString(((IntVector) vector).get(row));
            case INT64 -> Long.toString(((LongVector) vector).get(row));
            case FLOAT32 -> Float.toString(((FloatVector) vector).get(row));
            case FLOAT64 -> Double.toString(((DoubleVector) vector).get(row));
            case DECIMAL -> new BigDecimal(unscaled(vector, row), type.scale()).toPlainString();
            case DATE ->
                quoted(LocalDate.ofEpochDay(((IntVector) vector).get(row)).toString());
            case TIME ->
                quoted(LocalTime.ofNanoOfDay(((LongVector) vector).get(row) * 1_000)
                        .toString());
            case TIMESTAMP ->
                quoted(LocalDateTime.ofInstant(instant(((LongVector) vector).get(row)), ZoneOffset.UTC)
                        .toString());
            case TIMESTAMP_TZ -> quoted(instant(((LongVector) vector).get(row)).toString());
            case STRING -> quoted(((BytesVector) vector).string(row));
            case BINARY -> {
                BytesVector bytes = (BytesVector) vector;
                int start = bytes.start(row);
                yield quoted("\\x" + HexFormat.of().formatHex(bytes.data(), start, start + bytes.length(row)));
            }
            case UUID -> {
                Int128Vector halves = (Int128Vector) vector;
                yield quoted(new UUID(halves.high()[row], halves.low()[row]).toString());
            }
        };
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
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
