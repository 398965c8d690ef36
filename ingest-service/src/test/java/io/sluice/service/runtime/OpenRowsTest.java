package io.sluice.service.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.lake.DeadLetterEvent;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.transform.TableTransform;
import io.sluice.pipeline.transform.TransformCompiler;
import io.sluice.pipeline.transform.TransformSpec;
import io.sluice.service.runtime.OpenRows.Target;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which rows are set aside, and which changes only the source can complete because of that. */
class OpenRowsTest {

    private static final TableId SOURCE = TableId.parse("public.orders");
    private static final TableSchema SCHEMA = new TableSchema(
            SOURCE,
            0,
            List.of(
                    Column.of("id", DataType.STRING, false),
                    Column.of("n", DataType.INT64, true),
                    new Column("doc", DataType.STRING, true, "text", Column.Storage.OUT_OF_LINE)),
            List.of(0));
    private static final TableTransform TRANSFORM =
            TransformCompiler.compile(TransformSpec.identity(SOURCE, TableId.parse("lake.orders")), SCHEMA);

    private final OpenRows rows = new OpenRows(SCHEMA, TRANSFORM.output(), 3, Clock.systemUTC());

    private static ColumnBatch batch(Object... changes) {
        ColumnBatch batch = ColumnBatch.create(SCHEMA, ColumnBatch.Content.CHANGES, 4);
        for (Object change : changes) {
            Change one = (Change) change;
            append(batch.column(0), one.key);
            if (one.refused) {
                batch.column(1).appendNull();
                batch.refuse("n", "is refused", "n of public.orders is refused");
            } else {
                ((LongVector) batch.column(1)).append(1);
            }
            if (one.complete) {
                append(batch.column(2), "doc");
            } else {
                batch.column(2).appendUnavailable();
            }
            batch.endChange(one.operation, 100);
        }
        return batch;
    }

    private record Change(byte operation, String key, boolean refused, boolean complete) {}

    private static void append(ColumnVector vector, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ((BytesVector) vector).append(bytes, 0, bytes.length);
    }

    private static Change good(byte operation, String key) {
        return new Change(operation, key, false, true);
    }

    private static Change bad(byte operation, String key) {
        return new Change(operation, key, true, true);
    }

    private static Change partial(byte operation, String key) {
        return new Change(operation, key, false, false);
    }

    private boolean[] refetched(Target target, Object... changes) {
        ColumnBatch out = rows.apply(TRANSFORM, batch(changes), target);
        boolean[] refetched = new boolean[out.rowCount()];
        for (int i = 0; i < refetched.length; i++) {
            refetched[i] = RowOperation.has(out.operation(i), RowOperation.REFETCH);
        }
        return refetched;
    }

    private List<String> taken() {
        return rows.take(5, new LogSequenceNumber(500)).stream()
                .map(event -> event.kind() + " " + event.letter().key() + " cut "
                        + event.letter().cut())
                .toList();
    }

    @Test
    void aRowIsSetAsideOnceAndResolvedOnce() {
        rows.apply(TRANSFORM, batch(bad(RowOperation.INSERT, "a"), bad(RowOperation.UPDATE, "a")), Target.TABLE);
        assertThat(taken()).containsExactly("SET_ASIDE id='a' cut 5");
        assertThat(rows.count()).isEqualTo(1);
        rows.apply(TRANSFORM, batch(good(RowOperation.UPDATE, "a"), good(RowOperation.UPDATE, "a")), Target.TABLE);
        assertThat(taken()).containsExactly("RESOLVED id='a' cut 5");
        assertThat(rows.count()).isZero();
    }

    @Test
    void anIncompleteChangeOfARowThatIsSetAsideIsReadAgainAlsoWithinOneBatch() {
        assertThat(refetched(
                        Target.TABLE,
                        partial(RowOperation.UPDATE, "a"),
                        bad(RowOperation.UPDATE, "a"),
                        partial(RowOperation.UPDATE, "a"),
                        partial(RowOperation.UPDATE, "b")))
                .containsExactly(false, false, true, false);
        // Only what is read decides.
        assertThat(rows.count()).isEqualTo(1);
        assertThat(refetched(Target.TABLE, good(RowOperation.UPDATE, "a"), partial(RowOperation.UPDATE, "a")))
                .containsExactly(false, false);
        assertThat(taken()).containsExactly("SET_ASIDE id='a' cut 5", "RESOLVED id='a' cut 5");
    }

