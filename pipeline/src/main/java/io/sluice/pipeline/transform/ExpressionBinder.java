package io.sluice.pipeline.transform;

import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.DataType.Kind;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * Turns a parsed expression into a compiled one: finds columns, chooses kernels by type, widens where that is allowed
 * and refuses everything else with its place in the text. One per compilation; used by one thread.
 */
final class ExpressionBinder {

    private final TableSchema source;
    private final OperatorBinder operators;
    private int sharedCount;

    ExpressionBinder(TableSchema source) {
        this.source = source;
        this.operators = new OperatorBinder(this);
    }

    /** The slots that frames need. */
    int sharedCount() {
        return sharedCount;
    }

    /** An expression that several others use. */
    Expression share(Expression expression) {
        if (expression instanceof ColumnExpression
                || expression instanceof ConstantExpression
                || expression instanceof SharedExpression) {
            return expression;
        }
        return new SharedExpression(expression, sharedCount++);
    }

    /** The column an identifier names. */
    ColumnExpression column(SqlIdentifier identifier) {
        int last = identifier.names.size() - 1;
        for (int i = 0; i < last; i++) {
            String qualifier = identifier.names.get(i);
            String expected =
                    i == last - 1 ? source.table().name() : source.table().namespace();
            if (last > 2 || !qualifier.equalsIgnoreCase(expected)) {
                throw new BindingException(
                        identifier.getParserPosition(),
                        "unknown table '" + qualifier + "'; only columns of " + source.table() + " can be used");
            }
        }
        int index = ColumnNames.find(
                source,
                identifier.names.get(last),
                identifier.isComponentQuoted(last),
                identifier.getComponentParserPosition(last));
        return new ColumnExpression(index, source.column(index));
    }

    /** An operand of an operator: a column of fixed length text loses its padding, as it does in PostgreSQL. */
    Expression bind(SqlNode node) {
        if (node instanceof SqlLiteral literal) {
            return Literals.bind(literal);
        }
        if (node instanceof SqlIdentifier identifier) {
            if (identifier.isStar()) {
                throw new BindingException(node.getParserPosition(), "'*' can only stand alone in a projection");
            }
            return columnOperand(identifier);
        }
        if (node instanceof SqlCall call) {
            return operators.bind(call);
        }
        throw new BindingException(node.getParserPosition(), "this is not supported: " + node.getKind());
    }

    private Expression columnOperand(SqlIdentifier identifier) {
        if (identifier.names.size() == 1 && !identifier.isComponentQuoted(0)) {
            Functions.refuseImpure(identifier.getSimple(), identifier.getParserPosition());
        }
        ColumnExpression column = column(identifier);
        Column declared = source.column(column.index());
        if (declared.type().kind() == Kind.STRING && isPadded(declared.nativeType())) {
            return StringKernels.withoutPadding(column);
        }
        return column;
    }

    private static boolean isPadded(String nativeType) {
        return nativeType.startsWith("character(")
                || nativeType.startsWith("char(")
                || nativeType.equals("character")
                || nativeType.equals("bpchar");
    }

    /** A condition. */
    Expression bindBoolean(SqlNode node, String where) {
        return expect(bind(node), DataType.BOOLEAN, node.getParserPosition(), where);
    }

    /** An expression as the type that is expected, where that needs no cast. */
    Expression expect(Expression expression, DataType type, SqlParserPos position, String where) {
        try {
            return Casts.implicit(expression, type)
                    .orElseThrow(() -> new BindingException(
                            position, where + " needs " + type + ", got " + expression.type() + "; write a CAST"));
        } catch (EvaluationException unreadable) {
            throw new BindingException(position, unreadable.reason());
        }
    }

    /** All expressions in their common type. */
    List<Expression> unify(List<Expression> expressions, SqlParserPos position, String where) {
        DataType type = commonType(expressions, position, where);
        List<Expression> result = new ArrayList<>();
        for (Expression expression : expressions) {
            try {
                result.add(
                        Casts.implicit(expression, type).orElseThrow(() -> noCommonType(expressions, position, where)));
            } catch (EvaluationException unreadable) {
                throw new BindingException(position, unreadable.reason());
            }
        }
        return result;
    }

    private static BindingException noCommonType(List<Expression> expressions, SqlParserPos position, String where) {
        return new BindingException(
                position, where + " has no common type for " + types(expressions) + "; write a CAST");
    }

    private DataType commonType(List<Expression> expressions, SqlParserPos position, String where) {
        List<Expression> decided = new ArrayList<>();
        for (Expression expression : expressions) {
            if (!(expression instanceof ConstantExpression constant)
                    || constant.origin() == ConstantExpression.Origin.VALUE) {
                decided.add(expression);
            }
        }
        if (decided.isEmpty()) {
            for (Expression expression : expressions) {
                if (((ConstantExpression) expression).origin() == ConstantExpression.Origin.STRING_LITERAL) {
                    return DataType.STRING;
                }
            }
            throw new BindingException(position, where + " has only NULLs; give one a type with CAST");
        }
        return TypeRules.common(decided).orElseThrow(() -> noCommonType(expressions, position, where));
    }

    static String types(List<Expression> expressions) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < expressions.size(); i++) {
            if (i > 0) {
                names.append(i == expressions.size() - 1 ? " and " : ", ");
            }
            Expression expression = expressions.get(i);
            boolean untyped = expression instanceof ConstantExpression constant
                    && constant.origin() == ConstantExpression.Origin.NULL;
            names.append(untyped ? "NULL" : expression.type().toString());
        }
        return names.toString();
    }
}
