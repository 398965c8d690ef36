package io.sluice.snapshot.postgres;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Decodes one value of a type family from PostgreSQL's binary form to the end of a vector. Without state, so shared by
 * all threads. The forms are those of the types' {@code _send} functions in the server's {@code utils/adt}.
 */
abstract class ValueDecoder {

    static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Days from 1970-01-01 to 2000-01-01, where PostgreSQL's dates and times begin. */
    private static final int EPOCH_DAYS = 10_957;

    private static final long MICROS_PER_DAY = 86_400_000_000L;
    private static final long EPOCH_MICROS = EPOCH_DAYS * MICROS_PER_DAY;

    /** The decoder for a column of this form and type. */
    static ValueDecoder create(WireForm form, DataType type) {
        return switch (form) {
            case BOOL -> new Bool();
            case INT2 -> new Int2();
            case INT4 -> new Int4();
            case INT8 -> new Int8();
            case OID -> new Oid();
            case FLOAT4 -> new Float4();
            case FLOAT8 -> new Float8();
            case NUMERIC -> NumericDecoder.create(type);
            case RAW, XML_AS_TEXT, CHAR_AS_TEXT -> new Raw();
            case JSONB -> new Jsonb();
            case DATE -> new Date();
            case TIME -> new Time();
            case TIMESTAMP -> new Timestamp();
            case UUID -> new Uuid();
        };
    }

    /**
     * Appends the value to the vector.
     *
     * @param row a message of the copy stream
     * @param offset where the value begins in it
     * @param length the value's bytes
     * @throws ValueRefusedException when it has no lossless place
     */
    abstract void decode(byte[] row, int offset, int length, ColumnVector vector);

    static void expect(int expected, int length) {
        if (length != expected) {
            throw new ValueRefusedException("has " + length + " bytes in binary form, expected " + expected);
        }
    }

    private static final class Bool extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(1, length);
            ((BooleanVector) vector).append(row[offset]);
        }
    }

    private static final class Int2 extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(Short.BYTES, length);
            ((IntVector) vector).append((short) SHORTS.get(row, offset));
        }
    }

    private static final class Int4 extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(Integer.BYTES, length);
            ((IntVector) vector).append((int) INTS.get(row, offset));
        }
    }

    private static final class Int8 extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(Long.BYTES, length);
            ((LongVector) vector).append((long) LONGS.get(row, offset));
        }
    }

    private static final class Oid extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(Integer.BYTES, length);
            ((LongVector) vector).append(Integer.toUnsignedLong((int) INTS.get(row, offset)));
        }
    }

    private static final class Float4 extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(Integer.BYTES, length);
            ((FloatVector) vector).append(Float.intBitsToFloat((int) INTS.get(row, offset)));
        }
    }

    private static final class Float8 extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(Long.BYTES, length);
            ((DoubleVector) vector).append(Double.longBitsToDouble((long) LONGS.get(row, offset)));
        }
    }

    private static final class Raw extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            ((BytesVector) vector).append(row, offset, length);
        }
    }

    private static final class Jsonb extends ValueDecoder {
        private static final byte VERSION = 1;

        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            if (length < 1 || row[offset] != VERSION) {
                throw new ValueRefusedException("is jsonb of an unknown version");
            }
            ((BytesVector) vector).append(row, offset + 1, length - 1);
        }
    }

    private static final class Date extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(Integer.BYTES, length);
            int days = (int) INTS.get(row, offset);
            if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
                throw new ValueRefusedException("is an infinite date");
            }
            // The last day is far below the limit: 5874897-12-31 is day 2,145,042,541.
            ((IntVector) vector).append(days + EPOCH_DAYS);
        }
    }

    private static final class Time extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(Long.BYTES, length);
            long micros = (long) LONGS.get(row, offset);
            if (micros >= MICROS_PER_DAY) {
                // Iceberg's readers cannot hold 24:00, and would fail on every row of the file.
                throw new ValueRefusedException("is the end of the day, for which a lake has no time of day");
            }
            ((LongVector) vector).append(micros);
        }
    }

    private static final class Timestamp extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(Long.BYTES, length);
            long micros = (long) LONGS.get(row, offset);
            if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
                throw new ValueRefusedException("is an infinite timestamp");
            }
            if (micros > Long.MAX_VALUE - EPOCH_MICROS) {
                throw new ValueRefusedException("is a timestamp after 294247-01-10, beyond 64 bits of microseconds");
            }
            ((LongVector) vector).append(micros + EPOCH_MICROS);
        }
    }

    private static final class Uuid extends ValueDecoder {
        @Override
        void decode(byte[] row, int offset, int length, ColumnVector vector) {
            expect(2 * Long.BYTES, length);
            ((Int128Vector) vector).append((long) LONGS.get(row, offset), (long) LONGS.get(row, offset + Long.BYTES));
        }
    }
}
