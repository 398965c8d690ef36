package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.Column;
import java.util.BitSet;

/** A column of the source as it is. */
final class ColumnExpression extends Expression {

    private final int index;

    ColumnExpression(int index, Column column) {
        super(column.type(), column.nullable(), false);
        this.index = index;
    }

    /** The column's place in the source's schema. */
    int index() {
        return index;
    }

    @Override
    void addInputs(BitSet inputs) {
        inputs.set(index);
    }

    @Override
    ColumnVector evaluate(Frame frame) {
        return frame.column(index);
    }
}
