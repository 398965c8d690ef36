package io.sluice.pipeline.batch;

import io.sluice.pipeline.schema.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Changes as bytes that outlive the process: column by column, little-endian, without an object per row or value. Read by
 * {@link ChangeDecoder}.
 *
 * <p>A piece is {@code "SLCH"}, the version (one byte), a CRC-32C of everything behind it (four bytes), and frames, each
 * with rows of one batch: the number of rows and of columns ({@code int}), an operation per row ({@code byte}), a position
 * per row ({@code long}), and per column a code of its type, precision and scale ({@code byte} each), flags ({@code byte}:
 * 1 some row is null, 2 some row is unavailable), a bitmap for each flag that is set (a byte per eight rows, lowest bit
 * first), and the values: as wide as the type for every row, null or not; of text and bytes the length of each row
 * ({@code int}) and then all bytes.
 *
 * <p>Used by one thread.
 */
public final class ChangeEncoder {

    static final int MAGIC = 0x48434C53;
    static final byte VERSION = 1;
    static final int HEADER = Integer.BYTES + 1 + Integer.BYTES;
    static final int NULLS = 1;
    static final int UNAVAILABLE = 2;

    private static final int FRAME_HEADER = 2 * Integer.BYTES;
    private static final int COLUMN_HEADER = 4;
    private static final int SMALLEST = 4 << 10;

    private final int limit;
    private ByteBuffer buffer = empty(0);

