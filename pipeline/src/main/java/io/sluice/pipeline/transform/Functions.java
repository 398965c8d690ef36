package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.schema.DataType;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Binds functions by name. */
final class Functions {

    private static final String THERE_ARE =
            "; there are CASE, CAST, COALESCE, NULLIF, GREATEST, LEAST, ABS, SIGN, ROUND,"
                    + " TRUNCATE, FLOOR, CEIL, MOD, POWER, SQRT, EXP, LN, LOG10, UPPER, LOWER, TRIM, LTRIM, RTRIM, BTRIM, LENGTH,"
                    + " CHAR_LENGTH, OCTET_LENGTH, SUBSTRING, LEFT, RIGHT, REPLACE, POSITION, CONCAT, ||, EXTRACT, YEAR, QUARTER,"
                    + " MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, DATE_TRUNC, + - * / %, comparisons, IN, BETWEEN, LIKE, IS NULL,"
                    + " IS DISTINCT FROM, AND, OR and NOT";

    private static final Set<String> IMPURE = Set.of(
            "CURRENT_DATE",
            "CURRENT_TIME",
            "CURRENT_TIMESTAMP",
            "LOCALTIME",
            "LOCALTIMESTAMP",
            "NOW",
            "CLOCK_TIMESTAMP",
            "STATEMENT_TIMESTAMP",
            "TRANSACTION_TIMESTAMP",
            "SYSDATE",
            "SYSTIMESTAMP",
            "CURRENT_USER",
            "SESSION_USER",
            "SYSTEM_USER",
            "USER",
            "RANDOM",
            "RAND",
            "GEN_RANDOM_UUID");

    private static final Set<String> AGGREGATES = Set.of(
            "COUNT", "SUM", "AVG", "MIN", "MAX", "ARRAY_AGG", "STRING_AGG", "LISTAGG", "STDDEV", "VARIANCE", "EVERY");

    private final ExpressionBinder binder;
    private final OperatorBinder operators;

    private final TextAndDateFunctions texts;

    Functions(ExpressionBinder binder, OperatorBinder operators) {
        this.binder = binder;
        this.operators = operators;
        this.texts = new TextAndDateFunctions(binder);
    }

    static void refuseImpure(String name, SqlParserPos position) {
        if (IMPURE.contains(name.toUpperCase(Locale.ROOT))) {
            throw new BindingException(
                    position,
                    name.toUpperCase(Locale.ROOT) + " is not supported: a transform must give the same result"
                            + " whenever it runs, or a row read again would differ from itself");
        }
    }

    Expression bind(SqlCall call) {
        String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
        SqlParserPos position = call.getParserPosition();
        refuseImpure(name, position);
        if (AGGREGATES.contains(name)) {
            throw new BindingException(
                    position, name + " is an aggregate and not supported: a transform sees one row at a time");
        }
        return switch (name) {
            case "COALESCE" -> coalesce(call, position);
            case "NULLIF" -> nullIf(call, position);
            case "OCTET_LENGTH" -> octetLength(call, name);
            case "GREATEST" -> extreme(call, name, SqlKind.GREATER_THAN);
            case "LEAST" -> extreme(call, name, SqlKind.LESS_THAN);
            case "ABS" -> NumericFunctions.abs(number(call, name), operators);
            case "SIGN" -> NumericFunctions.sign(number(call, name));
            case "ROUND" -> round(call, name, RoundingMode.HALF_UP);
            case "TRUNCATE", "TRUNC" -> round(call, name, RoundingMode.DOWN);
            case "FLOOR" -> floor(call, name, RoundingMode.FLOOR);
            case "CEIL", "CEILING" -> floor(call, name, RoundingMode.CEILING);
            case "MOD" -> {
                List<Expression> both = arguments(call, name, 2, 2);
                yield operators.arithmetic(Arithmetic.MODULO, both.get(0), both.get(1), position);
            }
            case "POWER", "POW" -> {
                List<Expression> both = arguments(call, name, 2, 2);
                yield NumericFunctions.power(asDouble(both.get(0), call, name), asDouble(both.get(1), call, name));
            }
            case "SQRT" -> NumericFunctions.ofDouble(oneDouble(call, name), name, Math::sqrt);
            case "EXP" -> NumericFunctions.ofDouble(oneDouble(call, name), name, Math::exp);
            case "LN" -> NumericFunctions.ofDouble(oneDouble(call, name), name, Math::log);
            case "LOG10" -> NumericFunctions.ofDouble(oneDouble(call, name), name, Math::log10);
            default -> texts.bind(name, call).orElseThrow(() -> unknown(name, position));
        };
    }

