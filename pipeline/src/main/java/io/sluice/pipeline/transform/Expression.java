package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.DataType;
import java.util.BitSet;

/** A compiled SQL expression that is evaluated on whole batches. Immutable, without state of its own, thread-safe. */
abstract class Expression {

    private final DataType type;
    private final boolean nullable;
    private final boolean fallible;

    /**
     * @param nullable whether a null may come out
     * @param fallible whether a value can make the evaluation fail
     */
    Expression(DataType type, boolean nullable, boolean fallible) {
        this.type = type;
        this.nullable = nullable;
        this.fallible = fallible;
    }

    /** The type of the values. */
    final DataType type() {
        return type;
    }

    /** Whether a null may come out. */
    final boolean nullable() {
        return nullable;
    }

    /** Whether {@link #evaluate} can throw {@link EvaluationException}. */
    final boolean fallible() {
        return fallible;
    }

    /** Adds the indexes of the source's columns that the expression reads. */
    abstract void addInputs(BitSet inputs);

    /**
     * One value per row of the frame. The vector may be a column of the frame itself and must not be changed.
     *
     * @throws EvaluationException when a value makes it fail
     */
    abstract ColumnVector evaluate(Frame frame);

    /**
     * As {@link #evaluate}, but a constant of variable width may come as one row: kernels over bytes read row 0 of a
     * vector of one row.
     */
    ColumnVector evaluateArgument(Frame frame) {
        return evaluate(frame);
    }

    /** The columns that the expression reads. */
    final BitSet inputs() {
        BitSet inputs = new BitSet();
        addInputs(inputs);
        return inputs;
    }

    static boolean anyNullable(Expression... expressions) {
        for (Expression expression : expressions) {
            if (expression.nullable()) {
                return true;
            }
        }
        return false;
    }

    static boolean anyFallible(Expression... expressions) {
        for (Expression expression : expressions) {
            if (expression.fallible()) {
                return true;
            }
        }
        return false;
    }
}
