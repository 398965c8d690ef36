package io.sluice.pipeline.transform;

import static io.sluice.pipeline.transform.Rows.UNAVAILABLE;
import static io.sluice.pipeline.transform.Rows.change;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.batch.RowRefusal;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rows that cannot be transformed are left out, and nothing else is. */
class SiftTest {

    private static final TableId SOURCE = TableId.parse("public.orders");
    private static final TableId SINK = TableId.parse("shop.orders");

    private static final TableSchema TABLE = new TableSchema(
            SOURCE,
            0,
            List.of(
                    Column.of("id", DataType.INT64, false),
                    Column.of("amount", DataType.INT32, true),
                    new Column("doc", DataType.STRING, true, "text", Column.Storage.OUT_OF_LINE),
                    Column.of("due", DataType.DATE, true)),
            List.of(0));

    private static TableTransform compile(String projection, String filter) {
        return TransformCompiler.compile(
                new TransformSpec(SOURCE, SINK, projection, Optional.ofNullable(filter)), TABLE);
    }

    private static SiftedRows sift(TableTransform transform, Rows.Change... changes) {
        return transform.sift(Rows.changes(TABLE, List.of(changes)));
    }

    private static List<String> left(SiftedRows sifted) {
        return sifted.refusals().stream()
                .map(refusal -> refusal.row() + " " + refusal.column())
                .toList();
    }

    private static List<Integer> origins(SiftedRows sifted) {
        List<Integer> origins = new ArrayList<>();
        for (int i = 0; i < sifted.rows().rowCount(); i++) {
            origins.add(sifted.origin(i));
        }
        return origins;
    }

    private static ColumnBatch snapshot(int rows) {
        ColumnBatch batch = ColumnBatch.create(TABLE, ColumnBatch.Content.SNAPSHOT, rows);
        for (int i = 0; i < rows; i++) {
            Rows.append(batch.column(0), (long) i);
            Rows.append(batch.column(1), i % 7 == 3 ? 0 : 1 + i % 7);
            Rows.append(batch.column(2), "d");
            Rows.append(batch.column(3), null);
            batch.endRow();
        }
        return batch;
    }

    /** Refuses the due date of the row that is being appended. */
    private static void refuseDue(ColumnBatch batch) {
        batch.refuse("due", "is an infinite date", "A value of column 'due' of public.orders is an infinite date");
    }

    private static ColumnBatch changes(List<Rows.Change> changes, int... refused) {
        ColumnBatch batch = ColumnBatch.create(TABLE, ColumnBatch.Content.CHANGES, 4);
        int row = 0;
        for (Rows.Change change : changes) {
            for (int i = 0; i < 4; i++) {
                Rows.append(batch.column(i), change.row().get(i));
            }
            for (int one : refused) {
                if (one == row) {
                    refuseDue(batch);
                }
            }
            batch.endChange(change.operation(), 100 + row++);
        }
        return batch;
    }

