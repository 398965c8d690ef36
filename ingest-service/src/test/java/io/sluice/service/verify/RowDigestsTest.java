package io.sluice.service.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowDigestsTest {

    private static final TableSchema SCHEMA = new TableSchema(
            new TableId("public", "t"),
            0,
            List.of(
                    Column.of("a", DataType.STRING, true),
                    Column.of("b", DataType.STRING, true),
                    Column.of("c", DataType.INT32, true),
                    Column.of("d", DataType.FLOAT64, true)),
            List.of());

    private final ColumnBatch batch = ColumnBatch.create(SCHEMA, ColumnBatch.Content.SNAPSHOT, 4);

    @Test
    void rows_that_differ_anywhere_have_different_digests() {
        row("ab", "c", 1, 1.0);
        row("a", "bc", 1, 1.0);
        row(null, "abc", 1, 1.0);
        row("", "abc", 1, 1.0);
        row("abc", "", 1, 1.0);
        row("ab", "c", 2, 1.0);
        row("ab", "c", null, 1.0);
        row("ab", "c", 0, 1.0);
        row("ab", "c", 1, -0.0);
        row("ab", "c", 1, 0.0);
        row("abcdefgh", "ijklmnopq", 1, 1.0);
        row("abcdefghi", "jklmnopq", 1, 1.0);

        assertThat(digests()).hasSize(12);
    }

    @Test
    void equal_rows_have_equal_digests_and_every_nan_is_one() {
        row("text of more than eight bytes", null, 5, Double.NaN);
        row("text of more than eight bytes", null, 5, Double.longBitsToDouble(0x7ff8000000000001L));

        assertThat(digests()).hasSize(1);
    }

    private Set<List<Long>> digests() {
        RowDigests digests = new RowDigests();
        digests.compute(batch, new int[] {0, 1, 2, 3});
        Set<List<Long>> distinct = new HashSet<>();
        for (int i = 0; i < batch.rowCount(); i++) {
            distinct.add(List.of(digests.high()[i], digests.low()[i]));
        }
        return distinct;
    }

    private void row(String a, String b, Integer c, double d) {
        text(0, a);
        text(1, b);
        if (c == null) {
            batch.column(2).appendNull();
        } else {
            ((IntVector) batch.column(2)).append(c);
        }
        ((DoubleVector) batch.column(3)).append(d);
        batch.endRow();
    }

    private void text(int column, String value) {
        if (value == null) {
            batch.column(column).appendNull();
        } else {
            ((BytesVector) batch.column(column)).append(value.getBytes(StandardCharsets.UTF_8));
        }
    }
}
