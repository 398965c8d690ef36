package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.util.SerializableFunction;

/**
 * One partition field over vectors: a long per row such that rows with the same code have the same partition value. The
 * values themselves come from Iceberg's own transform, once per code.
 */
final class PartitionCode {

    private static final Pattern PARAMETER = Pattern.compile("(bucket|truncate)\\[(\\d+)]");
    private static final long MICROS_PER_HOUR = 3_600_000_000L;
    private static final long MICROS_PER_DAY = 24 * MICROS_PER_HOUR;

    private enum Function {
        IDENTITY,
        YEAR,
        MONTH,
        DAY,
        HOUR,
        BUCKET,
        TRUNCATE,
        /** Evaluated by Iceberg row by row. */
        OTHER
    }

    private final Function function;
    private final int parameter;
    private final Type sourceType;
    private final SerializableFunction<Object, Object> transform;
    private final ByteInterner strings = new ByteInterner();
    private final byte[] scratch = new byte[16];

    PartitionCode(PartitionField field, Type sourceType) {
        this.sourceType = sourceType;
        @SuppressWarnings("unchecked")
        Transform<Object, Object> declared = (Transform<Object, Object>) field.transform();
        this.transform = declared.bind(sourceType);
        String name = declared.toString();
        Matcher parameterized = PARAMETER.matcher(name);
        if (parameterized.matches()) {
            this.function = parameterized.group(1).equals("bucket") ? Function.BUCKET : Function.TRUNCATE;
            this.parameter = Integer.parseInt(parameterized.group(2));
        } else {
            this.parameter = 0;
            this.function = switch (name) {
                case "identity" -> Function.IDENTITY;
                case "year" -> Function.YEAR;
                case "month" -> Function.MONTH;
                case "day" -> Function.DAY;
                case "hour" -> Function.HOUR;
                default -> Function.OTHER;
            };
        }
    }

    /** Iceberg's partition value of one row that is not null. */
    Object value(ColumnVector vector, int row) {
        return transform.apply(VectorValues.iceberg(vector, row, sourceType));
    }

    /** Writes the code of row {@code selection[i]} to {@code codes[i * stride + offset]}; rows that are null are left out. */
    void fill(ColumnVector vector, int[] selection, int count, long[] codes, int stride, int offset) {
        for (int i = 0, at = offset; i < count; i++, at += stride) {
            int row = selection[i];
            if (!vector.isNull(row)) {
                codes[at] = code(vector, row);
            }
        }
    }

    private long code(ColumnVector vector, int row) {
        if (vector instanceof BytesVector bytes) {
            return bytesCode(bytes, row);
        }
        if (vector instanceof Int128Vector wide) {
            return int128Code(wide, row);
        }
        if (vector instanceof LongVector longs) {
            return longCode(longs.values()[row], vector.type());
        }
        if (vector instanceof IntVector ints) {
            return longCode(ints.values()[row], vector.type());
        }
        if (function != Function.IDENTITY) {
            return other(vector, row);
        }
        if (vector instanceof DoubleVector doubles) {
            return Double.doubleToLongBits(doubles.values()[row]);
        }
        if (vector instanceof FloatVector floats) {
            return Float.floatToIntBits(floats.values()[row]);
        }
        return ((BooleanVector) vector).values()[row];
    }

    private long longCode(long value, DataType type) {
        return switch (function) {
            case IDENTITY, OTHER -> value;
            case YEAR -> CivilDates.year(days(value, type));
            case MONTH -> CivilDates.month(days(value, type));
            case DAY -> days(value, type);
            case HOUR -> Math.floorDiv(value, MICROS_PER_HOUR);
            case TRUNCATE -> Math.floorDiv(value, (long) parameter);
            case BUCKET ->
                type.kind() == DataType.Kind.DECIMAL
                        ? bucket(decimalHash(value >> 63, value))
                        : bucket(Murmur3.hashLong(value));
        };
    }

    private static long days(long value, DataType type) {
        return type.kind() == DataType.Kind.DATE ? value : Math.floorDiv(value, MICROS_PER_DAY);
    }

    private long bytesCode(BytesVector vector, int row) {
        int start = vector.start(row);
        int length = vector.length(row);
        byte[] data = vector.data();
        return switch (function) {
            case BUCKET -> bucket(Murmur3.hashBytes(data, start, length));
            case TRUNCATE ->
                strings.intern(
                        data,
                        start,
                        vector.type().kind() == DataType.Kind.BINARY
                                ? Math.min(length, parameter)
                                : prefixBytes(data, start, length, parameter));
            default -> strings.intern(data, start, length);
        };
    }

    private long int128Code(Int128Vector vector, int row) {
        long high = vector.high()[row];
        long low = vector.low()[row];
        if (function == Function.BUCKET) {
            if (vector.type().kind() == DataType.Kind.DECIMAL) {
                return bucket(decimalHash(high, low));
            }
            FixedBytes.write(high, low, scratch, 0, 16);
            return bucket(Murmur3.hashBytes(scratch, 0, 16));
        }
        if (function == Function.IDENTITY) {
            FixedBytes.write(high, low, scratch, 0, 16);
            return strings.intern(scratch, 0, 16);
        }
        return other(vector, row);
    }

    /** Rare combinations, such as truncated decimals of more than 18 digits. */
    private long other(ColumnVector vector, int row) {
        byte[] text = bytesOf(value(vector, row));
        return strings.intern(text, 0, text.length);
    }

    private static byte[] bytesOf(Object value) {
        return value instanceof BigDecimal decimal
                ? decimal.unscaledValue().toByteArray()
                : value.toString().getBytes(StandardCharsets.UTF_8);
    }

    private long bucket(int hash) {
        return (hash & Integer.MAX_VALUE) % parameter;
    }

    /** Hash of the fewest big-endian bytes that hold the unscaled value, as {@link BigInteger#toByteArray} gives them. */
    private int decimalHash(long high, long low) {
        FixedBytes.write(high, low, scratch, 0, 16);
        int start = 0;
        while (start < 15
                && (scratch[start] == 0 && scratch[start + 1] >= 0 || scratch[start] == -1 && scratch[start + 1] < 0)) {
            start++;
        }
        return Murmur3.hashBytes(scratch, start, 16 - start);
    }

    /** Bytes of the first {@code codePoints} code points of UTF-8 text. */
    private static int prefixBytes(byte[] data, int start, int length, int codePoints) {
        int seen = 0;
        for (int i = 0; i < length; i++) {
            if ((data[start + i] & 0xC0) != 0x80 && seen++ == codePoints) {
                return i;
            }
        }
        return length;
    }
}
