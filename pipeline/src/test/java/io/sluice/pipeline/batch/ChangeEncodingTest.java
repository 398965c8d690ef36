package io.sluice.pipeline.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Changes come back from their bytes as they were. */
class ChangeEncodingTest {

    private static final TableId TABLE = TableId.parse("lake.t");
    private static final List<DataType> TYPES = List.of(
            DataType.BOOLEAN,
            DataType.INT32,
            DataType.INT64,
            DataType.FLOAT32,
            DataType.FLOAT64,
            DataType.decimal(18, 4),
            DataType.decimal(38, 10),
            DataType.DATE,
            DataType.TIME,
            DataType.TIMESTAMP,
            DataType.TIMESTAMP_TZ,
            DataType.STRING,
            DataType.BINARY,
            DataType.UUID);
    private static final byte[] OPERATIONS = {
        RowOperation.INSERT,
        RowOperation.UPDATE,
        RowOperation.DELETE,
        RowOperation.TRUNCATE,
        RowOperation.UPDATE | RowOperation.IF_PRESENT,
        RowOperation.UPDATE | RowOperation.REFETCH,
        RowOperation.MOVE_OUT
    };

    private static TableSchema schema(List<DataType> types) {
        List<Column> columns = new ArrayList<>();
        for (DataType type : types) {
            columns.add(Column.of("c" + columns.size(), type, true));
        }
        return new TableSchema(TABLE, 0, columns, List.of());
    }

    private static ColumnBatch batch(TableSchema schema, int rows, Random random) {
        ColumnBatch batch = ColumnBatch.create(schema, ColumnBatch.Content.CHANGES, 1 + random.nextInt(8));
        boolean[] nulls = new boolean[schema.width()];
        boolean[] gaps = new boolean[schema.width()];
        for (int i = 0; i < schema.width(); i++) {
            nulls[i] = random.nextBoolean();
            gaps[i] = random.nextInt(3) == 0;
        }
        for (int row = 0; row < rows; row++) {
            byte operation = row > 0 && batch.operation(row - 1) == RowOperation.MOVE_OUT
                    ? RowOperation.MOVE_IN
                    : OPERATIONS[random.nextInt(row == rows - 1 ? OPERATIONS.length - 1 : OPERATIONS.length)];
            for (int i = 0; i < schema.width(); i++) {
                if (gaps[i] && random.nextInt(4) == 0) {
                    batch.column(i).appendUnavailable();
                } else if (nulls[i] && random.nextInt(3) == 0) {
                    batch.column(i).appendNull();
                } else {
                    append(batch.column(i), random);
                }
            }
            batch.endChange(operation, random.nextLong());
        }
        return batch;
    }

