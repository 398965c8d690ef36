package io.sluice.lake;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The two tables of the lake's tests, and their rows and changes as a test writes them. */
final class TestRows {

    static final TableId ORDERS = new TableId("shop", "orders");
    static final TableId EVENTS = new TableId("shop", "events");

    /** A key, a text and a large text that a change may leave out. */
    static final TableSchema ORDERS_SCHEMA = new TableSchema(
            ORDERS,
            0,
            List.of(
                    Column.of("id", DataType.INT64, false),
                    Column.of("status", DataType.STRING, true),
                    Column.of("note", DataType.STRING, true)),
            List.of(0));

    /** No key. */
    static final TableSchema EVENTS_SCHEMA = new TableSchema(
            EVENTS,
            0,
            List.of(Column.of("kind", DataType.STRING, true), Column.of("amount", DataType.INT32, true)),
            List.of());

    /** Stands for a value that the log left out. */
    static final Object UNAVAILABLE = new Object();

    private TestRows() {}

    static ColumnBatch changes(TableSchema schema, Change... changes) {
        ColumnBatch batch = ColumnBatch.create(schema, ColumnBatch.Content.CHANGES, 4);
        for (Change change : changes) {
            append(batch, change.values());
            batch.endChange(change.operation(), 1);
        }
        return batch;
    }

    static ColumnBatch orders(Change... changes) {
        return changes(ORDERS_SCHEMA, changes);
    }

    static ColumnBatch events(Change... changes) {
        return changes(EVENTS_SCHEMA, changes);
    }

    /** A change row as a test writes it. */
    record Change(byte operation, Object... values) {
        Change ifPresent() {
            return new Change((byte) (operation | RowOperation.IF_PRESENT), values);
        }

        Change refetch() {
            return new Change((byte) (operation | RowOperation.REFETCH), values);
        }
    }

    static Change insert(Object... values) {
        return new Change(RowOperation.INSERT, values);
    }

    static Change update(Object... values) {
        return new Change(RowOperation.UPDATE, values);
    }

    static Change delete(Object... values) {
        return new Change(RowOperation.DELETE, values);
    }

    static Change moveOut(Object... values) {
        return new Change(RowOperation.MOVE_OUT, values);
    }

    static Change moveIn(Object... values) {
        return new Change(RowOperation.MOVE_IN, values);
    }

    static Change truncate() {
        return new Change(RowOperation.TRUNCATE);
    }

    static Object[] row(Object... values) {
        return values;
    }

    static void append(ColumnBatch batch, Object... values) {
        for (int i = 0; i < batch.columns().length; i++) {
            ColumnVector column = batch.column(i);
            Object value = i < values.length ? values[i] : null;
            if (value == UNAVAILABLE) {
                column.appendUnavailable();
            } else if (value == null) {
                column.appendNull();
            } else if (value instanceof Long number) {
                ((LongVector) column).append(number);
            } else if (value instanceof Integer number) {
                ((IntVector) column).append(number);
            } else {
                ((BytesVector) column).append(value.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
