package io.sluice.pipeline.transform;

import io.sluice.pipeline.schema.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlUnknownLiteral;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.BitString;
import org.apache.calcite.util.NlsString;

/** Literals as constants. Integers are INT32 or INT64 by size, 1.50 is DECIMAL(3,2), 1e3 is FLOAT64. */
final class Literals {

    private static final int MAX_INT_BITS = 31;
    private static final int MAX_LONG_BITS = 63;

    private Literals() {}

    static ConstantExpression bind(SqlLiteral literal) {
        if (literal instanceof SqlUnknownLiteral unknown) {
            return temporal(unknown);
        }
        if (literal instanceof SqlIntervalLiteral) {
            throw new BindingException(
                    literal.getParserPosition(),
                    "an INTERVAL can only be added to or subtracted from a date, time or timestamp");
        }
        if (literal instanceof SqlNumericLiteral number) {
            return number(number);
        }
        Object value = literal.getValue();
        if (value == null) {
            return literal.getTypeName() == SqlTypeName.BOOLEAN
                    ? ConstantExpression.nullOf(DataType.BOOLEAN)
                    : ConstantExpression.untypedNull();
        }
        if (value instanceof Boolean bool) {
            return ConstantExpression.ofBoolean(bool ? 1 : 0);
        }
        if (value instanceof NlsString text) {
            return ConstantExpression.stringLiteral(text.getValue());
        }
        if (value instanceof BitString bits) {
            return ConstantExpression.ofBytes(DataType.BINARY, bits.getAsByteArray());
        }
        throw new BindingException(
                literal.getParserPosition(), "this literal is not supported: " + literal.getTypeName());
    }

    private static ConstantExpression number(SqlNumericLiteral literal) {
        BigDecimal value = Objects.requireNonNull(literal.bigDecimalValue());
        if (!literal.isInteger() && literal.getScale() == null || literal.getTypeName() == SqlTypeName.DOUBLE) {
            return ConstantExpression.ofDouble(value.doubleValue());
        }
        if (literal.isInteger() && value.scale() <= 0) {
            BigInteger integer = value.toBigIntegerExact();
            if (integer.bitLength() <= MAX_INT_BITS) {
                return ConstantExpression.ofInt(DataType.INT32, integer.intValueExact());
            }
            if (integer.bitLength() <= MAX_LONG_BITS) {
                return ConstantExpression.ofLong(DataType.INT64, integer.longValueExact());
            }
        }
        int scale = Math.max(0, value.scale());
        BigInteger unscaled = value.setScale(scale).unscaledValue();
        int precision = Math.max(scale, unscaled.abs().toString().length());
        if (precision > DataType.MAX_DECIMAL_PRECISION) {
            throw new BindingException(
                    literal.getParserPosition(),
                    "a number has at most " + DataType.MAX_DECIMAL_PRECISION + " digits, got " + precision);
        }
        return decimal(unscaled, DataType.decimal(Math.max(1, precision), scale));
    }

    private static ConstantExpression decimal(BigInteger unscaled, DataType type) {
        return type.isLongDecimal()
                ? ConstantExpression.ofLong(type, unscaled.longValueExact())
                : ConstantExpression.ofInt128(type, unscaled.shiftRight(64).longValue(), unscaled.longValue());
    }

    /** DATE '…', TIME '…', TIMESTAMP '…' and TIMESTAMP WITH TIME ZONE '…'. */
    private static ConstantExpression temporal(SqlUnknownLiteral literal) {
        DataType type = switch (literal.tag) {
            case "DATE" -> DataType.DATE;
            case "TIME" -> DataType.TIME;
            case "TIMESTAMP", "DATETIME" -> DataType.TIMESTAMP;
            case "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH LOCAL TIME ZONE" -> DataType.TIMESTAMP_TZ;
            default ->
                throw new BindingException(
                        literal.getParserPosition(), "this literal is not supported: " + literal.tag);
        };
        try {
            Expression value = TextCasts.fromText(ConstantExpression.stringLiteral(literal.getValue()), type);
            if (value instanceof ConstantExpression constant) {
                return constant;
            }
            value.evaluate(Frame.of(new io.sluice.pipeline.batch.ColumnVector[0], 1, 0));
            throw new IllegalStateException("A literal that evaluates was not folded");
        } catch (EvaluationException unreadable) {
            throw new BindingException(literal.getParserPosition(), unreadable.reason());
        }
    }
}
