package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/** Rows of every type, as vectors and as Iceberg's generic records. */
final class Samples {

    static final TableId TABLE = new TableId("shop", "samples");

    static final List<DataType> TYPES = List.of(
            DataType.BOOLEAN,
            DataType.INT32,
            DataType.INT64,
            DataType.FLOAT32,
            DataType.FLOAT64,
            DataType.decimal(1, 0),
            DataType.decimal(9, 4),
            DataType.decimal(10, 0),
            DataType.decimal(18, 18),
            DataType.decimal(19, 2),
            DataType.decimal(28, 9),
            DataType.decimal(38, 10),
            DataType.DATE,
            DataType.TIME,
            DataType.TIMESTAMP,
            DataType.TIMESTAMP_TZ,
            DataType.STRING,
            DataType.BINARY,
            DataType.UUID);

    private static final OffsetDateTime EPOCH = OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private Samples() {}

    /** A column of every type, all of them nullable but the first, {@code id}, which is the key. */
    static TableSchema everyType() {
        List<Column> columns = new ArrayList<>();
        columns.add(Column.of("id", DataType.INT64, false));
        for (DataType type : TYPES) {
            columns.add(Column.of("c_" + type.toString().toLowerCase().replaceAll("[^a-z0-9_]", "_"), type, true));
        }
        return new TableSchema(TABLE, 0, columns, List.of(0));
    }

    /** Values at the edges of a type, as vectors take them. */
    static List<Object> extremes(DataType type) {
        return switch (type.kind()) {
            case BOOLEAN -> List.of(true, false);
            case INT32 -> List.of(0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE);
            case INT64 -> List.of(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE);
            case FLOAT32 ->
                List.of(
                        0f,
                        -0f,
                        1.5f,
                        Float.MIN_VALUE,
                        Float.MAX_VALUE,
                        -Float.MAX_VALUE,
                        Float.NaN,
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY);
            case FLOAT64 ->
                List.of(
                        0d,
                        -0d,
                        1.5d,
                        Double.MIN_VALUE,
                        Double.MAX_VALUE,
                        -Double.MAX_VALUE,
                        Double.NaN,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY);
            case DECIMAL -> {
                BigInteger nines = BigInteger.TEN.pow(type.precision()).subtract(BigInteger.ONE);
                yield List.of(
                        BigInteger.ZERO,
                        BigInteger.ONE,
                        BigInteger.ONE.negate(),
                        nines,
                        nines.negate(),
                        nines.shiftRight(1),
                        nines.shiftRight(type.precision()));
            }
            case DATE -> List.of(0, -1, 1, 365, -719_528, 2_932_896, 19_000);
            case TIME -> List.of(0L, 1L, 86_399_999_999L, 43_200_000_000L);
            case TIMESTAMP, TIMESTAMP_TZ ->
                List.of(0L, -1L, 1L, -62_135_596_800_000_000L, 253_402_300_799_999_999L, 1_700_000_000_123_456L);
            case STRING -> List.of("", "a", "ünï©ødé 🚀", "x".repeat(5000), "\u0000", "b\"'\n");
            case BINARY ->
                List.of(new byte[0], new byte[] {0}, new byte[] {-1, -128, 127}, new byte[3000], new byte[] {
                    'a', 'b', 'c'
                });
            case UUID ->
                List.of(
                        new UUID(0, 0),
                        new UUID(-1, -1),
                        new UUID(Long.MIN_VALUE, Long.MAX_VALUE),
                        UUID.fromString("f79c3e09-677c-4bbd-a479-3f349cb785e7"));
        };
    }

    static Object random(DataType type, Random random) {
        List<Object> extremes = extremes(type);
        if (random.nextInt(4) == 0) {
            return extremes.get(random.nextInt(extremes.size()));
        }
        return switch (type.kind()) {
            case BOOLEAN -> random.nextBoolean();
            case INT32 -> random.nextInt();
            case INT64 -> random.nextLong();
            case FLOAT32 -> random.nextFloat() * 1000 - 500;
            case FLOAT64 -> random.nextDouble() * 1000 - 500;
            case DECIMAL -> {
                BigInteger bound = BigInteger.TEN.pow(type.precision());
                BigInteger value = new BigInteger(bound.bitLength() + 8, random).mod(bound);
                yield random.nextBoolean() ? value : value.negate();
            }
            case DATE -> random.nextInt(40_000) - 20_000;
            case TIME -> (long) (random.nextDouble() * 86_400_000_000L);
            case TIMESTAMP, TIMESTAMP_TZ -> (long) ((random.nextDouble() - 0.5) * 4e15);
            case STRING -> Integer.toString(random.nextInt(100_000), 36).repeat(random.nextInt(4));
            case BINARY -> {
                byte[] bytes = new byte[random.nextInt(20)];
                random.nextBytes(bytes);
                yield bytes;
            }
            case UUID -> new UUID(random.nextLong(), random.nextLong());
        };
    }

