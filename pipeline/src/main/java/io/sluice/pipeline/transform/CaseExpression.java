package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.ColumnVector;
import java.util.BitSet;
import java.util.List;

/** CASE WHEN … THEN … ELSE … END. A branch is evaluated only on the rows that take it. */
final class CaseExpression extends Expression {

    private final List<Expression> conditions;
    private final List<Expression> results;
    private final Expression otherwise;

    /** @param otherwise the ELSE branch, a null constant when there is none; all branches of one type */
    CaseExpression(List<Expression> conditions, List<Expression> results, Expression otherwise) {
        super(
                otherwise.type(),
                otherwise.nullable() || anyNullable(results.toArray(new Expression[0])),
                otherwise.fallible()
                        || anyFallible(results.toArray(new Expression[0]))
                        || anyFallible(conditions.toArray(new Expression[0])));
        this.conditions = List.copyOf(conditions);
        this.results = List.copyOf(results);
        this.otherwise = otherwise;
    }

    @Override
    void addInputs(BitSet inputs) {
        for (Expression condition : conditions) {
            condition.addInputs(inputs);
        }
        for (Expression result : results) {
            result.addInputs(inputs);
        }
        otherwise.addInputs(inputs);
    }

    @Override
    ColumnVector evaluate(Frame frame) {
        int rows = frame.rows();
        Merger merger = new Merger(type(), rows);
        int[] left = new int[rows];
        for (int i = 0; i < rows; i++) {
            left[i] = i;
        }
        int leftCount = rows;
        int[] taken = new int[rows];
        for (int branch = 0; branch < conditions.size() && leftCount > 0; branch++) {
            BooleanVector condition = (BooleanVector) conditions.get(branch).evaluate(frame.select(left, leftCount));
            byte[] values = condition.values();
            int takenCount = 0;
            int rest = 0;
            for (int i = 0; i < leftCount; i++) {
                int row = left[i];
                if (!condition.isNull(i) && values[i] == 1) {
                    taken[takenCount++] = row;
                } else {
                    left[rest++] = row;
                }
            }
            leftCount = rest;
            if (takenCount > 0) {
                merger.add(results.get(branch).evaluate(frame.select(taken, takenCount)), taken, takenCount);
            }
        }
        if (leftCount > 0) {
            merger.add(otherwise.evaluate(frame.select(left, leftCount)), left, leftCount);
        }
        return merger.result();
    }
}
