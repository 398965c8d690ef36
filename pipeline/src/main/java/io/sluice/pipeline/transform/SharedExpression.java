package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnVector;
import java.util.BitSet;

/** An expression that is used in several places and evaluated once, such as the operand of {@code CASE x WHEN …}. */
final class SharedExpression extends Expression {

    private final Expression inner;
    private final int slot;

    SharedExpression(Expression inner, int slot) {
        super(inner.type(), inner.nullable(), inner.fallible());
        this.inner = inner;
        this.slot = slot;
    }

    @Override
    void addInputs(BitSet inputs) {
        inner.addInputs(inputs);
    }

    @Override
    ColumnVector evaluate(Frame frame) {
        ColumnVector result = frame.shared(slot);
        if (result == null) {
            result = inner.evaluate(frame);
            frame.share(slot, result);
        }
        return result;
    }
}