    /**
     * An encoder without changes.
     *
     * @param limit bytes that a piece does not pass, but for one row that alone is larger, or the two rows of a change of
     *     key; at least 1
     */
    public ChangeEncoder(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("A piece needs room, got " + limit + " bytes");
        }
        this.limit = limit;
    }

    /**
     * Adds rows of a batch of changes, as many as the piece has room for; at least one to an empty piece. The two rows of a
     * change of key stay together.
     *
     * @param from the first row
     * @return the first row that was not added; when it is not the end of the batch, the piece is full
     */
    public int add(ColumnBatch batch, int from) {
        if (batch.content() != ColumnBatch.Content.CHANGES) {
            throw new IllegalArgumentException("Only changes can be encoded, got a snapshot batch of "
                    + batch.schema().table());
        }
        int to = end(batch, from);
        if (to > from) {
            write(batch, from, to);
        }
        return to;
    }

    /** Whether nothing was added since the last piece. */
    public boolean isEmpty() {
        return buffer.position() <= HEADER;
    }

    /** Bytes of heap that {@link #finish} frees. */
    public long bufferedBytes() {
        return isEmpty() ? 0 : buffer.capacity();
    }

    /** Ends the piece, which has at least one row; the next one is empty. */
    public ByteBuffer finish() {
        if (isEmpty()) {
            throw new IllegalStateException("A piece without changes");
        }
        ByteBuffer piece = buffer;
        buffer = empty(0);
        piece.flip();
        piece.putInt(0, MAGIC).put(Integer.BYTES, VERSION);
        piece.putInt(Integer.BYTES + 1, checksum(piece));
        return piece;
    }

    static int checksum(ByteBuffer piece) {
        CRC32C crc = new CRC32C();
        crc.update(piece.array(), piece.arrayOffset() + HEADER, piece.limit() - HEADER);
        return (int) crc.getValue();
    }

    /** What stands for a type; never changes its meaning. */
    static byte code(DataType type) {
        return switch (type.kind()) {
            case BOOLEAN -> 1;
            case INT32 -> 2;
            case INT64 -> 3;
            case FLOAT32 -> 4;
            case FLOAT64 -> 5;
            case DECIMAL -> 6;
            case DATE -> 7;
            case TIME -> 8;
            case TIMESTAMP -> 9;
            case TIMESTAMP_TZ -> 10;
            case STRING -> 11;
            case BINARY -> 12;
            case UUID -> 13;
        };
    }

    private int end(ColumnBatch batch, int from) {
        long room = (long) limit - Math.max(buffer.position(), HEADER);
        int to = batch.rowCount();
        while (to > from && frameBytes(batch, from, to) > room) {
            int half = from + (to - from) / 2;
            to = to - from == 1 ? from : half;
        }
        if (to == from && isEmpty()) {
            to = from + 1;
        }
        if (to < batch.rowCount() && to > from && RowOperation.operation(batch.operation(to)) == RowOperation.MOVE_IN) {
            boolean alone = to - 1 == from && isEmpty();
            return alone ? to + 1 : to - 1;
        }
        return to;
    }

    private static long frameBytes(ColumnBatch batch, int from, int to) {
        long rows = to - from;
        long bytes = FRAME_HEADER + rows * (1 + Long.BYTES);
        for (ColumnVector column : batch.columns()) {
            bytes += COLUMN_HEADER + 2L * bitmapBytes(to - from);
            bytes += column instanceof BytesVector texts
                    ? rows * Integer.BYTES + texts.offsets()[to] - texts.offsets()[from]
                    : rows * width(column);
        }
        return bytes;
    }

    static int bitmapBytes(int rows) {
        return (rows + 7) >>> 3;
    }

    private static int width(ColumnVector column) {
        return switch (column.type().kind()) {
            case BOOLEAN -> 1;
            case INT32, DATE, FLOAT32 -> Integer.BYTES;
            case INT64, TIME, TIMESTAMP, TIMESTAMP_TZ, FLOAT64 -> Long.BYTES;
            case DECIMAL -> column.type().isLongDecimal() ? Long.BYTES : 2 * Long.BYTES;
            case UUID -> 2 * Long.BYTES;
            case STRING, BINARY -> throw new IllegalArgumentException("Text has no width");
        };
    }

    private void write(ColumnBatch batch, int from, int to) {
        int rows = to - from;
        ByteBuffer out = room(frameBytes(batch, from, to));
        out.putInt(rows).putInt(batch.columns().length);
        out.put(batch.operations(), from, rows);
        putLongs(out, batch.positions(), from, rows);
        for (ColumnVector column : batch.columns()) {
            DataType type = column.type();
            int flags = (column.hasNulls() ? NULLS : 0) | (column.hasUnavailable() ? UNAVAILABLE : 0);
            out.put(code(type))
                    .put((byte) type.precision())
                    .put((byte) type.scale())
                    .put((byte) flags);
            putMarks(out, column, flags, from, rows);
            putValues(out, column, from, rows);
        }
    }

    private static void putMarks(ByteBuffer out, ColumnVector column, int flags, int from, int rows) {
        int bytes = bitmapBytes(rows);
        for (int flag = NULLS; flag <= UNAVAILABLE; flag <<= 1) {
            if ((flags & flag) == 0) {
                continue;
            }
            int at = out.position();
            for (int i = 0; i < bytes; i++) {
                out.put((byte) 0);
            }
            for (int row = 0; row < rows; row++) {
                boolean set = flag == NULLS ? column.isNull(from + row) : column.isUnavailable(from + row);
                if (set) {
                    int index = at + (row >>> 3);
                    out.put(index, (byte) (out.get(index) | 1 << (row & 7)));
                }
            }
        }
    }

    private static void putValues(ByteBuffer out, ColumnVector column, int from, int rows) {
        int at = out.position();
        int width;
        if (column instanceof LongVector longs) {
            putLongs(out, longs.values(), from, rows);
            width = Long.BYTES;
        } else if (column instanceof IntVector ints) {
            out.asIntBuffer().put(ints.values(), from, rows);
            width = Integer.BYTES;
        } else if (column instanceof BooleanVector booleans) {
            out.put(at, booleans.values(), from, rows);
            width = 1;
        } else if (column instanceof DoubleVector doubles) {
            out.asDoubleBuffer().put(doubles.values(), from, rows);
            width = Double.BYTES;
        } else if (column instanceof FloatVector floats) {
            out.asFloatBuffer().put(floats.values(), from, rows);
            width = Float.BYTES;
        } else if (column instanceof Int128Vector wide) {
            putLongs(out, wide.high(), from, rows);
            putLongs(out, wide.low(), from, rows);
            clearNulls(out, column, from, rows, at, Long.BYTES);
            clearNulls(out, column, from, rows, at + rows * Long.BYTES, Long.BYTES);
            return;
        } else {
            putTexts(out, (BytesVector) column, from, rows);
            return;
        }
        out.position(at + rows * width);
        clearNulls(out, column, from, rows, at, width);
    }

    /** What a null's slot holds means nothing; zeros compress better. */
    private static void clearNulls(ByteBuffer out, ColumnVector column, int from, int rows, int at, int width) {
        if (!column.hasNulls()) {
            return;
        }
        for (int row = 0; row < rows; row++) {
            if (column.isNull(from + row)) {
                for (int i = 0; i < width; i++) {
                    out.put(at + row * width + i, (byte) 0);
                }
            }
        }
    }

    private static void putTexts(ByteBuffer out, BytesVector texts, int from, int rows) {
        int[] offsets = texts.offsets();
        for (int row = from; row < from + rows; row++) {
            out.putInt(offsets[row + 1] - offsets[row]);
        }
        out.put(texts.data(), offsets[from], offsets[from + rows] - offsets[from]);
    }

    private static void putLongs(ByteBuffer out, long[] values, int from, int rows) {
        out.asLongBuffer().put(values, from, rows);
        out.position(out.position() + rows * Long.BYTES);
    }

    private ByteBuffer room(long bytes) {
        long needed = Math.max(buffer.position(), HEADER) + bytes;
        if (needed > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException("One change takes " + needed + " bytes; a piece has at most 2 GB");
        }
        if (buffer.capacity() < needed) {
            // Never far beyond the limit: what is buffered counts against the memory of a cut.
            long doubled = Math.min(Math.max(buffer.capacity() * 2L, SMALLEST), limit);
            ByteBuffer larger = empty((int) Math.max(needed, doubled));
            buffer.flip();
            if (buffer.hasRemaining()) {
                larger.position(0);
                larger.put(buffer);
            }
            buffer = larger;
        }
        return buffer;
    }

    private static ByteBuffer empty(int capacity) {
        ByteBuffer fresh = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
        return capacity >= HEADER ? fresh.position(HEADER) : fresh;
    }
}
