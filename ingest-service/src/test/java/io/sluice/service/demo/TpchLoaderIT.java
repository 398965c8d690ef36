package io.sluice.service.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.service.demo.TpchLoader.Constraint;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class TpchLoaderIT {

    @Test
    void all_tables_are_filled_and_their_keys_hold(TestDatabase database) throws Exception {
        long rows = new TpchLoader(database::connect, "public", 0.01, 2)
                .load(Constraint.PRIMARY_KEYS, Constraint.FOREIGN_KEYS);

        assertThat(database.queryLong("SELECT count(*) FROM lineitem")).isEqualTo(60_175);
        assertThat(database.queryLong("SELECT count(*) FROM orders")).isEqualTo(15_000);
        assertThat(rows).isEqualTo(5 + 25 + 100 + 2_000 + 8_000 + 1_500 + 15_000 + 60_175);
        assertThat(database.queryLong("SELECT count(*) FROM pg_constraint WHERE contype = 'f'"
                        + " AND connamespace = 'public'::regnamespace"))
                .isEqualTo(8);
        assertThat(database.queryLong("SELECT count(*) FROM pg_constraint WHERE contype = 'p'"
                        + " AND connamespace = 'public'::regnamespace"))
                .isEqualTo(8);
        // An order's price is that of its lines, each cut to cents twice: the parts of the two tables fit together.
        assertThat(database.queryLong("SELECT count(*) FROM orders JOIN (SELECT l_orderkey,"
                        + " sum(l_extendedprice * (1 + l_tax) * (1 - l_discount)) s FROM lineitem GROUP BY 1) l"
                        + " ON l_orderkey = o_orderkey WHERE abs(o_totalprice - s) > 0.15"))
                .isZero();
    }

    @Test
    void line_items_can_have_a_key_of_one_column(TestDatabase database) throws Exception {
        long rows = new TpchLoader(database::connect, "public", 0.01, 3).loadLineItemsWithId("items");

        assertThat(rows).isEqualTo(60_175);
        assertThat(database.queryLong("SELECT count(DISTINCT l_id) FROM items")).isEqualTo(60_175);
        assertThat(database.queryLong(
                        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'items'::regclass AND attnum > 0"))
                .isEqualTo(17);
    }

    @Test
    void an_unknown_table_is_refused(TestDatabase database) {
        assertThatThrownBy(
                        () -> new TpchLoader(database::connect, "public", 0.01, 1).load(List.of("orders", "lineitems")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lineitems");
    }

    @Test
    @Tag("slow")
    void six_million_line_items_take_a_few_minutes_at_most(TestDatabase database) throws Exception {
        long start = System.nanoTime();

        long rows = new TpchLoader(database::connect, "public", 1, 2).loadLineItemsWithId("items");

        assertThat(rows).isEqualTo(6_001_215);
        assertThat((System.nanoTime() - start) / 1_000_000_000).isLessThan(300);
    }
}
