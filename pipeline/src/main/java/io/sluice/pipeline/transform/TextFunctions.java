package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.schema.DataType;
import java.util.Arrays;

/** Functions of several texts and places in them. Places and lengths count characters (code points) from 1. */
final class TextFunctions {

    /** Which ends TRIM works on. */
    enum Ends {
        LEADING,
        TRAILING,
        BOTH
    }

    private TextFunctions() {}

    /** A function whose result is a range of bytes of its first argument. */
    @FunctionalInterface
    private interface Range {
        /** The range, {@code start << 32 | end}. */
        long of(byte[] data, int start, int end, ColumnVector[] in, int row);
    }

    private static Expression range(boolean fallible, Range range, Expression... arguments) {
        Call.Kernel kernel = (in, out, rows) -> {
            BytesVector from = (BytesVector) in[0];
            BytesVector to = (BytesVector) out;
            int mask = from.size() == 1 ? 0 : -1;
            for (int i = 0; i < rows; i++) {
                if (StringKernels.anyNull(in, i)) {
                    to.appendNull();
                    continue;
                }
                int row = i & mask;
                int start = from.start(row);
                long part = range.of(from.data(), start, start + from.length(row), in, i);
                int partStart = (int) (part >>> 32);
                to.append(from.data(), partStart, (int) part - partStart);
            }
        };
        return fallible
                ? Call.strictFallible(DataType.STRING, kernel, arguments)
                : Call.strict(DataType.STRING, kernel, arguments);
    }

    private static long part(int start, int end) {
        return (long) start << 32 | end;
    }

    /** SUBSTRING(text FROM from): a place before the first character counts, as SQL has it. */
    static Expression substring(Expression text, Expression from) {
        return range(
                false,
                (data, start, end, in, row) ->
                        part(StringKernels.skip(data, start, end, ((IntVector) in[1]).get(row) - 1L), end),
                text,
                from);
    }

    /** SUBSTRING(text FROM from FOR length). */
    static Expression substring(Expression text, Expression from, Expression length) {
        return range(
                true,
                (data, start, end, in, row) -> {
                    long first = ((IntVector) in[1]).get(row);
                    long count = ((IntVector) in[2]).get(row);
                    if (count < 0) {
                        throw new EvaluationException("SUBSTRING with a negative length");
                    }
                    int partStart = StringKernels.skip(data, start, end, first - 1);
                    long left = first < 1 ? first + count - 1 : count;
                    return part(partStart, StringKernels.skip(data, partStart, end, left));
                },
                text,
                from,
                length);
    }

    /** LEFT(text, n): with a negative n all but the last -n characters. */
    static Expression left(Expression text, Expression count) {
        return range(
                false,
                (data, start, end, in, row) -> {
                    long n = ((IntVector) in[1]).get(row);
                    long wanted = n >= 0 ? n : Math.max(0, StringKernels.count(data, start, end) + n);
                    return part(start, StringKernels.skip(data, start, end, wanted));
                },
                text,
                count);
    }

    /** RIGHT(text, n): with a negative n all but the first -n characters. */
    static Expression right(Expression text, Expression count) {
        return range(
                false,
                (data, start, end, in, row) -> {
                    long n = ((IntVector) in[1]).get(row);
                    long skipped = n >= 0 ? Math.max(0, StringKernels.count(data, start, end) - n) : -n;
                    return part(StringKernels.skip(data, start, end, skipped), end);
                },
                text,
                count);
    }

    /** TRIM: takes away characters of a set from the ends. */
    static Expression trim(Ends ends, Expression text, Expression characters) {
        return range(
                false,
                (data, start, end, in, row) -> {
                    BytesVector set = (BytesVector) in[1];
                    int setRow = set.size() == 1 ? 0 : row;
                    int first = start;
                    int last = end;
                    while (ends != Ends.TRAILING && first < last) {
                        int next = StringKernels.skip(data, first, last, 1);
                        if (!contains(set, setRow, data, first, next)) {
                            break;
                        }
                        first = next;
                    }
                    while (ends != Ends.LEADING && first < last) {
                        int before = last - 1;
                        while (before > first && (data[before] & 0xC0) == 0x80) {
                            before--;
                        }
                        if (!contains(set, setRow, data, before, last)) {
                            break;
                        }
                        last = before;
                    }
                    return part(first, last);
                },
                text,
                characters);
    }

