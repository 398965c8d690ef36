package io.sluice.pipeline.transform;

import io.sluice.pipeline.schema.DataType;
import java.util.Locale;
import java.util.OptionalInt;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.parser.SqlParserPos;

/** The names of types in CAST. */
final class TypeNames {

    private static final String THERE_ARE = "; there are BOOLEAN, INTEGER, BIGINT, REAL, DOUBLE, DECIMAL(p,s), DATE,"
            + " TIME, TIMESTAMP, TIMESTAMP WITH TIME ZONE, VARCHAR, VARCHAR(n), TEXT and UUID";

    private TypeNames() {}

    /**
     * What a CAST asks for.
     *
     * @param length the most characters of a VARCHAR(n)
     */
    record Target(DataType type, OptionalInt length) {

        static Target of(DataType type) {
            return new Target(type, OptionalInt.empty());
        }
    }

    static Target resolve(SqlDataTypeSpec spec) {
        SqlTypeNameSpec name = spec.getTypeNameSpec();
        SqlParserPos position = spec.getParserPosition();
        String word = name.getTypeName().toString().toUpperCase(Locale.ROOT);
        int precision = -1;
        int scale = -1;
        if (name instanceof SqlBasicTypeNameSpec basic) {
            precision = basic.getPrecision();
            scale = basic.getScale();
        }
        return switch (word) {
            case "BOOLEAN", "BOOL" -> Target.of(DataType.BOOLEAN);
            case "INTEGER", "INT", "INT4" -> Target.of(DataType.INT32);
            case "BIGINT", "INT8" -> Target.of(DataType.INT64);
            case "REAL", "FLOAT4" -> Target.of(DataType.FLOAT32);
            case "DOUBLE", "FLOAT", "FLOAT8" -> Target.of(DataType.FLOAT64);
            case "DECIMAL", "NUMERIC" -> Target.of(decimal(precision, scale, position));
            case "DATE" -> Target.of(DataType.DATE);
            case "TIME" -> Target.of(micros(DataType.TIME, precision, position));
            case "TIMESTAMP" -> Target.of(micros(DataType.TIMESTAMP, precision, position));
            case "TIMESTAMP_TZ", "TIMESTAMP_WITH_LOCAL_TIME_ZONE", "TIMESTAMPTZ" ->
                Target.of(micros(DataType.TIMESTAMP_TZ, precision, position));
            case "VARCHAR" ->
                new Target(DataType.STRING, precision < 0 ? OptionalInt.empty() : OptionalInt.of(precision));
            case "TEXT", "STRING" -> Target.of(DataType.STRING);
            case "UUID" -> Target.of(DataType.UUID);
            case "CHAR" ->
                throw new BindingException(position, "CAST to CHAR would pad with spaces; write VARCHAR or VARCHAR(n)");
            default -> throw new BindingException(position, "CAST to " + word + " is not supported" + THERE_ARE);
        };
    }

    private static DataType decimal(int precision, int scale, SqlParserPos position) {
        if (precision < 0) {
            throw new BindingException(position, "DECIMAL needs its digits, such as DECIMAL(18,2)");
        }
        int fraction = Math.max(scale, 0);
        if (precision < 1 || precision > DataType.MAX_DECIMAL_PRECISION || fraction > precision) {
            throw new BindingException(
                    position,
                    "DECIMAL(" + precision + "," + fraction + "): a decimal has 1 to " + DataType.MAX_DECIMAL_PRECISION
                            + " digits and no more fraction digits than that");
        }
        return DataType.decimal(precision, fraction);
    }

    private static DataType micros(DataType type, int precision, SqlParserPos position) {
        if (precision >= 0 && precision != 6) {
            throw new BindingException(
                    position, "times have microseconds; write " + type + " without a precision, or DATE_TRUNC");
        }
        return type;
    }
}
