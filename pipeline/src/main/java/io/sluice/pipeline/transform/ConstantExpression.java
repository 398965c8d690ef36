package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/** One value for all rows. */
final class ConstantExpression extends Expression {

    /** How the constant came to be, which decides what it may become without a cast. */
    enum Origin {
        /** NULL without a type: takes any type. */
        NULL,
        /** A string literal: becomes a date, time, timestamp or UUID where one is expected. */
        STRING_LITERAL,
        /** Anything else. */
        VALUE
    }

    private final ColumnVector value;
    private final Origin origin;

    /** @param value one row */
    ConstantExpression(ColumnVector value, Origin origin) {
        super(value.type(), value.isNull(0), false);
        this.value = value;
        this.origin = origin;
    }

    static ConstantExpression nullOf(DataType type) {
        ColumnVector value = ColumnVector.create(type, 1);
        value.appendNull();
        return new ConstantExpression(value, Origin.VALUE);
    }

    static ConstantExpression untypedNull() {
        BytesVector value = new BytesVector(DataType.STRING, 1);
        value.appendNull();
        return new ConstantExpression(value, Origin.NULL);
    }

    static ConstantExpression stringLiteral(String text) {
        BytesVector value = new BytesVector(DataType.STRING, 1);
        value.append(text.getBytes(StandardCharsets.UTF_8));
        return new ConstantExpression(value, Origin.STRING_LITERAL);
    }

    static ConstantExpression ofBytes(DataType type, byte[] bytes) {
        BytesVector value = new BytesVector(type, 1);
        value.append(bytes);
        return new ConstantExpression(value, Origin.VALUE);
    }

    static ConstantExpression ofBoolean(int one) {
        BooleanVector value = new BooleanVector(1);
        value.append((byte) one);
        return new ConstantExpression(value, Origin.VALUE);
    }

    static ConstantExpression ofInt(DataType type, int number) {
        IntVector value = new IntVector(type, 1);
        value.append(number);
        return new ConstantExpression(value, Origin.VALUE);
    }

    static ConstantExpression ofLong(DataType type, long number) {
        LongVector value = new LongVector(type, 1);
        value.append(number);
        return new ConstantExpression(value, Origin.VALUE);
    }

    static ConstantExpression ofDouble(double number) {
        DoubleVector value = new DoubleVector(1);
        value.append(number);
        return new ConstantExpression(value, Origin.VALUE);
    }

    static ConstantExpression ofInt128(DataType type, long high, long low) {
        Int128Vector value = new Int128Vector(type, 1);
        value.append(high, low);
        return new ConstantExpression(value, Origin.VALUE);
    }

    /** The value, as a vector of one row. */
    ColumnVector value() {
        return value;
    }

    Origin origin() {
        return origin;
    }

    boolean isNull() {
        return value.isNull(0);
    }

    @Override
    void addInputs(BitSet inputs) {}

    @Override
    ColumnVector evaluateArgument(Frame frame) {
        return value instanceof BytesVector && !isNull() ? value : evaluate(frame);
    }

    @Override
    ColumnVector evaluate(Frame frame) {
        int rows = frame.rows();
        if (rows == 1) {
            return value;
        }
        if (value instanceof BytesVector || isNull()) {
            return value.gather(isNull() ? minusOnes(rows) : new int[rows], rows);
        }
        ColumnVector result = ColumnVector.create(type(), rows);
        result.resize(rows);
        fill(result, rows);
        return result;
    }

    private void fill(ColumnVector result, int rows) {
        if (value instanceof LongVector v) {
            Arrays.fill(((LongVector) result).values(), 0, rows, v.get(0));
        } else if (value instanceof IntVector v) {
            Arrays.fill(((IntVector) result).values(), 0, rows, v.get(0));
        } else if (value instanceof DoubleVector v) {
            Arrays.fill(((DoubleVector) result).values(), 0, rows, v.get(0));
        } else if (value instanceof FloatVector v) {
            Arrays.fill(((FloatVector) result).values(), 0, rows, v.get(0));
        } else if (value instanceof BooleanVector v) {
            Arrays.fill(((BooleanVector) result).values(), 0, rows, v.get(0));
        } else if (value instanceof Int128Vector v) {
            Arrays.fill(((Int128Vector) result).high(), 0, rows, v.high()[0]);
            Arrays.fill(((Int128Vector) result).low(), 0, rows, v.low()[0]);
        } else {
            throw new IllegalStateException("No fill for " + value.getClass());
        }
    }

    private static int[] minusOnes(int rows) {
        int[] selection = new int[rows];
        Arrays.fill(selection, -1);
        return selection;
    }
}