    /** Appends a value of {@link #extremes} or {@link #random}. */
    static void append(ColumnVector vector, @Nullable Object value) {
        if (value == null) {
            vector.appendNull();
        } else if (vector instanceof BooleanVector booleans) {
            booleans.append((byte) ((Boolean) value ? 1 : 0));
        } else if (vector instanceof IntVector ints) {
            ints.append((Integer) value);
        } else if (vector instanceof FloatVector floats) {
            floats.append((Float) value);
        } else if (vector instanceof DoubleVector doubles) {
            doubles.append((Double) value);
        } else if (vector instanceof LongVector longs) {
            longs.append(((Number) value).longValue());
        } else if (vector instanceof BytesVector bytes) {
            bytes.append(value instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) value);
        } else if (value instanceof UUID uuid) {
            ((Int128Vector) vector).append(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
        } else {
            BigInteger unscaled = (BigInteger) value;
            ((Int128Vector) vector).append(unscaled.shiftRight(64).longValue(), unscaled.longValue());
        }
    }

    /** A vector's value as Iceberg's generic data model has it. */
    static @Nullable Object generic(ColumnVector vector, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        DataType type = vector.type();
        return switch (type.kind()) {
            case BOOLEAN -> ((BooleanVector) vector).get(row) != 0;
            case INT32 -> ((IntVector) vector).get(row);
            case INT64 -> ((LongVector) vector).get(row);
            case FLOAT32 -> ((FloatVector) vector).get(row);
            case FLOAT64 -> ((DoubleVector) vector).get(row);
            case DECIMAL -> {
                if (vector instanceof LongVector longs) {
                    yield BigDecimal.valueOf(longs.get(row), type.scale());
                }
                Int128Vector wide = (Int128Vector) vector;
                BigInteger low = new BigInteger(Long.toUnsignedString(wide.low()[row]));
                yield new BigDecimal(
                        BigInteger.valueOf(wide.high()[row]).shiftLeft(64).add(low), type.scale());
            }
            case DATE -> LocalDate.ofEpochDay(((IntVector) vector).get(row));
            case TIME -> LocalTime.ofNanoOfDay(((LongVector) vector).get(row) * 1000);
            case TIMESTAMP -> timestamp(((LongVector) vector).get(row)).toLocalDateTime();
            case TIMESTAMP_TZ -> timestamp(((LongVector) vector).get(row));
            case STRING -> ((BytesVector) vector).string(row);
            case BINARY -> {
                BytesVector bytes = (BytesVector) vector;
                yield ByteBuffer.wrap(Arrays.copyOfRange(bytes.data(), bytes.start(row), bytes.offsets()[row + 1]));
            }
            case UUID -> {
                Int128Vector wide = (Int128Vector) vector;
                yield new UUID(wide.high()[row], wide.low()[row]);
            }
        };
    }

    static OffsetDateTime timestamp(long micros) {
        return EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static LocalDateTime localTimestamp(long micros) {
        return timestamp(micros).toLocalDateTime();
    }

    /** The batch's rows as generic records of an Iceberg schema with the same column names. */
    static List<Record> records(ColumnBatch batch, Schema schema) {
        List<Record> records = new ArrayList<>();
        for (int row = 0; row < batch.rowCount(); row++) {
            Record record = GenericRecord.create(schema);
            for (int c = 0; c < batch.schema().width(); c++) {
                record.setField(batch.schema().column(c).name(), generic(batch.column(c), row));
            }
            records.add(record);
        }
        return records;
    }

    /** Rows with ids from {@code firstId}: extremes in the first rows, then random values; a fifth of all nulls. */
    static ColumnBatch batch(TableSchema schema, long firstId, int rows, Random random) {
        ColumnBatch batch = ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, rows);
        for (int row = 0; row < rows; row++) {
            ((LongVector) batch.column(0)).append(firstId + row);
            for (int c = 1; c < schema.width(); c++) {
                DataType type = schema.column(c).type();
                List<Object> extremes = extremes(type);
                Object value = row < extremes.size()
                        ? extremes.get(row)
                        : schema.column(c).nullable() && random.nextInt(5) == 0 ? null : random(type, random);
                append(batch.column(c), value);
            }
            batch.endRow();
        }
        return batch;
    }
}
