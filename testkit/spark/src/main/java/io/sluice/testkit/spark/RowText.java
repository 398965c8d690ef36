package io.sluice.testkit.spark;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A row as one line that is equal for equal rows only: values with a tab between, {@code \N} for null, numbers as Java
 * prints them, decimals with all their digits, dates as days and timestamps as microseconds since 1970-01-01 UTC, bytes
 * in hex, and text with backslash, tab, line feed and carriage return escaped.
 */
final class RowText {

    private RowText() {}

    static String of(Row row) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            line.append(i == 0 ? "" : "\t").append(value(row.get(i)));
        }
        return line.toString();
    }

    private static String value(@Nullable Object value) {
        if (value == null) {
            return "\\N";
        }
        if (value instanceof String text) {
            return text.replace("\\", "\\\\")
                    .replace("\t", "\\t")
                    .replace("\n", "\\n")
                    .replace("\r", "\\r");
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof LocalDate date) {
            return Long.toString(date.toEpochDay());
        }
        if (value instanceof LocalDateTime timestamp) {
            return micros(timestamp.toInstant(ZoneOffset.UTC));
        }
        if (value instanceof Instant timestamp) {
            return micros(timestamp);
        }
        if (value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Float
                || value instanceof Double) {
            return value.toString();
        }
        throw new IllegalArgumentException("No text for a value of " + value.getClass());
    }

    /** In steps that stay within 64 bits at both ends of the range. */
    private static String micros(Instant instant) {
        long seconds = instant.getEpochSecond();
        long micros = instant.getNano() / 1000;
        return seconds < 0
                ? Long.toString(Math.addExact(Math.multiplyExact(seconds + 1, 1_000_000L), micros - 1_000_000L))
                : Long.toString(Math.addExact(Math.multiplyExact(seconds, 1_000_000L), micros));
    }
}
