package io.sluice.pipeline.batch;

import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Gives the batches back that a {@link ChangeEncoder} made a piece of. Used by one thread. */
public final class ChangeDecoder {

    private final TableSchema schema;
    private final ByteBuffer in;

    /**
     * Begins to read a piece.
     *
     * @param schema the changes' schema
     * @param piece from its position to its limit; on the heap
     * @throws IllegalArgumentException when it is not a piece, of another version, or damaged
     */
    public ChangeDecoder(TableSchema schema, ByteBuffer piece) {
        this.schema = schema;
        this.in = piece.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (in.limit() < ChangeEncoder.HEADER || in.getInt(0) != ChangeEncoder.MAGIC) {
            throw new IllegalArgumentException("these are no changes: expected a header of " + ChangeEncoder.HEADER
                    + " bytes that begins with SLCH, found " + in.limit() + " bytes of something else");
        }
        byte version = in.get(Integer.BYTES);
        if (version != ChangeEncoder.VERSION) {
            throw new IllegalArgumentException(
                    "the changes are of version " + version + ", expected " + ChangeEncoder.VERSION);
        }
        int expected = in.getInt(Integer.BYTES + 1);
        int found = ChangeEncoder.checksum(in);
        if (found != expected) {
            throw new IllegalArgumentException(String.format(
                    "the changes are damaged: expected checksum %08x, found %08x in %d bytes",
                    expected, found, in.limit()));
        }
        in.position(ChangeEncoder.HEADER);
    }

    /** Whether another batch follows. */
    public boolean hasNext() {
        return in.hasRemaining();
    }

    /**
     * The next batch.
     *
     * @throws IllegalArgumentException when its columns are not the schema's
     */
    public ColumnBatch next() {
        int rows = in.getInt();
        int width = in.getInt();
        if (width != schema.width()) {
            throw new IllegalArgumentException(
                    "the changes have " + width + " columns, expected " + schema.width() + " of " + schema.table());
        }
        byte[] operations = new byte[rows];
        in.get(operations);
        long[] positions = new long[rows];
        getLongs(positions, rows);
        ColumnVector[] columns = new ColumnVector[width];
        for (int i = 0; i < width; i++) {
            columns[i] = column(schema.column(i), rows);
        }
        return ColumnBatch.ofChanges(schema, columns, operations, positions, rows);
    }

    private ColumnVector column(Column expected, int rows) {
        DataType type = expected.type();
        byte code = in.get();
        byte precision = in.get();
        byte scale = in.get();
        if (code != ChangeEncoder.code(type) || precision != type.precision() || scale != type.scale()) {
            throw new IllegalArgumentException("the changes of column '" + expected.name() + "' of " + schema.table()
                    + " have type code " + code + "(" + precision + "," + scale + "), expected " + type);
        }
        int flags = in.get();
        int bytes = ChangeEncoder.bitmapBytes(rows);
        int nulls = in.position();
        int unavailable = nulls + ((flags & ChangeEncoder.NULLS) != 0 ? bytes : 0);
        in.position(unavailable + ((flags & ChangeEncoder.UNAVAILABLE) != 0 ? bytes : 0));
        ColumnVector column = ColumnVector.create(type, rows);
        readValues(column, rows);
        if ((flags & ChangeEncoder.NULLS) != 0) {
            for (int row = 0; row < rows; row++) {
                if (isSet(nulls, row)) {
                    column.setNull(row);
                }
            }
        }
        if ((flags & ChangeEncoder.UNAVAILABLE) != 0) {
            for (int row = 0; row < rows; row++) {
                if (isSet(unavailable, row)) {
                    column.setUnavailable(row);
                }
            }
        }
        return column;
    }

    private boolean isSet(int bitmap, int row) {
        return (in.get(bitmap + (row >>> 3)) & 1 << (row & 7)) != 0;
    }

    private void readValues(ColumnVector column, int rows) {
        if (column instanceof BytesVector texts) {
            readTexts(texts, rows);
            return;
        }
        column.resize(rows);
        if (column instanceof LongVector longs) {
            getLongs(longs.values(), rows);
        } else if (column instanceof IntVector ints) {
            in.asIntBuffer().get(ints.values(), 0, rows);
            in.position(in.position() + rows * Integer.BYTES);
        } else if (column instanceof BooleanVector booleans) {
            in.get(booleans.values(), 0, rows);
        } else if (column instanceof DoubleVector doubles) {
            in.asDoubleBuffer().get(doubles.values(), 0, rows);
            in.position(in.position() + rows * Double.BYTES);
        } else if (column instanceof FloatVector floats) {
            in.asFloatBuffer().get(floats.values(), 0, rows);
            in.position(in.position() + rows * Float.BYTES);
        } else {
            Int128Vector wide = (Int128Vector) column;
            getLongs(wide.high(), rows);
            getLongs(wide.low(), rows);
        }
    }

    private void readTexts(BytesVector texts, int rows) {
        int lengths = in.position();
        int total = 0;
        for (int row = 0; row < rows; row++) {
            total = Math.addExact(total, in.getInt(lengths + row * Integer.BYTES));
        }
        in.position(lengths + rows * Integer.BYTES);
        in.get(texts.reserve(total), 0, total);
        texts.resize(rows);
        int[] offsets = texts.offsets();
        for (int row = 0; row < rows; row++) {
            offsets[row + 1] = offsets[row] + in.getInt(lengths + row * Integer.BYTES);
        }
    }

    private void getLongs(long[] values, int rows) {
        in.asLongBuffer().get(values, 0, rows);
        in.position(in.position() + rows * Long.BYTES);
    }
}
