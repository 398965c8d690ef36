package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnVector;
import java.util.BitSet;
import java.util.List;

/** COALESCE: the first value that is not null. Later arguments are evaluated only on the rows that need them. */
final class CoalesceExpression extends Expression {

    private final List<Expression> arguments;

    /** @param arguments at least one, all of one type */
    CoalesceExpression(List<Expression> arguments) {
        super(
                arguments.get(0).type(),
                arguments.stream().allMatch(Expression::nullable),
                anyFallible(arguments.toArray(new Expression[0])));
        this.arguments = List.copyOf(arguments);
    }

    @Override
    void addInputs(BitSet inputs) {
        for (Expression argument : arguments) {
            argument.addInputs(inputs);
        }
    }

    @Override
    ColumnVector evaluate(Frame frame) {
        int rows = frame.rows();
        ColumnVector first = arguments.get(0).evaluate(frame);
        if (!first.hasNulls()) {
            return first;
        }
        Merger merger = new Merger(type(), rows);
        int[] left = new int[rows];
        for (int i = 0; i < rows; i++) {
            left[i] = i;
        }
        int leftCount = rows;
        for (int k = 0; k < arguments.size() && leftCount > 0; k++) {
            ColumnVector value = k == 0 ? first : arguments.get(k).evaluate(frame.select(left, leftCount));
            if (k == arguments.size() - 1 || !value.hasNulls()) {
                merger.add(value, left, leftCount);
                break;
            }
            int[] taken = new int[leftCount];
            int[] places = new int[leftCount];
            int takenCount = 0;
            int rest = 0;
            for (int i = 0; i < leftCount; i++) {
                int row = left[i];
                if (value.isNull(i)) {
                    left[rest++] = row;
                } else {
                    places[takenCount] = i;
                    taken[takenCount++] = row;
                }
            }
            leftCount = rest;
            merger.add(value.gather(places, takenCount), taken, takenCount);
        }
        return merger.result();
    }
}
