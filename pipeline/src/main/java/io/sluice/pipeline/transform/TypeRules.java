package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.DataType.Kind;
import java.util.List;
import java.util.Optional;

/** Which types an operator gives and which types become which without a cast. */
final class TypeRules {

    /** Decimal digits of the largest INT32 and INT64. */
    private static final int INT32_DIGITS = 10;

    private static final int INT64_DIGITS = 19;

    /** Fraction digits that a quotient has at least, room permitting. */
    private static final int MIN_QUOTIENT_SCALE = 6;

    private TypeRules() {}

    static boolean isInteger(DataType type) {
        return type.kind() == Kind.INT32 || type.kind() == Kind.INT64;
    }

    static boolean isFloat(DataType type) {
        return type.kind() == Kind.FLOAT32 || type.kind() == Kind.FLOAT64;
    }

    static boolean isNumeric(DataType type) {
        return isInteger(type) || isFloat(type) || type.kind() == Kind.DECIMAL;
    }

    static boolean isTemporal(DataType type) {
        return switch (type.kind()) {
            case DATE, TIME, TIMESTAMP, TIMESTAMP_TZ -> true;
            default -> false;
        };
    }

    /** The decimal type that holds every value of an integer type; a decimal type itself. */
    static DataType asDecimal(DataType type) {
        return switch (type.kind()) {
            case INT32 -> DataType.decimal(INT32_DIGITS, 0);
            case INT64 -> DataType.decimal(INT64_DIGITS, 0);
            default -> type;
        };
    }

    /** As {@link #asDecimal(DataType)}, but an integer constant needs only its own digits. */
    static DataType asDecimal(Expression expression) {
        if (expression instanceof ConstantExpression constant && isInteger(constant.type()) && !constant.isNull()) {
            long value =
                    constant.value() instanceof IntVector ints ? ints.get(0) : ((LongVector) constant.value()).get(0);
            int digits = 1;
            for (long rest = value / 10; rest != 0; rest /= 10) {
                digits++;
            }
            return DataType.decimal(digits, 0);
        }
        return asDecimal(expression.type());
    }

    /** The narrowest type that all of these widen to; empty when there is none. */
    static Optional<DataType> common(List<Expression> expressions) {
        DataType result = expressions.get(0).type();
        boolean exact = true;
        boolean decimal = false;
        boolean same = true;
        for (Expression expression : expressions) {
            if (!isNumeric(expression.type())) {
                return expressions.stream().allMatch(e -> e.type().equals(expression.type()))
                        ? Optional.of(expression.type())
                        : Optional.empty();
            }
            exact &= !isFloat(expression.type());
            decimal |= expression.type().kind() == Kind.DECIMAL;
            same &= expression.type().equals(result);
        }
        if (same) {
            return Optional.of(result);
        }
        if (!exact) {
            return Optional.of(DataType.FLOAT64);
        }
        if (!decimal) {
            return Optional.of(DataType.INT64);
        }
        int integerDigits = 0;
        int scale = 0;
        for (Expression expression : expressions) {
            DataType type = asDecimal(expression);
            integerDigits = Math.max(integerDigits, type.precision() - type.scale());
            scale = Math.max(scale, type.scale());
        }
        int precision = integerDigits + scale;
        return precision > DataType.MAX_DECIMAL_PRECISION
                ? Optional.empty()
                : Optional.of(DataType.decimal(precision, scale));
    }

    /**
     * The result of two decimals. Sums, differences and products are exact: the type has all their fraction digits and
     * as many integer digits as 38 leaves, and a value that needs more fails. Quotients are rounded.
     *
     * @return empty when the fraction digits alone pass 38
     */
    static Optional<DataType> decimalResult(Arithmetic operation, DataType left, DataType right) {
        int leftDigits = left.precision() - left.scale();
        int rightDigits = right.precision() - right.scale();
        int scale = Math.max(left.scale(), right.scale());
        return switch (operation) {
            case ADD, SUBTRACT -> capped(Math.max(leftDigits, rightDigits) + 1, scale);
            case MULTIPLY -> capped(leftDigits + rightDigits, left.scale() + right.scale());
            case MODULO -> capped(Math.min(leftDigits, rightDigits), scale);
            case DIVIDE -> {
                int wanted = Math.max(MIN_QUOTIENT_SCALE, left.scale() + right.precision() + 1);
                int digits = leftDigits + right.scale();
                int room = DataType.MAX_DECIMAL_PRECISION - digits;
                // Never fewer fraction digits than the dividend has, nor than six.
                int least = Math.max(MIN_QUOTIENT_SCALE, left.scale());
                yield capped(digits, Math.max(Math.min(wanted, room), least));
            }
        };
    }

    private static Optional<DataType> capped(int integerDigits, int scale) {
        if (scale > DataType.MAX_DECIMAL_PRECISION) {
            return Optional.empty();
        }
        int precision = Math.min(DataType.MAX_DECIMAL_PRECISION, Math.max(1, integerDigits + scale));
        return Optional.of(DataType.decimal(precision, scale));
    }
}
