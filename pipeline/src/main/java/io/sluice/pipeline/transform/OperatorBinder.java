package io.sluice.pipeline.transform;

import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.DataType.Kind;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlBetweenOperator;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.fun.SqlLikeOperator;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Binds operators and the constructs with a grammar of their own; named functions go to {@link Functions}. */
final class OperatorBinder {

    private final ExpressionBinder binder;

    OperatorBinder(ExpressionBinder binder) {
        this.binder = binder;
    }

    /** See {@link ExpressionBinder#share}. */
    Expression share(Expression expression) {
        return binder.share(expression);
    }

    Expression bind(SqlCall call) {
        return switch (call.getKind()) {
            case PLUS -> plusOrMinus(Arithmetic.ADD, call);
            case MINUS -> plusOrMinus(Arithmetic.SUBTRACT, call);
            case TIMES -> arithmetic(Arithmetic.MULTIPLY, call);
            case DIVIDE -> arithmetic(Arithmetic.DIVIDE, call);
            case MOD -> arithmetic(Arithmetic.MODULO, call);
            case PLUS_PREFIX -> numeric(binder.bind(call.operand(0)), call, "'+'");
            case MINUS_PREFIX -> negate(call);
            case EQUALS, NOT_EQUALS, LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL ->
                compare(
                        call.getKind(),
                        binder.bind(call.operand(0)),
                        binder.bind(call.operand(1)),
                        call.getParserPosition());
            case AND ->
                JunctionExpression.and(
                        binder.bindBoolean(call.operand(0), "AND"), binder.bindBoolean(call.operand(1), "AND"));
            case OR ->
                JunctionExpression.or(
                        binder.bindBoolean(call.operand(0), "OR"), binder.bindBoolean(call.operand(1), "OR"));
            case NOT -> Call.strict(DataType.BOOLEAN, LogicKernels::not, binder.bindBoolean(call.operand(0), "NOT"));
            case IS_NULL, IS_NOT_NULL -> nullTest(call);
            case IS_TRUE -> truth(call, 1, 1);
            case IS_NOT_TRUE -> truth(call, 1, 0);
            case IS_FALSE -> truth(call, 0, 1);
            case IS_NOT_FALSE -> truth(call, 0, 0);
            case IS_DISTINCT_FROM -> distinct(call, 1);
            case IS_NOT_DISTINCT_FROM -> distinct(call, 0);
            case BETWEEN -> between((SqlBasicCall) call);
            case IN -> in(call);
            case NOT_IN -> Call.strict(DataType.BOOLEAN, LogicKernels::not, in(call));
            case LIKE -> like(call);
            case CASE -> caseWhen((SqlCase) call);
            case CAST -> cast(call);
            case SELECT, UNION, INTERSECT, EXCEPT, VALUES, WITH, EXISTS, SOME, ALL, ORDER_BY ->
                throw new BindingException(
                        call.getParserPosition(), "subqueries are not supported: a transform sees one row at a time");
            case OVER ->
                throw new BindingException(
                        call.getParserPosition(),
                        "window functions are not supported: a transform sees one row at a time");
            default -> new Functions(binder, this).bind(call);
        };
    }

    private Expression plusOrMinus(Arithmetic operation, SqlCall call) {
        SqlNode left = call.operand(0);
        SqlNode right = call.operand(1);
        if (right instanceof SqlIntervalLiteral interval) {
            return Intervals.add(binder.bind(left), interval, operation == Arithmetic.ADD ? 1 : -1);
        }
        if (left instanceof SqlIntervalLiteral interval && operation == Arithmetic.ADD) {
            return Intervals.add(binder.bind(right), interval, 1);
        }
        Expression a = binder.bind(left);
        Expression b = binder.bind(right);
        if (operation == Arithmetic.SUBTRACT && (TypeRules.isTemporal(a.type()) || TypeRules.isTemporal(b.type()))) {
            return difference(a, b, call.getParserPosition());
        }
        return arithmetic(operation, a, b, call.getParserPosition());
    }

