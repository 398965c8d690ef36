package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.DataType.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.parser.SqlParserPos;

/** IN over a list: a search in a sorted array for integer constants, otherwise one comparison after the other. */
final class InExpression {

    private InExpression() {}

    static Expression of(OperatorBinder operators, Expression value, List<Expression> choices, SqlParserPos position) {
        if (choices.stream().allMatch(InExpression::isIntegerConstant) && TypeRules.isInteger(value.type())) {
            return search(value, choices);
        }
        List<Expression> tests = new ArrayList<>();
        for (Expression choice : choices) {
            tests.add(operators.compare(SqlKind.EQUALS, value, choice, position));
        }
        return any(tests, 0, tests.size());
    }

    /** A balanced tree, so that long lists do not make a deep one. */
    private static Expression any(List<Expression> tests, int from, int to) {
        if (to - from == 1) {
            return tests.get(from);
        }
        int middle = (from + to) >>> 1;
        return JunctionExpression.or(any(tests, from, middle), any(tests, middle, to));
    }

    private static boolean isIntegerConstant(Expression expression) {
        return expression instanceof ConstantExpression constant
                && !constant.isNull()
                && TypeRules.isInteger(constant.type());
    }

    private static Expression search(Expression value, List<Expression> choices) {
        long[] sorted = new long[choices.size()];
        for (int i = 0; i < sorted.length; i++) {
            ColumnVector constant = ((ConstantExpression) choices.get(i)).value();
            sorted[i] = constant instanceof IntVector ints ? ints.get(0) : ((LongVector) constant).get(0);
        }
        Arrays.sort(sorted);
        boolean ints = value.type().kind() == Kind.INT32;
        Call.Kernel kernel = (in, out, rows) -> {
            byte[] to = ((BooleanVector) out).values();
            for (int i = 0; i < rows; i++) {
                long candidate = ints ? ((IntVector) in[0]).values()[i] : ((LongVector) in[0]).values()[i];
                to[i] = (byte) (Arrays.binarySearch(sorted, candidate) >= 0 ? 1 : 0);
            }
        };
        return Call.strict(DataType.BOOLEAN, kernel, value);
    }
}
