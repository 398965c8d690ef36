package io.sluice.service.verify;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The first keys that differ, and how: collected by digest while comparing, then told apart column by column in another
 * reading of both sides. Used by one thread at a time.
 */
final class Examples {

    private final TableSchema schema;
    private final int[] keyColumns;
    private final int most;
    private final Map<Digest, Found> wanted = new LinkedHashMap<>();
    private final RowDigests keys = new RowDigests();

    Examples(TableSchema schema, int[] keyColumns, int most) {
        this.schema = schema;
        this.keyColumns = keyColumns;
        this.most = most;
    }

    private record Digest(long high, long low) {}

    /** What the two sides have under one key: a digest for each column. */
    private static final class Found {
        private String key = "";
        private final List<List<Digest>> source = new ArrayList<>();
        private final List<List<Digest>> lake = new ArrayList<>();
    }

    boolean isEmpty() {
        return wanted.isEmpty();
    }

    void add(long keyHigh, long keyLow) {
        if (wanted.size() < most) {
            wanted.putIfAbsent(new Digest(keyHigh, keyLow), new Found());
        }
    }

    void source(ColumnBatch batch) {
        forEachWanted(batch, (found, row) -> found.source.add(columns(batch, row)));
    }

    void lake(ColumnBatch batch) {
        forEachWanted(batch, (found, row) -> found.lake.add(columns(batch, row)));
    }

    /** One sentence for each key. */
    List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        for (Found found : wanted.values()) {
            if (found.source.isEmpty() && found.lake.isEmpty()) {
                continue;
            }
            sentences.add(found.key + ": " + difference(found));
        }
        return sentences;
    }

    private String difference(Found found) {
        if (found.lake.isEmpty()) {
            return "missing in the lake";
        }
        if (found.source.isEmpty()) {
            return "only in the lake" + (found.lake.size() > 1 ? ", " + found.lake.size() + " times" : "");
        }
        if (found.lake.size() > found.source.size()) {
            return found.lake.size() + " times in the lake, expected " + found.source.size();
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < schema.width(); i++) {
            if (!found.source.get(0).get(i).equals(found.lake.get(0).get(i))) {
                names.add(schema.column(i).name());
            }
        }
        return "different in " + String.join(", ", names);
    }

    private interface RowAction {
        void on(Found found, int row);
    }

    private void forEachWanted(ColumnBatch batch, RowAction action) {
        keys.compute(batch, keyColumns);
        for (int row = 0; row < batch.rowCount(); row++) {
            Found found = wanted.get(new Digest(keys.high()[row], keys.low()[row]));
            if (found != null) {
                found.key = KeyText.of(batch, keyColumns, row);
                action.on(found, row);
            }
        }
    }

    private static List<Digest> columns(ColumnBatch batch, int row) {
        List<Digest> digests = new ArrayList<>();
        ColumnBatch one = batch.gather(new int[] {row}, 1);
        RowDigests values = new RowDigests();
        for (int i = 0; i < batch.columns().length; i++) {
            values.compute(one, new int[] {i});
            digests.add(new Digest(values.high()[0], values.low()[0]));
        }
        return digests;
    }
}