    private Expression difference(Expression a, Expression b, SqlParserPos position) {
        List<Expression> both = binder.unify(List.of(a, b), position, "'-'");
        if (both.get(0).type().kind() != Kind.DATE) {
            throw new BindingException(
                    position,
                    "the difference of two " + both.get(0).type()
                            + " values would be an interval, for which there is no column type;"
                            + " subtract EXTRACT(EPOCH FROM …) of one from that of the other");
        }
        return Call.strictFallible(DataType.INT32, DateKernels::daysBetween, both.get(0), both.get(1));
    }

    private Expression arithmetic(Arithmetic operation, SqlCall call) {
        return arithmetic(
                operation, binder.bind(call.operand(0)), binder.bind(call.operand(1)), call.getParserPosition());
    }

    /** An operator of two numbers in the type that {@link TypeRules} gives. */
    Expression arithmetic(Arithmetic operation, Expression left, Expression right, SqlParserPos position) {
        String name = "'" + operation + "'";
        Expression a = left;
        Expression b = right;
        if (isUntypedNull(a)) {
            a = binder.expect(a, b.type(), position, name);
        } else if (isUntypedNull(b)) {
            b = binder.expect(b, a.type(), position, name);
        }
        if (!TypeRules.isNumeric(a.type()) || !TypeRules.isNumeric(b.type())) {
            throw new BindingException(
                    position,
                    name + " needs two numbers, got " + ExpressionBinder.types(List.of(left, right))
                            + "; write a CAST");
        }
        if (TypeRules.isFloat(a.type()) || TypeRules.isFloat(b.type())) {
            boolean single = a.type().equals(b.type()) && a.type().kind() == Kind.FLOAT32;
            DataType type = single ? DataType.FLOAT32 : DataType.FLOAT64;
            Call.Kernel kernel =
                    single ? NumericKernels.floatArithmetic(operation) : NumericKernels.doubleArithmetic(operation);
            return Call.strictFallible(
                    type, kernel, binder.expect(a, type, position, name), binder.expect(b, type, position, name));
        }
        if (TypeRules.isInteger(a.type()) && TypeRules.isInteger(b.type())) {
            boolean small = a.type().kind() == Kind.INT32 && b.type().kind() == Kind.INT32;
            DataType type = small ? DataType.INT32 : DataType.INT64;
            Call.Kernel kernel =
                    small ? NumericKernels.intArithmetic(operation) : NumericKernels.longArithmetic(operation);
            return Call.strictFallible(
                    type, kernel, binder.expect(a, type, position, name), binder.expect(b, type, position, name));
        }
        return decimals(operation, a, b, position);
    }

    private Expression decimals(Arithmetic operation, Expression a, Expression b, SqlParserPos position) {
        DataType left = TypeRules.asDecimal(a);
        DataType right = TypeRules.asDecimal(b);
        DataType type = TypeRules.decimalResult(operation, left, right)
                .orElseThrow(() -> new BindingException(
                        position,
                        "'" + operation + "' of " + left + " and " + right + " needs more than "
                                + DataType.MAX_DECIMAL_PRECISION
                                + " fraction digits; CAST one of them to a smaller scale first"));
        Call.Kernel kernel = DecimalKernels.arithmetic(operation, left, right, type);
        Expression leftDecimal = binder.expect(a, left, position, "'" + operation + "'");
        Expression rightDecimal = binder.expect(b, right, position, "'" + operation + "'");
        boolean exact = type.isLongDecimal() && operation != Arithmetic.DIVIDE && operation != Arithmetic.MODULO;
        return exact
                ? Call.strict(type, kernel, leftDecimal, rightDecimal)
                : Call.strictFallible(type, kernel, leftDecimal, rightDecimal);
    }

    private Expression numeric(Expression expression, SqlCall call, String where) {
        if (!TypeRules.isNumeric(expression.type())) {
            throw new BindingException(
                    call.getParserPosition(), where + " needs a number, got " + expression.type() + "; write a CAST");
        }
        return expression;
    }

    private Expression negate(SqlCall call) {
        Expression operand = numeric(binder.bind(call.operand(0)), call, "'-'");
        return NumericFunctions.negate(operand);
    }

