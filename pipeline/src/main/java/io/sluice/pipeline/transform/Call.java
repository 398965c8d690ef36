package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.DataType;
import java.util.BitSet;

/** A kernel applied to the results of other expressions. */
final class Call extends Expression {

    /** A loop over whole vectors. */
    @FunctionalInterface
    interface Kernel {

        /**
         * Computes all rows.
         *
         * @param in one vector per argument with {@code rows} rows; a variable-width constant may have one row instead
         * @param out of fixed width: has its rows already, null where an argument of a strict call is null, to be filled
         *     through its array; of variable width: empty, to be appended to
         * @throws EvaluationException when a row that is not null cannot be computed
         */
        void run(ColumnVector[] in, ColumnVector out, int rows);
    }

    private final Kernel kernel;
    private final Expression[] arguments;
    private final boolean strict;

    private Call(
            DataType type, boolean nullable, boolean fallible, boolean strict, Kernel kernel, Expression[] arguments) {
        super(type, nullable, fallible);
        this.kernel = kernel;
        this.arguments = arguments;
        this.strict = strict;
    }

    /** A call that is null when an argument is null and cannot fail. */
    static Expression strict(DataType type, Kernel kernel, Expression... arguments) {
        return strictCall(type, Expression.anyFallible(arguments), kernel, arguments);
    }

    /** A call that is null when an argument is null and can fail on a value. */
    static Expression strictFallible(DataType type, Kernel kernel, Expression... arguments) {
        return strictCall(type, true, kernel, arguments);
    }

    /** A call that looks at nulls itself and never gives one. */
    static Expression total(DataType type, Kernel kernel, Expression... arguments) {
        return fold(new Call(type, false, Expression.anyFallible(arguments), false, kernel, arguments), arguments);
    }

    private static Expression strictCall(DataType type, boolean fallible, Kernel kernel, Expression... arguments) {
        for (Expression argument : arguments) {
            if (argument instanceof ConstantExpression constant && constant.isNull()) {
                return ConstantExpression.nullOf(type);
            }
        }
        Call call = new Call(type, Expression.anyNullable(arguments), fallible, true, kernel, arguments);
        return fold(call, arguments);
    }

    private static Expression fold(Call call, Expression[] arguments) {
        for (Expression argument : arguments) {
            if (!(argument instanceof ConstantExpression)) {
                return call;
            }
        }
        try {
            ColumnVector value = call.evaluate(Frame.of(new ColumnVector[0], 1, 0));
            return new ConstantExpression(value, ConstantExpression.Origin.VALUE);
        } catch (EvaluationException failsOnlyWhenReached) {
            // A branch that no row takes must not fail: 1/0 in a CASE is an error of the rows that get there.
            return call;
        }
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
        ColumnVector[] in = new ColumnVector[arguments.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = arguments[i].evaluateArgument(frame);
        }
        ColumnVector out = ColumnVector.create(type(), rows);
        if (!(out instanceof BytesVector)) {
            out.resize(rows);
            if (strict) {
                for (ColumnVector vector : in) {
                    out.addNullsOf(vector);
                }
            }
        }
        kernel.run(in, out, rows);
        return out;
    }
}