    @Test
    void everyRowOnWhichTheProjectionFailsIsFoundAndTheOthersAreAsWithoutIt() {
        TableTransform transform = compile("id, 100 / amount AS share", null);
        ColumnBatch batch = snapshot(1_000);

        SiftedRows sifted = transform.sift(batch);

        List<Integer> bad = new ArrayList<>();
        List<Integer> good = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            (i % 7 == 3 ? bad : good).add(i);
        }
        assertThat(sifted.refusals()).extracting(RowRefusal::row).isEqualTo(bad);
        assertThat(sifted.refusals()).extracting(RowRefusal::column).containsOnly("share");
        assertThat(sifted.refusals())
                .extracting(RowRefusal::reason)
                .allMatch(reason -> reason.contains("division by zero"));
        int[] selection = good.stream().mapToInt(i -> i).toArray();
        ColumnBatch expected = transform.apply(batch.gather(selection, selection.length));
        assertThat(sifted.rows().rowCount()).isEqualTo(expected.rowCount());
        for (int i = 0; i < expected.rowCount(); i++) {
            assertThat(Rows.read(sifted.rows(), i)).isEqualTo(Rows.read(expected, i));
        }
    }

    @Test
    void aRowThatTheFilterDropsIsNotRefusedForItsProjection() {
        TableTransform transform = compile("id, 100 / amount AS share", "amount <> 0");

        SiftedRows states = transform.sift(snapshot(14));
        SiftedRows changes = sift(
                transform,
                change(RowOperation.INSERT, 1L, 0, "d", null),
                change(RowOperation.UPDATE, 2L, 0, "d", null),
                change(RowOperation.INSERT, 3L, 5, "d", null));

        assertThat(states.refusals()).isEmpty();
        assertThat(states.rows().rowCount()).isEqualTo(12);
        assertThat(changes.refusals()).isEmpty();
        assertThat(Rows.describe(changes.rows())).containsExactly("DELETE [2, null]", "INSERT [3, 20]");
    }

    @Test
    void aFilterThatFailsLeavesItsRowOutUnderItsOwnName() {
        TableTransform transform = compile("id, amount", "10 / amount > 1");

        assertThat(left(transform.sift(snapshot(8)))).containsExactly("3 filter");
        SiftedRows changes = sift(
                transform,
                change(RowOperation.INSERT, 1L, 2, "d", null),
                change(RowOperation.UPDATE, 2L, 0, "d", null),
                change(RowOperation.UPDATE, 3L, 100, "d", null));
        assertThat(left(changes)).containsExactly("1 filter");
        assertThat(Rows.describe(changes.rows()))
                .containsExactly("INSERT [1, 2]", "DELETE [2, null]", "DELETE [3, null]");
    }

    @Test
    void aChangeThatCannotBeTransformedTakesTheOldVersionAway() {
        TableTransform transform = compile("id, 100 / amount AS share", null);

        SiftedRows sifted = sift(
                transform,
                change(RowOperation.INSERT, 1L, 0, "d", null),
                change(RowOperation.INSERT, 2L, 1, "d", null),
                change(RowOperation.UPDATE, 3L, 0, "d", null),
                change(RowOperation.MOVE_OUT, 4L, null, null, null),
                change(RowOperation.MOVE_IN, 5L, 0, "d", null),
                change(RowOperation.MOVE_OUT, 6L, null, null, null),
                change(RowOperation.MOVE_IN, 7L, 4, "d", null),
                change(RowOperation.DELETE, 8L, null, null, null),
                change(RowOperation.TRUNCATE, null, null, null, null));

        assertThat(left(sifted)).containsExactly("0 share", "2 share", "4 share");
        assertThat(Rows.describe(sifted.rows()))
                .containsExactly(
                        "INSERT [2, 100]",
                        "DELETE [3, null]",
                        "DELETE [4, null]",
                        "DELETE [5, null]",
                        "MOVE_OUT [6, null]",
                        "MOVE_IN [7, 25]",
                        "DELETE [8, null]",
                        "TRUNCATE [null, null]");
        assertThat(origins(sifted)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void rowsThatFailInDifferentColumnsAreAllFoundAndEachIsNamedOnce() {
        TableTransform transform =
                compile("id, 100 / amount AS a, 100 / (amount - 1) AS b, CAST(doc AS INT) AS c", null);

        SiftedRows sifted = sift(
                transform,
                change(RowOperation.INSERT, 1L, 0, "x", null),
                change(RowOperation.INSERT, 2L, 1, "5", null),
                change(RowOperation.INSERT, 3L, 2, "y", null),
                change(RowOperation.INSERT, 4L, 2, "6", null));

        assertThat(left(sifted)).containsExactly("0 a", "1 b", "2 c");
        assertThat(Rows.describe(sifted.rows())).containsExactly("INSERT [4, 50, 100, 6]");
    }

    @Test
    void aRefusedValueIsLeftOutWhereItIsReadAndMattersNowhereElse() {
        List<Rows.Change> rows = List.of(
                change(RowOperation.INSERT, 1L, 1, "d", null),
                change(RowOperation.UPDATE, 2L, 2, "d", null),
                change(RowOperation.UPDATE, 3L, 3, "d", null));

        SiftedRows all = compile("*", null).sift(changes(rows, 1));
        SiftedRows without = compile("id, amount", null).sift(changes(rows, 1));
        SiftedRows dropped = compile("*", "amount <> 2").sift(changes(rows, 1));
        SiftedRows filtered = compile("id", "due IS NULL").sift(changes(rows, 1));

        assertThat(left(all)).containsExactly("1 due");
        assertThat(Rows.describe(all.rows()))
                .containsExactly("INSERT [1, 1, d, null]", "DELETE [2, null, null, null]", "UPDATE [3, 3, d, null]");
        assertThat(without.refusals()).isEmpty();
        assertThat(Rows.describe(without.rows())).containsExactly("INSERT [1, 1]", "UPDATE [2, 2]", "UPDATE [3, 3]");
        assertThat(dropped.refusals()).isEmpty();
        assertThat(Rows.describe(dropped.rows()))
                .containsExactly("INSERT [1, 1, d, null]", "DELETE [2, null, null, null]", "UPDATE [3, 3, d, null]");
        assertThat(left(filtered)).containsExactly("1 due");
        assertThat(Rows.describe(filtered.rows())).containsExactly("INSERT [1]", "DELETE [2]", "UPDATE [3]");
    }

    @Test
    void refusedValuesOfASnapshotAreLeftOutWithThoseOnWhichExpressionsFail() {
        ColumnBatch batch = ColumnBatch.create(TABLE, ColumnBatch.Content.SNAPSHOT, 4);
        for (int i = 0; i < 5; i++) {
            Rows.append(batch.column(0), (long) i);
            Rows.append(batch.column(1), i == 2 ? 0 : 5);
            Rows.append(batch.column(2), null);
            Rows.append(batch.column(3), null);
            if (i == 0 || i == 2) {
                refuseDue(batch);
            }
            batch.endRow();
        }

        SiftedRows plain = compile("*", null).sift(batch);
        SiftedRows computed = compile("id, 10 / amount AS part", null).sift(batch);
        SiftedRows both = compile("*, 10 / amount AS part", null).sift(batch);

        assertThat(left(plain)).containsExactly("0 due", "2 due");
        assertThat(plain.rows().schema().table()).isEqualTo(SINK);
        assertThat(plain.rows().rowCount()).isEqualTo(3);
        assertThat(left(computed)).containsExactly("2 part");
        assertThat(left(both)).containsExactly("0 due", "2 due");
    }

    @Test
    void whatTheLogLeftOutDecidesWhetherARefusedRowMustBeReadAgain() {
        TableTransform transform = compile("id, doc, due", "doc = 'd'");
        List<Rows.Change> rows = List.of(
                change(RowOperation.UPDATE, 1L, 1, UNAVAILABLE, null),
                change(RowOperation.UPDATE, 2L, 1, UNAVAILABLE, null),
                change(RowOperation.UPDATE, 3L, 1, "d", null),
                change(RowOperation.UPDATE, 4L, 1, "other", null));

        SiftedRows sifted = transform.sift(changes(rows, 1, 2, 3));

        assertThat(left(sifted)).containsExactly("2 due");
        assertThat(Rows.describe(sifted.rows()))
                .containsExactly(
                        "UPDATE|IF_PRESENT [1, unavailable, null]",
                        "UPDATE|REFETCH [2, unavailable, null]",
                        "DELETE [3, null, null]",
                        "DELETE [4, null, null]");
    }

    @Test
    void aBatchWithoutFaultIsTransformedAsEver() {
        TableTransform transform = compile("id, amount + 1 AS more", "amount > 1");
        Rows.Change[] changes = {
            change(RowOperation.INSERT, 1L, 0, "d", null),
            change(RowOperation.INSERT, 2L, 2, "d", null),
            change(RowOperation.UPDATE, 3L, 0, "d", null)
        };

        SiftedRows sifted = sift(transform, changes);

        assertThat(sifted.refusals()).isEmpty();
        assertThat(Rows.describe(sifted.rows()))
                .isEqualTo(Rows.describe(transform.apply(Rows.changes(TABLE, List.of(changes)))));
        assertThat(origins(sifted)).containsExactly(1, 2);
    }

    @Test
    void withoutSiftingARefusedValueFailsTheBatchWithItsMessage() {
        ColumnBatch batch = changes(List.of(change(RowOperation.INSERT, 1L, 1, "d", null)), 0);

        for (TableTransform transform : List.of(compile("*", null), compile("id", "amount > 5"))) {
            assertThatThrownBy(() -> transform.apply(batch))
                    .isInstanceOfSatisfying(PipelineException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(ErrorKind.DATA_REFUSED);
                        assertThat(failure.table()).contains(SOURCE);
                        assertThat(failure).hasMessage("A value of column 'due' of public.orders is an infinite date");
                    });
        }
    }

    @Test
    void refusalsFollowTheirRowsThroughGatheringAndEmptying() {
        ColumnBatch batch = changes(
                List.of(
                        change(RowOperation.INSERT, 1L, 1, "d", null),
                        change(RowOperation.INSERT, 2L, 1, "d", null),
                        change(RowOperation.INSERT, 3L, 1, "d", null)),
                0,
                2);

        ColumnBatch gathered = batch.gather(new int[] {2, 1}, 2);

        assertThat(gathered.refusals()).extracting(RowRefusal::row).containsExactly(0);
    }
}