    /** A comparison; the arguments in their common type. */
    Expression compare(SqlKind kind, Expression left, Expression right, SqlParserPos position) {
        boolean swapped = kind == SqlKind.GREATER_THAN || kind == SqlKind.GREATER_THAN_OR_EQUAL;
        ComparisonKernels.Test test = switch (kind) {
            case EQUALS -> ComparisonKernels.Test.EQUAL;
            case NOT_EQUALS -> ComparisonKernels.Test.NOT_EQUAL;
            case LESS_THAN, GREATER_THAN -> ComparisonKernels.Test.LESS;
            case LESS_THAN_OR_EQUAL, GREATER_THAN_OR_EQUAL -> ComparisonKernels.Test.LESS_OR_EQUAL;
            default -> throw new IllegalStateException("Not a comparison: " + kind);
        };
        Expression a = swapped ? right : left;
        Expression b = swapped ? left : right;
        if (isExact(a) && isExact(b) && TypeRules.common(List.of(a, b)).isEmpty()) {
            DataType first = TypeRules.asDecimal(a);
            DataType second = TypeRules.asDecimal(b);
            return Call.strict(
                    DataType.BOOLEAN,
                    ComparisonKernels.compareDecimals(test, first.scale(), second.scale()),
                    binder.expect(a, first, position, "'" + kind.sql + "'"),
                    binder.expect(b, second, position, "'" + kind.sql + "'"));
        }
        // In the order of the text, for the message.
        List<Expression> both = binder.unify(List.of(left, right), position, "'" + kind.sql + "'");
        Expression first = both.get(swapped ? 1 : 0);
        Expression second = both.get(swapped ? 0 : 1);
        return Call.strict(DataType.BOOLEAN, ComparisonKernels.compare(test, first.type()), first, second);
    }

    private static boolean isExact(Expression expression) {
        return TypeRules.isNumeric(expression.type()) && !TypeRules.isFloat(expression.type());
    }

    static boolean isUntypedNull(Expression expression) {
        return expression instanceof ConstantExpression constant && constant.origin() == ConstantExpression.Origin.NULL;
    }

    private Expression nullTest(SqlCall call) {
        boolean unknown = call.getOperator().getName().endsWith("UNKNOWN");
        Expression operand = unknown
                ? binder.bindBoolean(call.operand(0), call.getOperator().getName())
                : binder.bind(call.operand(0));
        boolean negated = call.getKind() == SqlKind.IS_NOT_NULL;
        return Call.total(DataType.BOOLEAN, negated ? LogicKernels::isNotNull : LogicKernels::isNull, operand);
    }

    private Expression truth(SqlCall call, int wanted, int whenWanted) {
        return Call.total(
                DataType.BOOLEAN,
                LogicKernels.is(wanted, whenWanted),
                binder.bindBoolean(call.operand(0), call.getOperator().getName()));
    }

    private Expression distinct(SqlCall call, int whenDistinct) {
        String name = call.getOperator().getName();
        Expression left = binder.bind(call.operand(0));
        Expression right = binder.bind(call.operand(1));
        if (isUntypedNull(left) && isUntypedNull(right)) {
            return ConstantExpression.ofBoolean(whenDistinct ^ 1);
        }
        List<Expression> both = binder.unify(List.of(left, right), call.getParserPosition(), name);
        Expression a = binder.share(both.get(0));
        Expression b = binder.share(both.get(1));
        Expression equal = compare(SqlKind.EQUALS, a, b, call.getParserPosition());
        return Call.total(DataType.BOOLEAN, LogicKernels.distinct(whenDistinct), a, b, equal);
    }

    private Expression between(SqlBasicCall call) {
        SqlBetweenOperator operator = (SqlBetweenOperator) call.getOperator();
        SqlParserPos position = call.getParserPosition();
        if (operator.flag == SqlBetweenOperator.Flag.SYMMETRIC) {
            throw new BindingException(position, "BETWEEN SYMMETRIC is not supported");
        }
        Expression value = binder.share(binder.bind(call.operand(0)));
        Expression low = binder.bind(call.operand(1));
        Expression high = binder.bind(call.operand(2));
        Expression result = JunctionExpression.and(
                compare(SqlKind.GREATER_THAN_OR_EQUAL, value, low, position),
                compare(SqlKind.LESS_THAN_OR_EQUAL, value, high, position));
        return operator.isNegated() ? Call.strict(DataType.BOOLEAN, LogicKernels::not, result) : result;
    }