    private static void append(ColumnVector column, Random random) {
        if (column instanceof BooleanVector booleans) {
            booleans.append((byte) random.nextInt(2));
        } else if (column instanceof IntVector ints) {
            ints.append(random.nextInt());
        } else if (column instanceof LongVector longs) {
            longs.append(random.nextLong());
        } else if (column instanceof FloatVector floats) {
            floats.append(random.nextInt(5) == 0 ? Float.NEGATIVE_INFINITY : random.nextFloat());
        } else if (column instanceof DoubleVector doubles) {
            doubles.append(random.nextInt(5) == 0 ? -0.0 : random.nextGaussian());
        } else if (column instanceof Int128Vector wide) {
            wide.append(random.nextLong(), random.nextLong());
        } else {
            byte[] text = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(60)];
            random.nextBytes(text);
            ((BytesVector) column).append(text);
        }
    }

    private static List<ByteBuffer> encode(int limit, List<ColumnBatch> batches) {
        ChangeEncoder encoder = new ChangeEncoder(limit);
        List<ByteBuffer> pieces = new ArrayList<>();
        for (ColumnBatch batch : batches) {
            int row = 0;
            while (row < batch.rowCount()) {
                row = encoder.add(batch, row);
                if (row < batch.rowCount()) {
                    pieces.add(encoder.finish());
                }
            }
        }
        if (!encoder.isEmpty()) {
            pieces.add(encoder.finish());
        }
        return pieces;
    }

    private static List<String> decode(TableSchema schema, List<ByteBuffer> pieces) {
        List<String> rows = new ArrayList<>();
        for (ByteBuffer piece : pieces) {
            ChangeDecoder decoder = new ChangeDecoder(schema, piece);
            while (decoder.hasNext()) {
                ColumnBatch batch = decoder.next();
                assertThat(batch.operation(0)).isNotEqualTo(RowOperation.MOVE_IN);
                assertThat(batch.operation(batch.rowCount() - 1)).isNotEqualTo(RowOperation.MOVE_OUT);
                rows.addAll(rows(batch));
            }
        }
        return rows;
    }

    private static List<String> rows(ColumnBatch batch) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < batch.rowCount(); row++) {
            StringBuilder text =
                    new StringBuilder().append(batch.operation(row)).append('@').append(batch.positions()[row]);
            for (ColumnVector column : batch.columns()) {
                text.append('|').append(value(column, row));
            }
            rows.add(text.toString());
        }
        return rows;
    }

    private static String value(ColumnVector column, int row) {
        if (column.isUnavailable(row)) {
            return "unavailable";
        }
        if (column.isNull(row)) {
            return "null";
        }
        if (column instanceof BooleanVector booleans) {
            return String.valueOf(booleans.get(row));
        } else if (column instanceof IntVector ints) {
            return String.valueOf(ints.get(row));
        } else if (column instanceof LongVector longs) {
            return String.valueOf(longs.get(row));
        } else if (column instanceof FloatVector floats) {
            return String.valueOf(floats.values()[row]);
        } else if (column instanceof DoubleVector doubles) {
            return String.valueOf(doubles.values()[row]);
        } else if (column instanceof Int128Vector wide) {
            return wide.high()[row] + ":" + wide.low()[row];
        }
        BytesVector texts = (BytesVector) column;
        ByteBuffer bytes = ByteBuffer.wrap(texts.data(), texts.start(row), texts.length(row));
        StringBuilder text = new StringBuilder("x");
        while (bytes.hasRemaining()) {
            text.append(Integer.toHexString(bytes.get() & 0xff)).append('.');
        }
        return text.toString();
    }

    @Property(tries = 300)
    void whatIsEncodedComesBack(
            @ForAll long seed, @ForAll @IntRange(min = 0, max = 200) int rows, @ForAll @IntRange(min = 1) int limit) {
        Random random = new Random(seed);
        List<DataType> types = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            types.add(TYPES.get(random.nextInt(TYPES.size())));
        }
        TableSchema schema = schema(types);
        List<ColumnBatch> batches = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            ColumnBatch batch = batch(schema, rows, random);
            batches.add(batch);
            expected.addAll(rows(batch));
        }

        List<ByteBuffer> pieces = encode(1 + limit % 20_000, batches);

        assertThat(decode(schema, pieces)).isEqualTo(expected);
    }

    @Test
    void everyTypeComesBackFromOnePiece() {
        TableSchema schema = schema(TYPES);
        ColumnBatch batch = batch(schema, 100, new Random(7));
        List<ByteBuffer> pieces = encode(1 << 20, List.of(batch));
        assertThat(pieces).hasSize(1);
        assertThat(decode(schema, pieces)).isEqualTo(rows(batch));
    }

    @Test
    void piecesKeepToTheirLimit() {
        TableSchema schema = schema(List.of(DataType.INT64, DataType.STRING));
        List<ByteBuffer> pieces = encode(4_000, List.of(batch(schema, 1_000, new Random(8))));
        assertThat(pieces).hasSizeGreaterThan(10);
        assertThat(pieces).allSatisfy(piece -> assertThat(piece.remaining()).isBetween(1, 4_000));
    }

    @Test
    void anEncoderWithoutChangesHoldsNothing() {
        ChangeEncoder encoder = new ChangeEncoder(1_000);
        assertThat(encoder.isEmpty()).isTrue();
        assertThat(encoder.bufferedBytes()).isZero();
        assertThatThrownBy(encoder::finish).isInstanceOf(IllegalStateException.class);
        TableSchema schema = schema(List.of(DataType.INT64));
        encoder.add(batch(schema, 3, new Random(1)), 0);
        assertThat(encoder.bufferedBytes()).isBetween(1L, 4_096L);
        encoder.finish();
        assertThat(encoder.bufferedBytes()).isZero();
    }

    @Test
    void aDamagedByteIsFound() {
        TableSchema schema = schema(List.of(DataType.INT64, DataType.STRING));
        ByteBuffer piece =
                encode(1 << 20, List.of(batch(schema, 20, new Random(9)))).get(0);
        for (int at = 5; at < piece.limit(); at++) {
            piece.put(at, (byte) (piece.get(at) ^ 4));
            assertThatThrownBy(() -> new ChangeDecoder(schema, piece))
                    .as("byte %d", at)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("damaged: expected checksum");
            piece.put(at, (byte) (piece.get(at) ^ 4));
        }
        assertThatThrownBy(() -> new ChangeDecoder(schema, piece.slice(0, piece.limit() - 1)))
                .hasMessageContaining("damaged");
    }

    @Test
    void somethingElseIsRefused() {
        TableSchema schema = schema(List.of(DataType.INT64));
        assertThatThrownBy(() -> new ChangeDecoder(schema, ByteBuffer.allocate(3)))
                .hasMessageContaining("no changes");
        assertThatThrownBy(() -> new ChangeDecoder(schema, ByteBuffer.allocate(30)))
                .hasMessageContaining("no changes");
        ByteBuffer piece =
                encode(1_000, List.of(batch(schema, 2, new Random(1)))).get(0);
        piece.put(4, (byte) 9);
        assertThatThrownBy(() -> new ChangeDecoder(schema, piece)).hasMessageContaining("version 9, expected 1");
    }

    @Test
    void changesOfOtherColumnsAreRefused() {
        ByteBuffer piece = encode(1_000, List.of(batch(schema(List.of(DataType.decimal(9, 2))), 2, new Random(1))))
                .get(0);
        assertThatThrownBy(() -> new ChangeDecoder(schema(List.of(DataType.decimal(9, 3))), piece).next())
                .hasMessageContaining("column 'c0'")
                .hasMessageContaining("DECIMAL(9,3)");
        assertThatThrownBy(() -> new ChangeDecoder(schema(List.of(DataType.INT64, DataType.INT64)), piece).next())
                .hasMessageContaining("1 columns, expected 2");
    }

    @Test
    void aSnapshotIsNotEncoded() {
        TableSchema schema = schema(List.of(DataType.INT64));
        ColumnBatch rows = ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, 1);
        assertThatThrownBy(() -> new ChangeEncoder(100).add(rows, 0)).hasMessageContaining("snapshot batch");
    }
}
