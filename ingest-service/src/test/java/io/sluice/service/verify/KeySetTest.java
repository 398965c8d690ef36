package io.sluice.service.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeySetTest {

    private static final TableSchema TABLE = new TableSchema(
            new TableId("shop", "orders"),
            0,
            List.of(
                    Column.of("amount", DataType.INT64, true),
                    Column.of("region", DataType.INT64, false),
                    Column.of("id", DataType.INT64, false)),
            List.of(2, 1));

    private final KeySchema schema = new KeySchema(TABLE, TABLE);

    private static ColumnBatch row(long amount, long region, long id) {
        ColumnBatch batch = ColumnBatch.create(TABLE, ColumnBatch.Content.SNAPSHOT, 1);
        ((LongVector) batch.column(0)).append(amount);
        ((LongVector) batch.column(1)).append(region);
        ((LongVector) batch.column(2)).append(id);
        batch.endRow();
        return batch;
    }

    @Test
    void keys_are_kept_once_in_the_keys_order_and_found_by_their_digests() {
        KeySet keys = new KeySet(schema, 10_000);
        for (long i = 0; i < 5_000; i++) {
            keys.add(row(-1, i, 2 * i), 0, i * 31, i);
            keys.add(row(-1, i, 2 * i), 0, i * 31, i);
        }

        assertThat(keys.size()).isEqualTo(5_000);
        assertThat(keys.refused()).isZero();
        for (int i = 0; i < 5_000; i++) {
            assertThat(keys.indexOf(i * 31L, i)).isEqualTo(i);
        }
        assertThat(keys.indexOf(31, 2)).isEqualTo(-1);
        assertThat(((LongVector) keys.keys().column(0)).get(7)).isEqualTo(14);
        assertThat(((LongVector) keys.keys().column(1)).get(7)).isEqualTo(7);
    }

    @Test
    void what_does_not_fit_is_only_counted() {
        KeySet keys = new KeySet(schema, 2);
        keys.add(row(1, 1, 1), 0, 1, 1);
        keys.add(row(2, 2, 2), 0, 2, 2);
        keys.add(row(3, 3, 3), 0, 3, 3);
        keys.add(row(1, 1, 1), 0, 1, 1);

        assertThat(keys.size()).isEqualTo(2);
        assertThat(keys.refused()).isEqualTo(1);
    }

    @Test
    void a_part_and_a_union_keep_keys_and_digests() {
        KeySet keys = new KeySet(schema, 10);
        for (long i = 0; i < 4; i++) {
            keys.add(row(0, i, i), 0, i, 0);
        }
        KeySet odd = keys.only(new boolean[] {false, true, false, true});
        KeySet zero = keys.only(new boolean[] {true, false, false, false});
        KeySet both = odd.and(zero);

        assertThat(odd.indexOf(3, 0)).isEqualTo(1);
        assertThat(odd.indexOf(2, 0)).isEqualTo(-1);
        assertThat(both.size()).isEqualTo(3);
        assertThat(both.indexOf(0, 0)).isEqualTo(2);
        assertThat(((LongVector) both.keys().column(0)).get(1)).isEqualTo(3);
    }

    @Test
    void keys_become_rows_of_either_side_with_nothing_but_the_key() {
        KeySet keys = new KeySet(schema, 10);
        keys.add(row(5, 6, 7), 0, 1, 1);

        ColumnBatch lake = schema.inLake(keys.keys());

        assertThat(lake.schema()).isEqualTo(TABLE);
        assertThat(lake.rowCount()).isEqualTo(1);
        assertThat(lake.column(0).isNull(0)).isTrue();
        assertThat(((LongVector) lake.column(1)).get(0)).isEqualTo(6);
        assertThat(((LongVector) lake.column(2)).get(0)).isEqualTo(7);
    }
}
