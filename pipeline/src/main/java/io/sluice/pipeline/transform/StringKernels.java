package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.schema.DataType;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Functions of text, on UTF-8 bytes; characters are code points. */
final class StringKernels {

    private StringKernels() {}

    /** What a function does with one text: writes the bytes of the result into a vector. */
    @FunctionalInterface
    private interface Writer {
        void write(byte[] data, int start, int length, BytesVector out);
    }

    private static Expression unary(Expression value, Writer writer) {
        return Call.strict(
                DataType.STRING,
                (in, out, rows) -> {
                    BytesVector from = (BytesVector) in[0];
                    BytesVector to = (BytesVector) out;
                    int mask = from.size() == 1 ? 0 : -1;
                    for (int i = 0; i < rows; i++) {
                        int row = i & mask;
                        if (from.isNull(row)) {
                            to.appendNull();
                        } else {
                            writer.write(from.data(), from.start(row), from.length(row), to);
                        }
                    }
                },
                value);
    }

    /** Text of fixed length without the spaces that fill it up. */
    static Expression withoutPadding(Expression value) {
        return unary(value, (data, start, length, out) -> {
            int end = start + length;
            while (end > start && data[end - 1] == ' ') {
                end--;
            }
            out.append(data, start, end - start);
        });
    }

    static Expression upper(Expression value) {
        return unary(value, (data, start, length, out) -> {
            if (!isAscii(data, start, length)) {
                String text = new String(data, start, length, StandardCharsets.UTF_8);
                out.append(text.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
                return;
            }
            byte[] to = out.reserve(length);
            int at = out.offsets()[out.size()];
            for (int i = 0; i < length; i++) {
                byte b = data[start + i];
                to[at + i] = (byte) (b >= 'a' && b <= 'z' ? b - 32 : b);
            }
            out.commit(length);
        });
    }

    static Expression lower(Expression value) {
        return unary(value, (data, start, length, out) -> {
            if (!isAscii(data, start, length)) {
                String text = new String(data, start, length, StandardCharsets.UTF_8);
                out.append(text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
                return;
            }
            byte[] to = out.reserve(length);
            int at = out.offsets()[out.size()];
            for (int i = 0; i < length; i++) {
                byte b = data[start + i];
                to[at + i] = (byte) (b >= 'A' && b <= 'Z' ? b + 32 : b);
            }
            out.commit(length);
        });
    }

    /** Whether an argument is null in a row; constants of one row are never null. */
    static boolean anyNull(ColumnVector[] in, int row) {
        for (ColumnVector vector : in) {
            if (vector.hasNulls() && vector.isNull(row)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAscii(byte[] data, int start, int length) {
        int all = 0;
        for (int i = start; i < start + length; i++) {
            all |= data[i];
        }
        return all >= 0;
    }

    /** The number of characters. */
    static Expression characters(Expression value) {
        return Call.strict(
                DataType.INT32,
                (in, out, rows) -> {
                    BytesVector from = (BytesVector) in[0];
                    int[] to = ((IntVector) out).values();
                    int mask = from.size() == 1 ? 0 : -1;
                    for (int i = 0; i < rows; i++) {
                        int row = i & mask;
                        to[i] = count(from.data(), from.start(row), from.start(row) + from.length(row));
                    }
                },
                value);
    }

    /** The number of bytes. */
    static Expression bytes(Expression value) {
        return Call.strict(
                DataType.INT32,
                (in, out, rows) -> {
                    BytesVector from = (BytesVector) in[0];
                    int[] to = ((IntVector) out).values();
                    int mask = from.size() == 1 ? 0 : -1;
                    for (int i = 0; i < rows; i++) {
                        to[i] = from.length(i & mask);
                    }
                },
                value);
    }

    static int count(byte[] data, int start, int end) {
        int count = 0;
        for (int i = start; i < end; i++) {
            count += (data[i] & 0xC0) != 0x80 ? 1 : 0;
        }
        return count;
    }

    /** The place {@code characters} further on, at most {@code end}. */
    static int skip(byte[] data, int start, int end, long characters) {
        int at = start;
        for (long left = characters; left > 0 && at < end; left--) {
            at++;
            while (at < end && (data[at] & 0xC0) == 0x80) {
                at++;
            }
        }
        return at;
    }

    /** The first {@code characters} characters. */
    static Expression left(Expression value, int characters) {
        return unary(value, (data, start, length, out) -> {
            int end = characters >= length ? start + length : skip(data, start, start + length, characters);
            out.append(data, start, end - start);
        });
    }

    /** {@code ||}: null when one side is. */
    static Expression concat(Expression left, Expression right) {
        return Call.strict(left.type(), StringKernels::concat, left, right);
    }

    private static void concat(ColumnVector[] in, ColumnVector out, int rows) {
        BytesVector to = (BytesVector) out;
        BytesVector a = (BytesVector) in[0];
        BytesVector b = (BytesVector) in[1];
        int aMask = a.size() == 1 ? 0 : -1;
        int bMask = b.size() == 1 ? 0 : -1;
        for (int i = 0; i < rows; i++) {
            int aRow = i & aMask;
            int bRow = i & bMask;
            if (a.isNull(aRow) || b.isNull(bRow)) {
                to.appendNull();
                continue;
            }
            int aLength = a.length(aRow);
            int bLength = b.length(bRow);
            byte[] target = to.reserve(aLength + bLength);
            int at = to.offsets()[to.size()];
            System.arraycopy(a.data(), a.start(aRow), target, at, aLength);
            System.arraycopy(b.data(), b.start(bRow), target, at + aLength, bLength);
            to.commit(aLength + bLength);
        }
    }
}
