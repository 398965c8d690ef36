package io.sluice.pipeline.transform;

import io.sluice.pipeline.schema.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Binds functions by name. */
final class Functions {

    private static final String THERE_ARE =
            "; there are CASE, CAST, COALESCE, NULLIF, UPPER, LOWER, LENGTH, CHAR_LENGTH, OCTET_LENGTH, CONCAT";

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

    Functions(ExpressionBinder binder, OperatorBinder operators) {
        this.binder = binder;
        this.operators = operators;
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
            case "||" -> concatenate(call);
            case "COALESCE" -> coalesce(call, position);
            case "NULLIF" -> nullIf(call, position);
            case "UPPER" -> StringKernels.upper(text(call, name));
            case "LOWER" -> StringKernels.lower(text(call, name));
            case "LENGTH", "CHAR_LENGTH", "CHARACTER_LENGTH" -> StringKernels.characters(text(call, name));
            default -> throw new BindingException(position, name + " is not supported" + THERE_ARE);
        };
    }

    private List<Expression> arguments(SqlCall call, String name, int least, int most) {
        int count = call.operandCount();
        if (count < least || count > most) {
            String wanted = least == most ? Integer.toString(least) : least + " to " + most;
            throw new BindingException(
                    call.getParserPosition(), name + " takes " + wanted + " arguments, got " + count);
        }
        List<Expression> arguments = new ArrayList<>();
        for (SqlNode operand : call.getOperandList()) {
            arguments.add(binder.bind(operand));
        }
        return arguments;
    }

    private Expression text(SqlCall call, String name) {
        Expression argument = arguments(call, name, 1, 1).get(0);
        return binder.expect(argument, DataType.STRING, call.operand(0).getParserPosition(), name);
    }

    private Expression concatenate(SqlCall call) {
        List<Expression> both = arguments(call, "'||'", 2, 2);
        Expression left =
                binder.expect(both.get(0), DataType.STRING, call.operand(0).getParserPosition(), "'||'");
        Expression right =
                binder.expect(both.get(1), DataType.STRING, call.operand(1).getParserPosition(), "'||'");
        return StringKernels.concat(left, right);
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