    BindingException unknown(String name, SqlParserPos position) {
        return new BindingException(position, name + " is not supported" + THERE_ARE);
    }

    private Expression octetLength(SqlCall call, String name) {
        Expression argument = arguments(call, name, 1, 1).get(0);
        return argument.type().kind() == DataType.Kind.BINARY
                ? StringKernels.bytes(argument)
                : StringKernels.bytes(binder.expect(argument, DataType.STRING, call.getParserPosition(), name));
    }

    private Expression extreme(SqlCall call, String name, SqlKind wins) {
        List<Expression> arguments = arguments(call, name, 1, Integer.MAX_VALUE);
        return Extremes.of(
                operators, binder.unify(arguments, call.getParserPosition(), name), wins, call.getParserPosition());
    }

    private Expression number(SqlCall call, String name) {
        Expression argument = arguments(call, name, 1, 1).get(0);
        return requireNumber(argument, call, name);
    }

    private static Expression requireNumber(Expression argument, SqlCall call, String name) {
        if (!TypeRules.isNumeric(argument.type())) {
            throw new BindingException(
                    call.getParserPosition(), name + " needs a number, got " + argument.type() + "; write a CAST");
        }
        return argument;
    }

    private Expression oneDouble(SqlCall call, String name) {
        return asDouble(arguments(call, name, 1, 1).get(0), call, name);
    }

    private Expression asDouble(Expression argument, SqlCall call, String name) {
        return binder.expect(argument, DataType.FLOAT64, call.getParserPosition(), name);
    }

    private Expression floor(SqlCall call, String name, RoundingMode mode) {
        if (call.operandCount() == 2 && call.operand(1) instanceof SqlIntervalQualifier) {
            throw new BindingException(call.getParserPosition(), name + "(… TO …) is not supported; write DATE_TRUNC");
        }
        return NumericFunctions.toWhole(number(call, name), mode);
    }

    private Expression round(SqlCall call, String name, RoundingMode mode) {
        List<Expression> arguments = arguments(call, name, 1, 2);
        Expression value = requireNumber(arguments.get(0), call, name);
        if (arguments.size() == 1) {
            return NumericFunctions.toWhole(value, mode);
        }
        if (!(arguments.get(1) instanceof ConstantExpression digits)
                || digits.isNull()
                || !(digits.value() instanceof IntVector places)
                || digits.type().kind() != DataType.Kind.INT32) {
            throw new BindingException(
                    call.operand(1).getParserPosition(), name + " needs its number of digits as an integer literal");
        }
        if (TypeRules.isFloat(value.type())) {
            throw new BindingException(
                    call.getParserPosition(),
                    name + " to digits needs a decimal, got " + value.type() + "; CAST it to DECIMAL(p,s)");
        }
        DataType decimal = TypeRules.asDecimal(value.type());
        Expression exact = binder.expect(value, decimal, call.getParserPosition(), name);
        return NumericFunctions.round(exact, places.get(0), mode);
    }

    private List<Expression> arguments(SqlCall call, String name, int least, int most) {
        return arguments(binder, call, name, least, most);
    }

    /** Binds the arguments of a call with this many of them. */
    static List<Expression> arguments(ExpressionBinder binder, SqlCall call, String name, int least, int most) {
        int count = call.operandCount();
        if (count < least || count > most) {
            String wanted = least == most
                    ? Integer.toString(least)
                    : most == Integer.MAX_VALUE ? least + " or more" : least + " to " + most;
            throw new BindingException(
                    call.getParserPosition(), name + " takes " + wanted + " arguments, got " + count);
        }
        List<Expression> arguments = new ArrayList<>();
        for (SqlNode operand : call.getOperandList()) {
            arguments.add(binder.bind(operand));
        }
        return arguments;
    }

    private Expression coalesce(SqlCall call, SqlParserPos position) {
        List<Expression> arguments = arguments(call, "COALESCE", 1, Integer.MAX_VALUE);
        List<Expression> unified = binder.unify(arguments, position, "COALESCE");
        return unified.size() == 1 ? unified.get(0) : new CoalesceExpression(unified);
    }

    private Expression nullIf(SqlCall call, SqlParserPos position) {
        List<Expression> both = arguments(call, "NULLIF", 2, 2);
        Expression value = binder.share(both.get(0));
        Expression equal = operators.compare(SqlKind.EQUALS, value, both.get(1), position);
        return new CaseExpression(List.of(equal), List.of(ConstantExpression.nullOf(value.type())), value);
    }
}
