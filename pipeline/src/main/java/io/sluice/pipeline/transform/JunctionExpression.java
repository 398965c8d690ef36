package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.DataType;
import java.util.BitSet;

/**
 * AND or OR, from left to right: where the left side decides, a right side that could fail is not evaluated.
 */
final class JunctionExpression extends Expression {

    private final Expression left;
    private final Expression right;
    /** The value that decides alone: 0 for AND, 1 for OR. */
    private final byte deciding;

    private JunctionExpression(Expression left, Expression right, int deciding) {
        super(DataType.BOOLEAN, anyNullable(left, right), anyFallible(left, right));
        this.left = left;
        this.right = right;
        this.deciding = (byte) deciding;
    }

    static Expression and(Expression left, Expression right) {
        return of(left, right, 0);
    }

    static Expression or(Expression left, Expression right) {
        return of(left, right, 1);
    }

    private static Expression of(Expression left, Expression right, int deciding) {
        if (left instanceof ConstantExpression constant && !constant.isNull()) {
            return ((BooleanVector) constant.value()).get(0) == deciding ? left : right;
        }
        if (right instanceof ConstantExpression constant && !constant.isNull() && !left.fallible()) {
            return ((BooleanVector) constant.value()).get(0) == deciding ? right : left;
        }
        return new JunctionExpression(left, right, deciding);
    }

    @Override
    void addInputs(BitSet inputs) {
        left.addInputs(inputs);
        right.addInputs(inputs);
    }

    @Override
    ColumnVector evaluate(Frame frame) {
        int rows = frame.rows();
        BooleanVector a = (BooleanVector) left.evaluate(frame);
        if (!right.fallible()) {
            return combine(a, (BooleanVector) right.evaluate(frame), rows);
        }
        int[] open = new int[rows];
        int count = 0;
        byte[] values = a.values();
        for (int i = 0; i < rows; i++) {
            open[count] = i;
            count += a.isNull(i) || values[i] != deciding ? 1 : 0;
        }
        if (count == 0) {
            return a;
        }
        BooleanVector some = (BooleanVector) right.evaluate(frame.select(open, count));
        BooleanVector all = some;
        if (count < rows) {
            all = new BooleanVector(rows);
            all.resize(rows);
            for (int i = 0; i < count; i++) {
                all.values()[open[i]] = some.values()[i];
                if (some.isNull(i)) {
                    all.setNull(open[i]);
                }
            }
        }
        return combine(a, all, rows);
    }

    private BooleanVector combine(BooleanVector a, BooleanVector b, int rows) {
        BooleanVector out = new BooleanVector(rows);
        out.resize(rows);
        byte[] to = out.values();
        byte[] left = a.values();
        byte[] right = b.values();
        if (!a.hasNulls() && !b.hasNulls()) {
            for (int i = 0; i < rows; i++) {
                to[i] = (byte) (deciding == 0 ? left[i] & right[i] : left[i] | right[i]);
            }
            return out;
        }
        for (int i = 0; i < rows; i++) {
            boolean aNull = a.isNull(i);
            boolean bNull = b.isNull(i);
            if (!aNull && left[i] == deciding || !bNull && right[i] == deciding) {
                to[i] = deciding;
            } else if (aNull || bNull) {
                out.setNull(i);
            } else {
                to[i] = (byte) (deciding ^ 1);
            }
        }
        return out;
    }
}
