package io.sluice.pipeline.transform;

import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.DataType.Kind;
import java.util.Optional;

/** Which types can be cast to which, and which become which without being asked to. */
final class Casts {

    private Casts() {}

    /** CAST as written by the user; empty when there is no such cast. */
    static Optional<Expression> explicit(Expression value, DataType target) {
        DataType source = value.type();
        if (value instanceof ConstantExpression constant && constant.isNull()) {
            return Optional.of(ConstantExpression.nullOf(target));
        }
        if (source.equals(target)) {
            return Optional.of(typed(value));
        }
        if (TypeRules.isNumeric(source) && TypeRules.isNumeric(target)) {
            return Optional.of(NumericCasts.cast(value, target));
        }
        if (target.kind() == Kind.STRING) {
            return source.kind() == Kind.BINARY ? Optional.empty() : Optional.of(TextCasts.toText(value));
        }
        if (source.kind() == Kind.STRING) {
            return target.kind() == Kind.BINARY ? Optional.empty() : Optional.of(TextCasts.fromText(value, target));
        }
        if (source.kind() == Kind.BOOLEAN && target.kind() == Kind.INT32) {
            return Optional.of(NumericCasts.booleanToInt(value));
        }
        if (source.kind() == Kind.INT32 && target.kind() == Kind.BOOLEAN) {
            return Optional.of(NumericCasts.intToBoolean(value));
        }
        return DateKernels.cast(value, target);
    }

    /**
     * What happens without a cast: numbers widen, NULL takes any type, and a string literal becomes the date, time,
     * timestamp or UUID that is expected.
     *
     * @return empty when a cast must be written
     * @throws EvaluationException when a literal is not of the expected form
     */
    static Optional<Expression> implicit(Expression value, DataType target) {
        DataType source = value.type();
        if (value instanceof ConstantExpression constant) {
            if (constant.origin() == ConstantExpression.Origin.NULL || constant.isNull() && source.equals(target)) {
                return Optional.of(ConstantExpression.nullOf(target));
            }
            if (constant.origin() == ConstantExpression.Origin.STRING_LITERAL
                    && (TypeRules.isTemporal(target) || target.kind() == Kind.UUID)) {
                Expression folded = TextCasts.fromText(constant, target);
                // Folding keeps what fails for the rows that reach it; a literal fails for all of them.
                folded.evaluate(Frame.of(new io.sluice.pipeline.batch.ColumnVector[0], 1, 0));
                return Optional.of(folded);
            }
        }
        if (source.equals(target)) {
            return Optional.of(value);
        }
        if (TypeRules.isNumeric(source) && TypeRules.isNumeric(target) && widens(value, target)) {
            return Optional.of(NumericCasts.cast(value, target));
        }
        return Optional.empty();
    }

    private static boolean widens(Expression value, DataType target) {
        DataType source = value.type();
        return switch (target.kind()) {
            case INT64 -> source.kind() == Kind.INT32;
            case FLOAT64 -> true;
            case DECIMAL -> {
                DataType from = TypeRules.asDecimal(value);
                yield !TypeRules.isFloat(source)
                        && target.scale() >= from.scale()
                        && target.precision() - target.scale() >= from.precision() - from.scale();
            }
            default -> false;
        };
    }

    /** A cast literal is a value of its type and no longer adapts itself. */
    private static Expression typed(Expression value) {
        return value instanceof ConstantExpression constant
                ? new ConstantExpression(constant.value(), ConstantExpression.Origin.VALUE)
                : value;
    }
}
