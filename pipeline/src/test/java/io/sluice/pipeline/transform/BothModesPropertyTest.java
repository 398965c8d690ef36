package io.sluice.pipeline.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The law: what the change stream leaves in the lake is what a snapshot of the same state would put there. */
class BothModesPropertyTest {

    private static final TableSchema SCHEMA = new TableSchema(
            TableId.parse("public.t"),
            0,
            List.of(
                    Column.of("id", DataType.INT32, false),
                    Column.of("n", DataType.INT32, true),
                    new Column("doc", DataType.STRING, true, "text", Column.Storage.OUT_OF_LINE),
                    new Column("note", DataType.STRING, true, "text", Column.Storage.OUT_OF_LINE)),
            List.of(0));

    private static final List<String> PROJECTIONS = List.of(
            "*, n * 2 AS twice",
            "id AS key, UPPER(doc) AS loud",
            "doc || note AS all_text, id, COALESCE(n, -1) AS n",
            "id, CASE WHEN n > 2 THEN doc ELSE note END AS x, 12 / NULLIF(n, 0) AS share");

    private static final List<Optional<String>> FILTERS = List.of(
            Optional.empty(),
            Optional.of("n > 1"),
            Optional.of("doc <> 'a'"),
            Optional.of("doc < note"),
            Optional.of("n > 0 AND note IS NOT NULL OR n IS NULL"));

    @Property(tries = 400)
    void aStreamOfChangesEndsWhereASnapshotOfTheEndBegins(
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 3) int projection,
            @ForAll @IntRange(min = 0, max = 4) int filter) {
        TableTransform transform = TransformCompiler.compile(
                new TransformSpec(SCHEMA.table(), SCHEMA.table(), PROJECTIONS.get(projection), FILTERS.get(filter)),
                SCHEMA);
        Random random = new Random(seed);
        Map<Object, List<Object>> source = new TreeMap<>();
        Map<Object, List<Object>> lake = new TreeMap<>();
        for (int batch = 0; batch < 3; batch++) {
            List<Rows.Change> changes = changes(source, random);
            apply(transform, transform.apply(Rows.changes(SCHEMA, changes)), source, lake);
        }
        assertThat(lake).isEqualTo(snapshot(transform, source));
    }

    private static Map<Object, List<Object>> snapshot(TableTransform transform, Map<Object, List<Object>> source) {
        Map<Object, List<Object>> rows = new TreeMap<>();
        int key = transform.output().key().get(0);
        for (List<Object> row : Rows.readAll(transform.apply(Rows.snapshot(SCHEMA, List.copyOf(source.values()))))) {
            rows.put(row.get(key), row);
        }
        return rows;
    }

    /** What a lake does with a cut: collapses to the last change of a key, fills in and reads again at the cut's end. */
    private static void apply(
            TableTransform transform,
            io.sluice.pipeline.batch.ColumnBatch changes,
            Map<Object, List<Object>> source,
            Map<Object, List<Object>> lake) {
        int keyColumn = transform.output().key().get(0);
        List<Object> again = new ArrayList<>();
        List<Object> moved = null;
        for (int i = 0; i < changes.rowCount(); i++) {
            byte operation = changes.operation(i);
            List<Object> row = Rows.read(changes, i);
            Object key = row.get(keyColumn);
            switch (RowOperation.operation(operation)) {
                case RowOperation.DELETE -> lake.remove(key);
                case RowOperation.MOVE_OUT -> moved = lake.remove(key);
                case RowOperation.TRUNCATE -> lake.clear();
                default -> {
                    boolean isMove = RowOperation.operation(operation) == RowOperation.MOVE_IN;
                    List<Object> previous = isMove ? moved : lake.get(key);
                    // The lake cannot fill in what the log left out of a row that it does not have yet.
                    boolean incomplete = previous == null
                            && row.contains(Rows.UNAVAILABLE)
                            && !RowOperation.has(operation, RowOperation.IF_PRESENT);
                    if (incomplete || RowOperation.has(operation, RowOperation.REFETCH)) {
                        again.add(key);
                        // Something must stand there for the changes that follow; it is replaced below.
                        lake.put(key, row);
                    } else if (!RowOperation.has(operation, RowOperation.IF_PRESENT) || previous != null) {
                        lake.put(key, filled(row, previous));
                    }
                }
            }
        }
        Map<Object, List<Object>> present = snapshot(transform, source);
        for (Object key : again) {
            if (present.containsKey(key)) {
                lake.put(key, present.get(key));
            } else {
                lake.remove(key);
            }
        }
    }

    private static List<Object> filled(List<Object> row, List<Object> previous) {
        List<Object> result = new ArrayList<>(row);
        for (int i = 0; i < row.size(); i++) {
            if (row.get(i) == Rows.UNAVAILABLE) {
                assertThat(previous).as("a version to take the value from").isNotNull();
                result.set(i, previous.get(i));
            }
        }
        return result;
    }

    /** One change per key and batch, so that a row read again at the end is the row of the change. */
    private static List<Rows.Change> changes(Map<Object, List<Object>> source, Random random) {
        List<Rows.Change> changes = new ArrayList<>();
        if (random.nextInt(12) == 0) {
            source.clear();
            changes.add(Rows.change(RowOperation.TRUNCATE, null, null, null, null));
        }
        for (int id = 0; id < 12; id++) {
            List<Object> old = source.get(id);
            int moved = id + 100 + random.nextInt(3) * 100;
            if (old == null) {
                if (random.nextBoolean()) {
                    List<Object> row = Rows.row(id, number(random), text(random), text(random));
                    source.put(id, row);
                    changes.add(new Rows.Change(RowOperation.INSERT, row));
                }
            } else if (random.nextInt(4) == 0) {
                source.remove(id);
                changes.add(Rows.change(RowOperation.DELETE, id, null, null, null));
            } else if (random.nextInt(4) == 0 && !source.containsKey(moved)) {
                source.remove(id);
                changes.add(Rows.change(RowOperation.MOVE_OUT, id, null, null, null));
                changes.add(update(RowOperation.MOVE_IN, moved, old, source, random));
            } else if (random.nextBoolean()) {
                changes.add(update(RowOperation.UPDATE, id, old, source, random));
            }
        }
        return changes;
    }

    private static Rows.Change update(
            byte operation, int id, List<Object> old, Map<Object, List<Object>> source, Random random) {
        List<Object> row = Rows.row(id, number(random), old.get(2), old.get(3));
        List<Object> sent = new ArrayList<>(row);
        for (int column = 2; column < 4; column++) {
            if (random.nextBoolean()) {
                row.set(column, text(random));
                sent.set(column, row.get(column));
            } else if (random.nextBoolean() && old.get(column) != null) {
                sent.set(column, Rows.UNAVAILABLE);
            }
        }
        source.put(id, row);
        return new Rows.Change(operation, sent);
    }

    private static Object number(Random random) {
        return random.nextInt(5) == 0 ? null : (Object) random.nextInt(5);
    }

    private static Object text(Random random) {
        return random.nextInt(5) == 0 ? null : List.of("a", "b", "漢").get(random.nextInt(3));
    }
}
