package io.sluice.incremental.postgres;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import java.nio.charset.StandardCharsets;

/**
 * Reads one column's text, as Postgres' output functions write it under the settings of {@link RawConnection}, straight
 * from the bytes received into a vector. Stateless.
 */
abstract class ValueReader {

    /**
     * Appends one value.
     *
     * @throws UnreadableValueException when it has no lossless place
     */
    abstract void append(byte[] data, int start, int length, ColumnVector vector);

    static ValueReader of(DataType type) {
        return switch (type.kind()) {
            case BOOLEAN -> new Bool();
            case INT32 -> new Int32();
            case INT64 -> new Int64();
            case FLOAT32 -> new Float32();
            case FLOAT64 -> new Float64();
            case DECIMAL ->
                type.isLongDecimal()
                        ? new ShortDecimal(type.precision(), type.scale())
                        : new LongDecimal(type.precision(), type.scale());
            case DATE -> new Date();
            case TIME -> new Time();
            case TIMESTAMP, TIMESTAMP_TZ -> new Timestamp();
            case STRING -> new Text();
            case BINARY -> new Bytes();
            case UUID -> new Uuid();
        };
    }

    private static UnreadableValueException unexpected(String what) {
        return new UnreadableValueException("is not in the form of " + what);
    }

    private static final class Bool extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            if (length != 1 || data[start] != 't' && data[start] != 'f') {
                throw unexpected("a boolean");
            }
            ((BooleanVector) vector).append((byte) (data[start] == 't' ? 1 : 0));
        }
    }

    private static final class Int32 extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            long value = integer(data, start, length);
            if ((int) value != value) {
                throw unexpected("a 32-bit integer");
            }
            ((IntVector) vector).append((int) value);
        }
    }

    private static final class Int64 extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            ((LongVector) vector).append(integer(data, start, length));
        }
    }

    private static long integer(byte[] data, int start, int length) {
        int end = start + length;
        int at = start;
        boolean negative = length > 0 && data[start] == '-';
        if (negative) {
            at++;
        }
        if (at == end || end - at > 19) {
            throw unexpected("an integer");
        }
        // Summed up below zero, where Long.MIN_VALUE has room.
        long value = 0;
        for (; at < end; at++) {
            int digit = data[at] - '0';
            if (digit < 0 || digit > 9) {
                throw unexpected("an integer");
            }
            if (value < -922_337_203_685_477_580L || value == -922_337_203_685_477_580L && digit > (negative ? 8 : 7)) {
                throw unexpected("a 64-bit integer");
            }
            value = value * 10 - digit;
        }
        return negative ? value : -value;
    }

    private static final class Float32 extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            ((FloatVector) vector).append(FloatText.toFloat(data, start, length));
        }
    }

    private static final class Float64 extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            ((DoubleVector) vector).append(FloatText.toDouble(data, start, length));
        }
    }

    private static final class ShortDecimal extends ValueReader {
        private final int precision;
        private final int scale;

        ShortDecimal(int precision, int scale) {
            this.precision = precision;
            this.scale = scale;
        }

        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            boolean negative = DecimalText.isNegative(data, start, length);
            int first = negative ? start + 1 : start;
            int end = start + length;
            int point = DecimalText.point(data, first, end);
            int count = DecimalText.checkedDigits(data, first, point, end, precision, scale);
            long value = 0;
            for (int i = 0; i < count; i++) {
                value = value * 10 + DecimalText.digit(data, first, point, end, i);
            }
            ((LongVector) vector).append(negative ? -value : value);
        }
    }

    private static final class LongDecimal extends ValueReader {
        private final int precision;
        private final int scale;

        LongDecimal(int precision, int scale) {
            this.precision = precision;
            this.scale = scale;
        }

        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            boolean negative = DecimalText.isNegative(data, start, length);
            int first = negative ? start + 1 : start;
            int end = start + length;
            int point = DecimalText.point(data, first, end);
            int count = DecimalText.checkedDigits(data, first, point, end, precision, scale);
            long high = 0;
            long low = 0;
            for (int i = 0; i < count; i++) {
                // value * 10 + digit on the unsigned 128-bit magnitude.
                long carry = Math.multiplyHigh(low, 10) + (low < 0 ? 10 : 0);
                long product = low * 10;
                low = product + DecimalText.digit(data, first, point, end, i);
                high = high * 10 + carry + (Long.compareUnsigned(low, product) < 0 ? 1 : 0);
            }
            if (negative) {
                low = -low;
                high = ~high + (low == 0 ? 1 : 0);
            }
            ((Int128Vector) vector).append(high, low);
        }
    }

    private static final class Date extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            ((IntVector) vector).append(DateTimeText.date(data, start, length));
        }
    }

    private static final class Time extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            long micros = DateTimeText.time(data, start, start + length);
            if (micros >= DateTimeText.MICROS_PER_DAY) {
                // Iceberg's readers cannot hold 24:00, and would fail on every row of the file.
                throw new UnreadableValueException("is the end of the day, for which a lake has no time of day");
            }
            ((LongVector) vector).append(micros);
        }
    }

    private static final class Timestamp extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            ((LongVector) vector).append(DateTimeText.timestamp(data, start, length));
        }
    }

    private static final class Text extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            ((BytesVector) vector).append(data, start, length);
        }
    }

    private static final class Bytes extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            if (length < 2 || data[start] != '\\' || data[start + 1] != 'x' || (length & 1) != 0) {
                throw unexpected("bytea in hexadecimal");
            }
            int bytes = (length - 2) / 2;
            BytesVector target = (BytesVector) vector;
            byte[] out = target.reserve(bytes);
            int to = target.offsets()[target.size()];
            for (int i = start + 2; i < start + length; i += 2) {
                out[to++] = (byte) (hex(data[i]) << 4 | hex(data[i + 1]));
            }
            target.commit(bytes);
        }
    }

    private static final class Uuid extends ValueReader {
        @Override
        void append(byte[] data, int start, int length, ColumnVector vector) {
            if (length != 36) {
                throw unexpected("a uuid");
            }
            long high = 0;
            long low = 0;
            int digits = 0;
            for (int i = start; i < start + length; i++) {
                if (data[i] == '-') {
                    continue;
                }
                if (digits < 16) {
                    high = high << 4 | hex(data[i]);
                } else {
                    low = low << 4 | hex(data[i]);
                }
                digits++;
            }
            if (digits != 32) {
                throw unexpected("a uuid");
            }
            ((Int128Vector) vector).append(high, low);
        }
    }

    private static int hex(byte c) {
        int digit = Character.digit(c, 16);
        if (digit < 0) {
            throw unexpected("hexadecimal digits");
        }
        return digit;
    }

    /** Text of a range, for values that only the JDK can read. */
    static String ascii(byte[] data, int start, int length) {
        return new String(data, start, length, StandardCharsets.ISO_8859_1);
    }
}
