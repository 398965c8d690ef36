package io.sluice.service.verify;

import io.sluice.lake.read.PublishedTable;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.service.runtime.PreparedTable;
import io.sluice.snapshot.postgres.PostgresDatabase;
import java.util.ArrayList;
import java.util.List;

/**
 * Says of keys that differ how they differ, from one more reading of both sides: keys and names of columns, never other
 * values. Used by one thread.
 */
final class Examples {

    private final PreparedTable table;
    private final KeySchema schema;
    private final RowDigests digests = new RowDigests();

    Examples(PreparedTable table, KeySchema schema) {
        this.table = table;
        this.schema = schema;
    }

    /** The rows under one key, a digest for each of their columns. */
    private static final class Found {
        private final List<List<Digest>> source = new ArrayList<>();
        private final List<List<Digest>> lake = new ArrayList<>();
    }

    private record Digest(long high, long low) {}

    /** One sentence for each of the first keys. */
    List<String> sentences(KeySet keys, int most, PostgresDatabase database, PublishedTable lake) {
        boolean[] first = new boolean[keys.size()];
        for (int i = 0; i < Math.min(most, first.length); i++) {
            first[i] = true;
        }
        KeySet told = keys.only(first);
        if (told.size() == 0) {
            return List.of();
        }
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < told.size(); i++) {
            found.add(new Found());
        }
        ColumnBatch rows = database.readRows(table.source().schema(), schema.atSource(told.keys()))
                .rows();
        forEach(
                table.transform().apply(rows),
                told,
                (key, columns) -> found.get(key).source.add(columns));
        lake.read(
                schema.sink(),
                told.keys(),
                (batch, places) -> forEach(
                        batch, told, (key, columns) -> found.get(key).lake.add(columns)));
        List<String> sentences = new ArrayList<>();
        for (int i = 0; i < told.size(); i++) {
            sentences.add(KeyText.of(told.keys(), schema.keyColumns(), i) + ": " + difference(found.get(i)));
        }
        return sentences;
    }

    private String difference(Found found) {
        if (found.lake.isEmpty()) {
            return found.source.isEmpty() ? "was different" : "missing in the lake";
        }
        if (found.source.isEmpty()) {
            return "only in the lake" + (found.lake.size() > 1 ? ", " + found.lake.size() + " times" : "");
        }
        if (found.lake.size() > found.source.size()) {
            return found.lake.size() + " times in the lake, expected " + found.source.size();
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < schema.sink().width(); i++) {
            if (!found.source.get(0).get(i).equals(found.lake.get(0).get(i))) {
                names.add(schema.sink().column(i).name());
            }
        }
        return names.isEmpty() ? "was different" : "different in " + String.join(", ", names);
    }

    private interface KeyColumns {
        void accept(int key, List<Digest> columns);
    }

    private void forEach(ColumnBatch batch, KeySet told, KeyColumns consumer) {
        digests.compute(batch, schema.identityColumns());
        for (int row = 0; row < batch.rowCount(); row++) {
            int key = told.indexOf(digests.high()[row], digests.low()[row]);
            if (key >= 0) {
                consumer.accept(key, columns(batch, row));
            }
        }
    }

    private static List<Digest> columns(ColumnBatch batch, int row) {
        List<Digest> columns = new ArrayList<>();
        ColumnBatch one = batch.gather(new int[] {row}, 1);
        RowDigests values = new RowDigests();
        for (int i = 0; i < batch.columns().length; i++) {
            values.compute(one, new int[] {i});
            columns.add(new Digest(values.high()[0], values.low()[0]));
        }
        return columns;
    }
}
