package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Counts and bounds of a floating-point column without its NaNs, which Parquet's own statistics do not tell apart. */
final class FloatBounds {

    private final int fieldId;
    private final boolean single;
    private long values;
    private long nulls;
    private long nans;
    private double lower = Double.POSITIVE_INFINITY;
    private double upper = Double.NEGATIVE_INFINITY;

    FloatBounds(Types.NestedField field) {
        this.fieldId = field.fieldId();
        this.single = field.type().typeId() == Type.TypeID.FLOAT;
    }

    void addNulls(int count) {
        values += count;
        nulls += count;
    }

    void add(ColumnVector vector, int[] rows, int from, int to) {
        if (vector instanceof FloatVector floats) {
            float[] array = floats.values();
            for (int i = from; i < to; i++) {
                addRow(vector.isNull(rows[i]), array[rows[i]]);
            }
        } else {
            double[] array = ((DoubleVector) vector).values();
            for (int i = from; i < to; i++) {
                addRow(vector.isNull(rows[i]), array[rows[i]]);
            }
        }
        values += to - from;
    }

    private void addRow(boolean isNull, double value) {
        if (isNull) {
            nulls++;
        } else if (Double.isNaN(value)) {
            nans++;
        } else {
            // Double.compare, not <, because -0.0 is below 0.0 in Iceberg's order.
            if (Double.compare(value, lower) < 0) {
                lower = value;
            }
            if (Double.compare(value, upper) > 0) {
                upper = value;
            }
        }
    }

    FieldMetrics<?> metrics() {
        boolean bounded = values - nulls - nans > 0;
        if (single) {
            return bounded
                    ? new FieldMetrics<>(
                            fieldId, values, nulls, nans, (float) lower, (float) upper, Types.FloatType.get())
                    : new FieldMetrics<>(fieldId, values, nulls, nans);
        }
        return bounded
                ? new FieldMetrics<>(fieldId, values, nulls, nans, lower, upper, Types.DoubleType.get())
                : new FieldMetrics<>(fieldId, values, nulls, nans);
    }
}
