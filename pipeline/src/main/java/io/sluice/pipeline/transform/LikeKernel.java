package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.schema.DataType;

/**
 * LIKE on UTF-8: {@code %} is any text, {@code _} one character, the escape character makes the next one ordinary. The
 * usual greedy matcher with one point to go back to, linear for patterns with one {@code %}.
 */
final class LikeKernel {

    private static final byte LITERAL = 0;
    private static final byte ANY_TEXT = 1;
    private static final byte ANY_CHARACTER = 2;

    private LikeKernel() {}

    /** @param escape one character, or none */
    static Expression like(Expression value, Expression pattern, ConstantExpression escape) {
        BytesVector escapeBytes = (BytesVector) escape.value();
        if (escape.isNull()) {
            return ConstantExpression.nullOf(DataType.BOOLEAN);
        }
        String escapeText = escapeBytes.string(0);
        if (escapeText.codePointCount(0, escapeText.length()) > 1) {
            throw new EvaluationException("ESCAPE needs one character or none");
        }
        byte[] escapeCharacter = escapeText.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        if (pattern instanceof ConstantExpression constant && !constant.isNull()) {
            BytesVector bytes = (BytesVector) constant.value();
            Pattern compiled = new Pattern(bytes.data(), bytes.start(0), bytes.length(0), escapeCharacter);
            return Call.strict(
                    DataType.BOOLEAN,
                    (in, out, rows) -> {
                        BytesVector text = (BytesVector) in[0];
                        byte[] to = ((BooleanVector) out).values();
                        int mask = text.size() == 1 ? 0 : -1;
                        for (int i = 0; i < rows; i++) {
                            int row = i & mask;
                            to[i] = (byte) (compiled.matches(text.data(), text.start(row), text.length(row)) ? 1 : 0);
                        }
                    },
                    value);
        }
        return Call.strictFallible(
                DataType.BOOLEAN,
                (in, out, rows) -> {
                    BytesVector text = (BytesVector) in[0];
                    BytesVector patterns = (BytesVector) in[1];
                    byte[] to = ((BooleanVector) out).values();
                    int mask = text.size() == 1 ? 0 : -1;
                    for (int i = 0; i < rows; i++) {
                        if (!out.isNull(i)) {
                            // A pattern that differs by row is rare enough for an object.
                            Pattern compiled = new Pattern(
                                    patterns.data(), patterns.start(i), patterns.length(i), escapeCharacter);
                            int row = i & mask;
                            to[i] = (byte) (compiled.matches(text.data(), text.start(row), text.length(row)) ? 1 : 0);
                        }
                    }
                },
                value,
                pattern);
    }

    /** A pattern taken apart into one entry per byte or wildcard. */
    private static final class Pattern {

        private final byte[] kinds;
        private final byte[] bytes;
        private final int length;

        Pattern(byte[] data, int start, int count, byte[] escape) {
            kinds = new byte[count];
            bytes = new byte[count];
            int n = 0;
            int end = start + count;
            for (int i = start; i < end; i++) {
                boolean escaped = escape.length > 0
                        && i + escape.length <= end
                        && java.util.Arrays.equals(data, i, i + escape.length, escape, 0, escape.length);
                if (escaped) {
                    i += escape.length;
                    if (i == end) {
                        throw new EvaluationException("the LIKE pattern ends with its escape character");
                    }
                    bytes[n++] = data[i];
                } else if (data[i] == '%') {
                    kinds[n++] = ANY_TEXT;
                } else if (data[i] == '_') {
                    kinds[n++] = ANY_CHARACTER;
                } else {
                    bytes[n++] = data[i];
                }
            }
            length = n;
        }

        boolean matches(byte[] data, int start, int count) {
            int end = start + count;
            int at = start;
            int p = 0;
            int retryPattern = -1;
            int retryAt = 0;
            while (at < end) {
                if (p < length && kinds[p] == ANY_TEXT) {
                    retryPattern = ++p;
                    retryAt = at;
                } else if (p < length && kinds[p] == ANY_CHARACTER) {
                    at = next(data, at, end);
                    p++;
                } else if (p < length && kinds[p] == LITERAL && bytes[p] == data[at]) {
                    at++;
                    p++;
                } else if (retryPattern >= 0) {
                    retryAt = next(data, retryAt, end);
                    at = retryAt;
                    p = retryPattern;
                } else {
                    return false;
                }
            }
            while (p < length && kinds[p] == ANY_TEXT) {
                p++;
            }
            return p == length;
        }

        private static int next(byte[] data, int at, int end) {
            int i = at + 1;
            while (i < end && (data[i] & 0xC0) == 0x80) {
                i++;
            }
            return i;
        }
    }
}