    private Expression in(SqlCall call) {
        SqlNode list = call.operand(1);
        if (!(list instanceof SqlNodeList items)) {
            throw new BindingException(
                    list.getParserPosition(), "subqueries are not supported: a transform sees one row at a time");
        }
        Expression value = binder.bind(call.operand(0));
        List<Expression> choices = new ArrayList<>();
        for (SqlNode item : items) {
            choices.add(binder.bind(item));
        }
        return InExpression.of(this, binder.share(value), choices, call.getParserPosition());
    }

    private Expression like(SqlCall call) {
        SqlLikeOperator operator = (SqlLikeOperator) call.getOperator();
        if (!operator.isCaseSensitive()) {
            throw new BindingException(
                    call.getParserPosition(), "ILIKE is not supported; write LOWER(…) LIKE a pattern in lower case");
        }
        Expression value = text(call.operand(0), "LIKE");
        Expression pattern = text(call.operand(1), "LIKE");
        Expression escape =
                call.operandCount() > 2 ? text(call.operand(2), "ESCAPE") : ConstantExpression.stringLiteral("\\");
        if (!(escape instanceof ConstantExpression constant)) {
            throw new BindingException(call.operand(2).getParserPosition(), "ESCAPE needs a literal");
        }
        try {
            Expression result = LikeKernel.like(value, pattern, constant);
            return operator.isNegated() ? Call.strict(DataType.BOOLEAN, LogicKernels::not, result) : result;
        } catch (EvaluationException badPattern) {
            throw new BindingException(call.getParserPosition(), badPattern.reason());
        }
    }

    private Expression text(SqlNode node, String where) {
        return binder.expect(binder.bind(node), DataType.STRING, node.getParserPosition(), where);
    }

    private Expression caseWhen(SqlCase call) {
        SqlParserPos position = call.getParserPosition();
        SqlNodeList whens = call.getWhenOperands();
        List<Expression> conditions = new ArrayList<>();
        List<Expression> operands = new ArrayList<>();
        for (SqlNode when : whens) {
            if (isSwitched(when, call)) {
                if (operands.isEmpty()) {
                    operands.add(binder.share(binder.bind(((SqlCall) when).operand(0))));
                }
                SqlNode choice = ((SqlCall) when).operand(1);
                conditions.add(
                        compare(SqlKind.EQUALS, operands.get(0), binder.bind(choice), choice.getParserPosition()));
            } else {
                conditions.add(binder.bindBoolean(when, "WHEN"));
            }
        }
        List<Expression> results = new ArrayList<>();
        for (SqlNode then : call.getThenOperands()) {
            results.add(binder.bind(then));
        }
        SqlNode otherwise = call.getElseOperand();
        results.add(otherwise == null ? ConstantExpression.untypedNull() : binder.bind(otherwise));
        List<Expression> unified = binder.unify(results, position, "CASE");
        int last = unified.size() - 1;
        return new CaseExpression(conditions, unified.subList(0, last), unified.get(last));
    }

    /** CASE x WHEN 1 arrives as CASE WHEN x = 1 with the comparison in the place of the CASE itself. */
    private static boolean isSwitched(SqlNode when, SqlCase call) {
        return when.getKind() == SqlKind.EQUALS
                && when.getParserPosition().getLineNum()
                        == call.getParserPosition().getLineNum()
                && when.getParserPosition().getColumnNum()
                        == call.getParserPosition().getColumnNum();
    }

    private Expression cast(SqlCall call) {
        Expression value = binder.bind(call.operand(0));
        if (!(call.operand(1) instanceof SqlDataTypeSpec spec)) {
            throw new BindingException(call.getParserPosition(), "CAST needs a type");
        }
        TypeNames.Target target = TypeNames.resolve(spec);
        Expression result = Casts.explicit(value, target.type())
                .orElseThrow(() -> new BindingException(
                        call.getParserPosition(), "there is no CAST from " + value.type() + " to " + target.type()));
        return target.length().isPresent()
                ? StringKernels.left(result, target.length().getAsInt())
                : result;
    }
}
