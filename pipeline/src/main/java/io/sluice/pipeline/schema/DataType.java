package io.sluice.pipeline.schema;

import java.io.Serializable;

/**
 * A column's logical type. Each kind has exactly one vector class ({@link io.sluice.pipeline.batch.ColumnVector#create})
 * and one Iceberg type; a source type without a lossless place among these is refused before anything runs.
 *
 * @param kind the closed set of kinds
 * @param precision total digits, 1 to 38, for {@link Kind#DECIMAL}; 0 otherwise
 * @param scale fraction digits, 0 to {@code precision}, for {@link Kind#DECIMAL}; 0 otherwise
 */
public record DataType(Kind kind, int precision, int scale) implements Serializable {

    /** The largest precision that Iceberg and Parquet readers agree on. */
    public static final int MAX_DECIMAL_PRECISION = 38;

    /** The largest precision whose unscaled value fits a {@code long}. */
    public static final int MAX_LONG_DECIMAL_PRECISION = 18;

    /** Units and ranges of the values of each kind, as the vectors hold them. */
    public enum Kind {
        /** One byte, 0 or 1. */
        BOOLEAN,
        /** 32-bit signed integer. */
        INT32,
        /** 64-bit signed integer. */
        INT64,
        /** IEEE 754 single. */
        FLOAT32,
        /** IEEE 754 double. */
        FLOAT64,
        /** Unscaled value: a {@code long} up to 18 digits of precision, 128-bit two's complement above. */
        DECIMAL,
        /** Days since 1970-01-01, proleptic Gregorian, as {@code int}. */
        DATE,
        /** Microseconds since midnight, 0 to 86,399,999,999, as {@code long}. */
        TIME,
        /** Microseconds since 1970-01-01T00:00:00 without a zone, as {@code long}. */
        TIMESTAMP,
        /** Microseconds since 1970-01-01T00:00:00Z, as {@code long}. */
        TIMESTAMP_TZ,
        /** UTF-8 bytes. */
        STRING,
        /** Any bytes. */
        BINARY,
        /** 128 bits, most significant first. */
        UUID
    }

    public static final DataType BOOLEAN = new DataType(Kind.BOOLEAN, 0, 0);
    public static final DataType INT32 = new DataType(Kind.INT32, 0, 0);
    public static final DataType INT64 = new DataType(Kind.INT64, 0, 0);
    public static final DataType FLOAT32 = new DataType(Kind.FLOAT32, 0, 0);
    public static final DataType FLOAT64 = new DataType(Kind.FLOAT64, 0, 0);
    public static final DataType DATE = new DataType(Kind.DATE, 0, 0);
    public static final DataType TIME = new DataType(Kind.TIME, 0, 0);
    public static final DataType TIMESTAMP = new DataType(Kind.TIMESTAMP, 0, 0);
    public static final DataType TIMESTAMP_TZ = new DataType(Kind.TIMESTAMP_TZ, 0, 0);
    public static final DataType STRING = new DataType(Kind.STRING, 0, 0);
    public static final DataType BINARY = new DataType(Kind.BINARY, 0, 0);
    public static final DataType UUID = new DataType(Kind.UUID, 0, 0);

    public DataType {
        if (kind == Kind.DECIMAL) {
            if (precision < 1 || precision > MAX_DECIMAL_PRECISION || scale < 0 || scale > precision) {
                throw new IllegalArgumentException("A decimal has 1 to " + MAX_DECIMAL_PRECISION
                        + " digits and a scale between 0 and its precision, got (" + precision + "," + scale + ")");
            }
        } else if (precision != 0 || scale != 0) {
            throw new IllegalArgumentException(kind + " has no precision or scale");
        }
    }

    /**
     * A decimal type.
     *
     * @throws IllegalArgumentException when precision or scale is out of range
     */
    public static DataType decimal(int precision, int scale) {
        return new DataType(Kind.DECIMAL, precision, scale);
    }

    /** Whether values are decimals that fit a {@code long} unscaled. */
    public boolean isLongDecimal() {
        return kind == Kind.DECIMAL && precision <= MAX_LONG_DECIMAL_PRECISION;
    }

    @Override
    public String toString() {
        return kind == Kind.DECIMAL ? "DECIMAL(" + precision + "," + scale + ")" : kind.name();
    }
}
