package io.sluice.service.verify;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.TableSchema;
import java.util.List;
import java.util.stream.IntStream;

/** A table's key on its own: how rows are told apart, and batches of nothing but keys. Stateless. */
final class KeySchema {

    private final TableSchema source;
    private final TableSchema sink;
    private final TableSchema keys;
    private final int[] all;
    private final int[] identity;

    KeySchema(TableSchema source, TableSchema sink) {
        this.source = source;
        this.sink = sink;
        List<Integer> key = sink.key();
        this.keys = new TableSchema(
                sink.table(),
                sink.version(),
                key.stream().map(sink::column).toList(),
                IntStream.range(0, key.size()).boxed().toList());
        this.all = IntStream.range(0, sink.width()).toArray();
        this.identity = sink.hasKey() ? key.stream().mapToInt(Integer::intValue).toArray() : all;
    }

    /** The lake's table. */
    TableSchema sink() {
        return sink;
    }

    boolean hasKey() {
        return sink.hasKey();
    }

    /** All columns of the lake's table. */
    int[] allColumns() {
        return all;
    }

    /** The columns of the lake's table that tell its rows apart: the key's, or all without a key. */
    int[] identityColumns() {
        return identity;
    }

    /** The schema of batches of keys: the key's columns in the key's order. */
    TableSchema keys() {
        return keys;
    }

    /** All columns of a batch of keys. */
    int[] keyColumns() {
        return IntStream.range(0, keys.width()).toArray();
    }

    /** The key of a row of the lake's table is added to a batch of keys. */
    void append(ColumnBatch rows, int row, ColumnBatch to) {
        for (int i = 0; i < identity.length; i++) {
            to.column(i).appendFrom(rows.column(identity[i]), row);
        }
        to.endRow();
    }

    /** Keys as a batch of the source's table in which only the key's columns mean anything: a key keeps its value. */
    ColumnBatch atSource(ColumnBatch keyBatch) {
        return widened(keyBatch, source);
    }

    /** Keys as a batch of the lake's table in which only the key's columns mean anything. */
    ColumnBatch inLake(ColumnBatch keyBatch) {
        return widened(keyBatch, sink);
    }

    private static ColumnBatch widened(ColumnBatch keyBatch, TableSchema wide) {
        int rows = keyBatch.rowCount();
        ColumnVector[] columns = new ColumnVector[wide.width()];
        for (int i = 0; i < columns.length; i++) {
            int place = wide.key().indexOf(i);
            columns[i] = place >= 0 ? keyBatch.column(place) : nulls(wide, i, rows);
        }
        return ColumnBatch.ofSnapshot(wide, columns, rows);
    }

    private static ColumnVector nulls(TableSchema schema, int column, int rows) {
        ColumnVector empty = ColumnVector.create(schema.column(column).type(), rows);
        for (int row = 0; row < rows; row++) {
            empty.appendNull();
        }
        return empty;
    }
}
