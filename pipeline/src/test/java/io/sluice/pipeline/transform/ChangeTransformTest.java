package io.sluice.pipeline.transform;

import static io.sluice.pipeline.transform.Rows.UNAVAILABLE;
import static io.sluice.pipeline.transform.Rows.change;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChangeTransformTest {

    private static final TableId SOURCE = TableId.parse("public.orders");
    private static final TableId SINK = TableId.parse("shop.orders");

    private static final TableSchema KEYED = new TableSchema(
            SOURCE,
            0,
            List.of(
                    Column.of("id", DataType.INT64, false),
                    Column.of("amount", DataType.INT32, true),
                    new Column("doc", DataType.STRING, true, "text", Column.Storage.OUT_OF_LINE),
                    new Column("note", DataType.STRING, true, "text", Column.Storage.OUT_OF_LINE)),
            List.of(0));

    private static final TableSchema KEYLESS = new TableSchema(
            SOURCE, 0, List.of(Column.of("a", DataType.INT32, true), Column.of("b", DataType.STRING, true)), List.of());

    private static TableTransform compile(TableSchema schema, String projection, String filter) {
        return TransformCompiler.compile(
                new TransformSpec(SOURCE, SINK, projection, Optional.ofNullable(filter)), schema);
    }

    private static List<String> transformed(TableTransform transform, Rows.Change... changes) {
        return Rows.describe(transform.apply(Rows.changes(transform.input(), List.of(changes))));
    }

    @Test
    void anUpdateThatNoLongerMatchesBecomesADeleteOfItsKey() {
        TableTransform transform = compile(KEYED, "*, amount + 1 AS more", "amount > 10");
        assertThat(transformed(
                        transform,
                        change(RowOperation.INSERT, 1L, 11, "d", "n"),
                        change(RowOperation.INSERT, 2L, 9, "d", "n"),
                        change(RowOperation.INSERT, 3L, null, "d", "n"),
                        change(RowOperation.UPDATE, 4L, 12, "d", "n"),
                        change(RowOperation.UPDATE, 5L, 3, "d", "n"),
                        change(RowOperation.UPDATE, 6L, null, "d", "n"),
                        change(RowOperation.DELETE, 7L, null, null, null)))
                .containsExactly(
                        "INSERT [1, 11, d, n, 12]",
                        "UPDATE [4, 12, d, n, 13]",
                        "DELETE [5, null, null, null, null]",
                        "DELETE [6, null, null, null, null]",
                        "DELETE [7, null, null, null, null]");
    }

    @Test
    void aMoveOutOfTheFilterDeletesTheOldAndTheNewKey() {
        TableTransform transform = compile(KEYED, "id AS key, amount", "amount > 10");
        assertThat(transformed(
                        transform,
                        change(RowOperation.MOVE_OUT, 1L, null, null, null),
                        change(RowOperation.MOVE_IN, 2L, 11, "d", "n"),
                        change(RowOperation.MOVE_OUT, 3L, null, null, null),
                        change(RowOperation.MOVE_IN, 4L, 9, "d", "n")))
                .containsExactly("MOVE_OUT [1, null]", "MOVE_IN [2, 11]", "DELETE [3, null]", "DELETE [4, null]");
    }

    @Test
    void aFilterOverUnavailableValuesOnlyPassesTheRowIfItIsPresent() {
        TableTransform transform = compile(KEYED, "id, amount", "doc <> 'x' AND note <> 'y'");
        assertThat(transformed(
                        transform,
                        change(RowOperation.UPDATE, 1L, 1, UNAVAILABLE, UNAVAILABLE),
                        change(RowOperation.UPDATE, 2L, 2, "x", UNAVAILABLE),
                        change(RowOperation.UPDATE, 3L, 3, "x", "n"),
                        change(RowOperation.UPDATE, 4L, 4, "d", "n"),
                        change(RowOperation.MOVE_OUT, 5L, null, null, null),
                        change(RowOperation.MOVE_IN, 6L, 6, UNAVAILABLE, UNAVAILABLE)))
                .containsExactly(
                        "UPDATE|IF_PRESENT [1, 1]",
                        "UPDATE|REFETCH [2, 2]",
                        "DELETE [3, null]",
                        "UPDATE [4, 4]",
                        "MOVE_OUT [5, null]",
                        "MOVE_IN|IF_PRESENT [6, 6]");
    }

    @Test
    void aComputedColumnOfUnavailableValuesIsUnavailableAndAMixedOneIsReadAgain() {
        TableTransform transform = compile(
                KEYED, "*, UPPER(doc) AS loud, doc || note AS joined, UPPER(note) || CAST(amount AS TEXT) AS m", null);
        assertThat(transform.output().column(4).storage()).isEqualTo(Column.Storage.OUT_OF_LINE);
        assertThat(transform.output().column(5).storage()).isEqualTo(Column.Storage.OUT_OF_LINE);
        assertThat(transform.output().column(6).storage()).isEqualTo(Column.Storage.INLINE);
        assertThat(transformed(
                        transform,
                        change(RowOperation.UPDATE, 1L, 1, "d", "n"),
                        change(RowOperation.UPDATE, 2L, 2, UNAVAILABLE, "n"),
                        change(RowOperation.UPDATE, 3L, 3, "d", UNAVAILABLE),
                        change(RowOperation.DELETE, 4L, null, null, null)))
                .containsExactly(
                        "UPDATE [1, 1, d, n, D, dn, N1]",
                        "UPDATE|REFETCH [2, 2, unavailable, n, unavailable, unavailable, unavailable]",
                        "UPDATE|REFETCH [3, 3, d, unavailable, unavailable, unavailable, unavailable]",
                        "DELETE [4, null, null, null, null, null, null]");
        TableTransform single = compile(KEYED, "id, UPPER(doc) AS loud", null);
        assertThat(transformed(single, change(RowOperation.UPDATE, 2L, 2, UNAVAILABLE, "n")))
                .containsExactly("UPDATE [2, unavailable]");
    }

    @Test
    void aRowThatMayNotBePresentIsReadAgainWhenItsColumnsCannotBeComputed() {
        TableTransform transform = compile(KEYED, "id, 10 / amount AS share", "doc <> 'x'");
        assertThat(transformed(
                        transform,
                        change(RowOperation.UPDATE, 1L, 5, "d", "n"),
                        change(RowOperation.UPDATE, 2L, 0, UNAVAILABLE, "n")))
                .containsExactly("UPDATE [1, 2]", "UPDATE|REFETCH [2, unavailable]");
        assertThat(transformed(transform, change(RowOperation.UPDATE, 2L, 2, UNAVAILABLE, "n")))
                .containsExactly("UPDATE|IF_PRESENT [2, 5]");
    }

    @Test
    void rowsThatTheFilterDropsAreNotComputed() {
        TableTransform transform = compile(KEYED, "id, 10 / amount AS share", "amount <> 0");
        assertThat(transformed(
                        transform,
                        change(RowOperation.INSERT, 1L, 0, "d", "n"),
                        change(RowOperation.UPDATE, 2L, 0, "d", "n"),
                        change(RowOperation.DELETE, 3L, null, null, null),
                        change(RowOperation.INSERT, 4L, 2, "d", "n")))
                .containsExactly("DELETE [2, null]", "DELETE [3, null]", "INSERT [4, 5]");
    }

    @Test
    void aTruncatePassesThrough() {
        TableTransform transform = compile(KEYED, "id, COALESCE(amount, 1) AS n", "amount > 0");
        assertThat(transformed(
                        transform,
                        change(RowOperation.INSERT, 1L, 1, "d", "n"),
                        change(RowOperation.TRUNCATE, null, null, null, null)))
                .containsExactly("INSERT [1, 1]", "TRUNCATE [null, null]");
    }

    @Test
    void withoutAKeyADeleteIsTheTransformedOldRow() {
        TableTransform transform = compile(KEYLESS, "a, UPPER(b) AS b", "a > 1");
        assertThat(transformed(
                        transform,
                        change(RowOperation.DELETE, 1, "x"),
                        change(RowOperation.DELETE, 2, "y"),
                        change(RowOperation.INSERT, 3, "z"),
                        change(RowOperation.INSERT, null, "z")))
                .containsExactly("DELETE [2, Y]", "INSERT [3, Z]");
    }

    @Test
    void withoutAKeyAnUpdateIsADefectOfTheSource() {
        TableTransform transform = compile(KEYLESS, "a, UPPER(b) AS b", null);
        assertThatThrownBy(() -> transformed(transform, change(RowOperation.UPDATE, 1, "x")))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INTERNAL))
                .hasMessageContaining("public.orders");
    }

    @Test
    void deletesThatCarryTheWholeOldRowKeepOnlyTheKey() {
        TableTransform transform = compile(KEYED, "doc, id", null);
        assertThat(transform.output().key()).containsExactly(1);
        assertThat(transformed(
                        transform,
                        change(RowOperation.DELETE, 1L, 7, "old", "old"),
                        change(RowOperation.INSERT, 2L, 7, "new", "new")))
                .containsExactly("DELETE [null, 1]", "INSERT [new, 2]");
    }

    @Test
    void positionsStayWithTheirRows() {
        TableTransform transform = compile(KEYED, "id", "amount = 1");
        ColumnBatch result = transform.apply(Rows.changes(
                KEYED,
                List.of(
                        change(RowOperation.INSERT, 1L, 0, null, null),
                        change(RowOperation.INSERT, 2L, 1, null, null),
                        change(RowOperation.UPDATE, 3L, 0, null, null))));
        assertThat(result.positions()).startsWith(101L, 102L);
        assertThat(result.rowCount()).isEqualTo(2);
    }

    @Test
    void vectorsAreSharedWhenNoRowIsDropped() {
        TableTransform transform = compile(KEYED, "id, doc AS text, amount * 2 AS twice", "amount > 0");
        ColumnBatch batch = Rows.changes(KEYED, List.of(change(RowOperation.INSERT, 1L, 1, "d", "n")));
        ColumnBatch result = transform.apply(batch);
        assertThat(result.column(0)).isSameAs(batch.column(0));
        assertThat(result.column(1)).isSameAs(batch.column(2));
        assertThat(result.schema().table()).isEqualTo(SINK);
    }

    @Test
    void anInsertWithAnUnavailableValueInItsFilterIsADefectOfTheSource() {
        TableTransform transform = compile(KEYED, "*", "doc = 'x'");
        assertThatThrownBy(() -> transformed(transform, change(RowOperation.INSERT, 1L, 1, UNAVAILABLE, "n")))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INTERNAL));
    }
}
