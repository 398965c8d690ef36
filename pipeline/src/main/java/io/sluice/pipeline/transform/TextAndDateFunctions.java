package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.schema.DataType;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;

/** Binds functions of text and of dates by name. */
final class TextAndDateFunctions {

    private final ExpressionBinder binder;

    TextAndDateFunctions(ExpressionBinder binder) {
        this.binder = binder;
    }

    /** @return empty when there is no such function */
    Optional<Expression> bind(String name, SqlCall call) {
        Expression result = switch (name) {
            case "||" -> concatenate(call);
            case "CONCAT" -> TextFunctions.concatIgnoringNulls(texts(call, name, 1, Integer.MAX_VALUE));
            case "UPPER" -> StringKernels.upper(texts(call, name, 1, 1)[0]);
            case "LOWER" -> StringKernels.lower(texts(call, name, 1, 1)[0]);
            case "LENGTH", "CHAR_LENGTH", "CHARACTER_LENGTH" -> StringKernels.characters(texts(call, name, 1, 1)[0]);
            case "TRIM" -> trim(call);
            case "LTRIM" -> trim(call, name, TextFunctions.Ends.LEADING);
            case "RTRIM" -> trim(call, name, TextFunctions.Ends.TRAILING);
            case "BTRIM" -> trim(call, name, TextFunctions.Ends.BOTH);
            case "SUBSTRING", "SUBSTR" -> substring(call, name);
            case "LEFT" -> TextFunctions.left(text(call, 0, 2, name), integer(call, 1, name));
            case "RIGHT" -> TextFunctions.right(text(call, 0, 2, name), integer(call, 1, name));
            case "REPLACE" -> {
                Expression[] three = texts(call, name, 3, 3);
                yield TextFunctions.replace(three[0], three[1], three[2]);
            }
            case "POSITION" -> {
                Expression[] two = texts(call, name, 2, 2);
                yield TextFunctions.position(two[0], two[1]);
            }
            case "EXTRACT" -> extract(partName(call.operand(0)), call.operand(1), name);
            case "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND" -> {
                Functions.arguments(binder, call, name, 1, 1);
                yield extract(name, call.operand(0), name);
            }
            case "DAYOFMONTH" -> extract("DAY", call.operand(0), name);
            case "DATE_TRUNC" -> dateTrunc(call, name);
            default -> null;
        };
        return Optional.ofNullable(result);
    }

    private Expression text(SqlCall call, int index, int count, String name) {
        Functions.arguments(binder, call, name, count, count);
        return binder.expect(
                binder.bind(call.operand(index)),
                DataType.STRING,
                call.operand(index).getParserPosition(),
                name);
    }

    private Expression integer(SqlCall call, int index, String name) {
        return binder.expect(
                binder.bind(call.operand(index)),
                DataType.INT32,
                call.operand(index).getParserPosition(),
                name);
    }

    private Expression[] texts(SqlCall call, String name, int least, int most) {
        List<Expression> arguments = Functions.arguments(binder, call, name, least, most);
        Expression[] texts = new Expression[arguments.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = binder.expect(
                    arguments.get(i), DataType.STRING, call.operand(i).getParserPosition(), name);
        }
        return texts;
    }

    /** Joins texts, or bytes. */
    private Expression concatenate(SqlCall call) {
        List<Expression> both = Functions.arguments(binder, call, "'||'", 2, 2);
        DataType type = both.get(0).type().kind() == DataType.Kind.BINARY ? DataType.BINARY : DataType.STRING;
        return StringKernels.concat(
                binder.expect(both.get(0), type, call.operand(0).getParserPosition(), "'||'"),
                binder.expect(both.get(1), type, call.operand(1).getParserPosition(), "'||'"));
    }

    /** TRIM([ends] [characters FROM] text): the parser fills in what was left out. */
    private Expression trim(SqlCall call) {
        String ends = String.valueOf(((SqlLiteral) call.operand(0)).getValue());
        return TextFunctions.trim(
                TextFunctions.Ends.valueOf(ends), operandText(call.operand(2)), operandText(call.operand(1)));
    }

    private Expression operandText(SqlNode node) {
        return binder.expect(binder.bind(node), DataType.STRING, node.getParserPosition(), "TRIM");
    }

    private Expression trim(SqlCall call, String name, TextFunctions.Ends ends) {
        Expression[] texts = texts(call, name, 1, 2);
        return TextFunctions.trim(ends, texts[0], texts.length > 1 ? texts[1] : ConstantExpression.stringLiteral(" "));
    }

    private Expression substring(SqlCall call, String name) {
        int count = call.operandCount() == 2 ? 2 : 3;
        Expression text = text(call, 0, count, name);
        return count == 2
                ? TextFunctions.substring(text, integer(call, 1, name))
                : TextFunctions.substring(text, integer(call, 1, name), integer(call, 2, name));
    }

    private static String partName(SqlNode node) {
        if (node instanceof SqlIntervalQualifier qualifier) {
            return qualifier.timeFrameName != null
                    ? qualifier.timeFrameName
                    : qualifier.getStartUnit().toString();
        }
        return node instanceof SqlIdentifier identifier ? identifier.getSimple() : node.toString();
    }

    private Expression extract(String partName, SqlNode operand, String name) {
        Expression value = binder.bind(operand);
        DateParts.Part part = DateParts.Part.of(partName)
                .orElseThrow(() -> new BindingException(
                        operand.getParserPosition(),
                        name + " of " + partName + " is not supported; there are "
                                + java.util.Arrays.toString(DateParts.Part.values())));
        return DateParts.extract(part, value)
                .orElseThrow(() -> new BindingException(
                        operand.getParserPosition(), name + ": " + value.type() + " has no part " + part));
    }

    private Expression dateTrunc(SqlCall call, String name) {
        List<Expression> both = Functions.arguments(binder, call, name, 2, 2);
        if (!(both.get(0) instanceof ConstantExpression unit)
                || unit.origin() != ConstantExpression.Origin.STRING_LITERAL) {
            throw new BindingException(
                    call.operand(0).getParserPosition(), name + " needs its unit as a literal such as 'month'");
        }
        String word = ((BytesVector) unit.value()).string(0);
        return DateParts.truncate(word, both.get(1))
                .orElseThrow(() -> new BindingException(
                        call.getParserPosition(),
                        name + " of " + both.get(1).type() + " to '" + word + "' is not supported; there are year,"
                                + " quarter, month, week, day, hour, minute, second and millisecond, of a timestamp,"
                                + " and up to day of a date"));
    }
}
