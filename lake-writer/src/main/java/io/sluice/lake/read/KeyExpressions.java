package io.sluice.lake.read;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/** A condition that rows with certain keys meet, so that files and row groups without them are passed over. */
final class KeyExpressions {

    /** More values are not looked at by Iceberg's evaluators of statistics anyway. */
    private static final int MOST_VALUES = 200;

    private KeyExpressions() {}

    /** Every row with one of the keys meets the condition; others may too. */
    static Expression covering(ColumnBatch keys) {
        Expression all = Expressions.alwaysTrue();
        if (keys.rowCount() > MOST_VALUES) {
            return all;
        }
        for (int i = 0; i < keys.schema().width(); i++) {
            Optional<List<Object>> values = values(keys.column(i), keys.rowCount());
            if (values.isPresent()) {
                all = Expressions.and(
                        all, Expressions.in(keys.schema().column(i).name(), values.get()));
            }
        }
        return all;
    }

    /** The distinct values; empty for a type whose equality is not worth the trouble here. */
    private static Optional<List<Object>> values(ColumnVector vector, int rows) {
        Set<Object> values = new LinkedHashSet<>();
        for (int row = 0; row < rows; row++) {
            Optional<Object> value = vector.isNull(row) ? Optional.empty() : value(vector, row);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            values.add(value.get());
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(new ArrayList<>(values));
    }

    private static Optional<Object> value(ColumnVector vector, int row) {
        DataType type = vector.type();
        return switch (type.kind()) {
            case INT32, DATE -> Optional.of(((IntVector) vector).get(row));
            case INT64, TIME, TIMESTAMP, TIMESTAMP_TZ -> Optional.of(((LongVector) vector).get(row));
            case STRING -> Optional.of(((BytesVector) vector).string(row));
            case UUID -> {
                Int128Vector halves = (Int128Vector) vector;
                yield Optional.of(new UUID(halves.high()[row], halves.low()[row]));
            }
            case BOOLEAN, FLOAT32, FLOAT64, DECIMAL, BINARY -> Optional.empty();
        };
    }
}