    @Test
    void aRowThatMovesAwayFromASetAsideKeyIsReadAgainWhenItIsIncomplete() {
        rows.apply(TRANSFORM, batch(bad(RowOperation.INSERT, "a")), Target.TABLE);
        assertThat(refetched(Target.TABLE, good(RowOperation.MOVE_OUT, "a"), partial(RowOperation.MOVE_IN, "b")))
                .containsExactly(false, true);
        assertThat(refetched(Target.TABLE, good(RowOperation.MOVE_OUT, "c"), partial(RowOperation.MOVE_IN, "d")))
                .containsExactly(false, false);
        assertThat(taken()).containsExactly("SET_ASIDE id='a' cut 5", "RESOLVED id='a' cut 5");
    }

    @Test
    void whatTheLoadLeavesOutStaysOpenUntilTheLoadHasItToo() {
        rows.apply(
                TRANSFORM, batch(bad(RowOperation.INSERT, "a"), bad(RowOperation.INSERT, "b")), Target.TABLE_AND_LOAD);
        assertThat(taken()).containsExactly("SET_ASIDE id='a' cut 0", "SET_ASIDE id='b' cut 0");
        rows.apply(TRANSFORM, batch(good(RowOperation.UPDATE, "a")), Target.TABLE);
        assertThat(taken()).isEmpty();
        rows.apply(TRANSFORM, batch(good(RowOperation.UPDATE, "a")), Target.LOAD);
        assertThat(taken()).containsExactly("RESOLVED id='a' cut 5");
        rows.apply(TRANSFORM, batch(bad(RowOperation.INSERT, "c")), Target.TABLE);
        rows.publishLoad();
        assertThat(taken()).containsExactly("SET_ASIDE id='c' cut 5", "RESOLVED id='c' cut 5");
        assertThat(rows.count()).isEqualTo(1);
    }

    @Test
    void moreThanTheLimitFailTheTableWithBothNumbers() {
        assertThatThrownBy(() -> rows.apply(
                        TRANSFORM,
                        batch(
                                bad(RowOperation.INSERT, "a"),
                                bad(RowOperation.INSERT, "b"),
                                bad(RowOperation.INSERT, "c"),
                                bad(RowOperation.INSERT, "d")),
                        Target.TABLE))
                .hasMessageContaining("has 4 rows")
                .hasMessageContaining("lets it set 3 aside")
                .hasMessageContaining("n of public.orders is refused");
    }

    @Test
    void longKeysAreCutAndStayDifferent() {
        String head = "it's ".repeat(100);
        String one = RowKeyText.of(batch(good(RowOperation.INSERT, head + "1")), 0);
        String other = RowKeyText.of(batch(good(RowOperation.INSERT, head + "2")), 0);
        assertThat(one)
                .hasSizeLessThanOrEqualTo(RowKeyText.LONGEST)
                .startsWith("id='it''s it''s")
                .contains("sha256");
        assertThat(other).isNotEqualTo(one);
        assertThat(RowKeyText.of(batch(good(RowOperation.INSERT, "it's")), 0)).isEqualTo("id='it''s'");
    }

    @Test
    void theLettersOfARunBeforeAreOpenFromTheStart() {
        rows.apply(TRANSFORM, batch(bad(RowOperation.INSERT, "a")), Target.TABLE);
        List<DeadLetterEvent> events = rows.take(1, new LogSequenceNumber(1));
        OpenRows next = new OpenRows(SCHEMA, TRANSFORM.output(), 3, Clock.systemUTC());
        next.begin(DeadLetterEvent.open(events), letter -> false);
        assertThat(next.count()).isEqualTo(1);
        ColumnBatch out = next.apply(TRANSFORM, batch(partial(RowOperation.UPDATE, "a")), Target.TABLE);
        assertThat(RowOperation.has(out.operation(0), RowOperation.REFETCH)).isTrue();
    }
}
