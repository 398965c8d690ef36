package io.sluice.snapshot.postgres;

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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.stream.Collectors;

/** A query for rows by key. {@code COPY} takes no parameters, so the keys stand in it as literals. Not a hot path. */
final class KeyedRows {

    private static final long MICROS_PER_SECOND = 1_000_000L;
    private static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

    private KeyedRows() {}

    /**
     * The condition that selects the rows with the keys {@code [from, to)} of a batch. The literals have no type of
     * their own and so take the columns'.
     */
    static String condition(TableSchema table, ColumnBatch keys, int from, int to) {
        List<Integer> key = table.key();
        String columns = key.stream()
                .map(index -> Quoting.identifier(table.column(index).name()))
                .collect(Collectors.joining(", ", "(", ")"));
        StringJoiner rows = new StringJoiner(", ", columns + " IN (", ")");
        for (int row = from; row < to; row++) {
            StringJoiner values = new StringJoiner(", ", "(", ")");
            for (int index : key) {
                values.add(literal(table.column(index).type(), keys.column(index), row));
            }
            rows.add(values.toString());
        }
        return rows.toString();
    }

    /** A value in a form that the type's input function reads. */
    static String literal(DataType type, ColumnVector vector, int row) {
        if (vector.isNull(row)) {
            throw new IllegalArgumentException("A key has no nulls");
        }
        return Quoting.literal(
                switch (type.kind()) {
                    case BOOLEAN -> ((BooleanVector) vector).get(row) == 1 ? "t" : "f";
                    case INT32 -> Integer.toString(((IntVector) vector).get(row));
                    case INT64 -> Long.toString(((LongVector) vector).get(row));
                    case FLOAT32 -> Float.toString(((FloatVector) vector).get(row));
                    case FLOAT64 -> Double.toString(((DoubleVector) vector).get(row));
                    case DECIMAL -> new BigDecimal(unscaled(type, vector, row), type.scale()).toPlainString();
                    case DATE -> date(((IntVector) vector).get(row), "");
                    case TIME -> time(((LongVector) vector).get(row));
                    case TIMESTAMP -> timestamp(((LongVector) vector).get(row), "");
                    case TIMESTAMP_TZ -> timestamp(((LongVector) vector).get(row), "+00");
                    case STRING -> string((BytesVector) vector, row, StandardCharsets.UTF_8);
                    case BINARY -> "\\x" + bytes((BytesVector) vector, row);
                    case UUID ->
                        new UUID(((Int128Vector) vector).high()[row], ((Int128Vector) vector).low()[row]).toString();
                });
    }

    private static BigInteger unscaled(DataType type, ColumnVector vector, int row) {
        if (type.isLongDecimal()) {
            return BigInteger.valueOf(((LongVector) vector).get(row));
        }
        Int128Vector wide = (Int128Vector) vector;
        return new BigInteger(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(wide.high()[row])
                .putLong(wide.low()[row])
                .array());
    }

    private static String string(BytesVector vector, int row, java.nio.charset.Charset charset) {
        return new String(vector.data(), vector.start(row), vector.length(row), charset);
    }

    private static String bytes(BytesVector vector, int row) {
        return HexFormat.of().formatHex(vector.data(), vector.start(row), vector.start(row) + vector.length(row));
    }

    /** Year, month and day with the era behind everything else. */
    private static String date(long epochDay, String rest) {
        LocalDate date = LocalDate.ofEpochDay(epochDay);
        boolean beforeChrist = date.getYear() < 1;
        int year = beforeChrist ? 1 - date.getYear() : date.getYear();
        return String.format("%04d-%02d-%02d", year, date.getMonthValue(), date.getDayOfMonth())
                + rest
                + (beforeChrist ? " BC" : "");
    }

    private static String time(long micros) {
        LocalTime time = LocalTime.ofSecondOfDay(micros / MICROS_PER_SECOND);
        return String.format(
                "%02d:%02d:%02d.%06d", time.getHour(), time.getMinute(), time.getSecond(), micros % MICROS_PER_SECOND);
    }

    private static String timestamp(long micros, String zone) {
        return date(Math.floorDiv(micros, MICROS_PER_DAY), " " + time(Math.floorMod(micros, MICROS_PER_DAY)) + zone);
    }
}
