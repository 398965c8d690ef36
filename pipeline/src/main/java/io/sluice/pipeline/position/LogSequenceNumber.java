package io.sluice.pipeline.position;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in PostgreSQL's write-ahead log: the byte just after a transaction's commit record (its end LSN), so that
 * logical decoding started here sends exactly the transactions that are not covered.
 *
 * @param value the 64-bit LSN, unsigned
 */
public record LogSequenceNumber(long value) implements Position {

    private static final Pattern TEXT = Pattern.compile("([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})");

    /**
     * Parses Postgres' notation, such as {@code 0/1A2B3C4D}.
     *
     * @throws IllegalArgumentException when the text is not of that form
     */
    public static LogSequenceNumber parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("Expected a Postgres position such as 0/1A2B3C4D, got '" + text + "'");
        }
        return new LogSequenceNumber(Long.parseLong(matcher.group(1), 16) << 32 | Long.parseLong(matcher.group(2), 16));
    }

    @Override
    public String text() {
        return String.format("%X/%X", value >>> 32, value & 0xFFFFFFFFL);
    }

    @Override
    public long bytesUntil(Position later) {
        return ((LogSequenceNumber) later).value - value;
    }

    @Override
    public int compareTo(Position other) {
        return Long.compareUnsigned(value, ((LogSequenceNumber) other).value);
    }

    @Override
    public String toString() {
        return text();
    }
}