    private static boolean contains(BytesVector set, int setRow, byte[] data, int start, int end) {
        return find(set.data(), set.start(setRow), set.start(setRow) + set.length(setRow), data, start, end) >= 0;
    }

    /** Where a part begins in a text, or -1. UTF-8 cannot match from the middle of a character. */
    static int find(byte[] text, int start, int end, byte[] part, int partStart, int partEnd) {
        int length = partEnd - partStart;
        for (int i = start; i <= end - length; i++) {
            if (Arrays.equals(text, i, i + length, part, partStart, partEnd)) {
                return i;
            }
        }
        return -1;
    }

    /** POSITION(part IN text): 0 when it is not there. */
    static Expression position(Expression part, Expression text) {
        return Call.strict(
                DataType.INT32,
                (in, out, rows) -> {
                    BytesVector parts = (BytesVector) in[0];
                    BytesVector texts = (BytesVector) in[1];
                    int partMask = parts.size() == 1 ? 0 : -1;
                    int textMask = texts.size() == 1 ? 0 : -1;
                    int[] to = ((IntVector) out).values();
                    for (int i = 0; i < rows; i++) {
                        int partRow = i & partMask;
                        int start = texts.start(i & textMask);
                        int found = find(
                                texts.data(),
                                start,
                                start + texts.length(i & textMask),
                                parts.data(),
                                parts.start(partRow),
                                parts.start(partRow) + parts.length(partRow));
                        to[i] = found < 0 ? 0 : StringKernels.count(texts.data(), start, found) + 1;
                    }
                },
                part,
                text);
    }

    /** REPLACE(text, from, to): an empty {@code from} replaces nothing. */
    static Expression replace(Expression text, Expression from, Expression to) {
        return Call.strict(DataType.STRING, TextFunctions::replace, text, from, to);
    }

    private static void replace(ColumnVector[] in, ColumnVector out, int rows) {
        BytesVector texts = (BytesVector) in[0];
        BytesVector from = (BytesVector) in[1];
        BytesVector to = (BytesVector) in[2];
        BytesVector target = (BytesVector) out;
        for (int i = 0; i < rows; i++) {
            if (StringKernels.anyNull(in, i)) {
                target.appendNull();
                continue;
            }
            int row = texts.size() == 1 ? 0 : i;
            int fromRow = from.size() == 1 ? 0 : i;
            int toRow = to.size() == 1 ? 0 : i;
            int fromLength = from.length(fromRow);
            int at = texts.start(row);
            int end = at + texts.length(row);
            int written = 0;
            while (fromLength > 0) {
                int found =
                        find(texts.data(), at, end, from.data(), from.start(fromRow), from.start(fromRow) + fromLength);
                if (found < 0) {
                    break;
                }
                written = write(target, written, texts.data(), at, found - at);
                written = write(target, written, to.data(), to.start(toRow), to.length(toRow));
                at = found + fromLength;
            }
            written = write(target, written, texts.data(), at, end - at);
            target.commit(written);
        }
    }

    /** Adds bytes to the row that is being written. */
    private static int write(BytesVector target, int written, byte[] data, int start, int length) {
        byte[] to = target.reserve(written + length);
        System.arraycopy(data, start, to, target.offsets()[target.size()] + written, length);
        return written + length;
    }

    /** CONCAT: nulls count as empty, as in PostgreSQL. */
    static Expression concatIgnoringNulls(Expression... texts) {
        Expression[] parts = new Expression[texts.length];
        for (int i = 0; i < texts.length; i++) {
            parts[i] = texts[i].nullable()
                    ? new CoalesceExpression(java.util.List.of(texts[i], ConstantExpression.stringLiteral("")))
                    : texts[i];
        }
        Expression result = parts[0];
        for (int i = 1; i < parts.length; i++) {
            result = StringKernels.concat(result, parts[i]);
        }
        return result;
    }
}
