package io.sluice.service.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangeSumsTest {

    private final RangeSums sums = new RangeSums(4);

    @Test
    void the_same_rows_in_another_order_come_to_nothing() {
        Random random = new Random(7);
        List<long[]> rows = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            rows.add(new long[] {random.nextLong(), random.nextLong(), random.nextLong()});
        }
        rows.forEach(row -> sums.source(row[0], row[1], row[2]));
        Collections.shuffle(rows, random);
        rows.forEach(row -> sums.lake(row[0], row[1], row[2]));

        assertThat(sums.differing().isEmpty()).isTrue();
        assertThat(sums.sourceRows()).isEqualTo(10_000);
        assertThat(sums.lakeRows()).isEqualTo(10_000);
    }

    @Test
    void only_the_ranges_of_rows_that_differ_are_told() {
        for (long range = 0; range < 16; range++) {
            long key = range << 60;
            sums.source(key, range, -range);
            if (range != 3) {
                sums.lake(key, range, range == 15 ? range : -range);
            }
        }
        // The same sum of the lower halves, but not of the higher ones.
        sums.source(9L << 60, 1, 5);
        sums.lake(9L << 60, 2, 5);

        assertThat(sums.differing().stream()).containsExactly(3, 9, 15);
        assertThat(sums.ranges()).isEqualTo(16);
    }

    @Test
    void a_row_that_one_side_has_twice_differs_though_its_digest_is_nothing() {
        sums.source(0, 0, 0);
        sums.lake(0, 0, 0);
        sums.lake(0, 0, 0);

        assertThat(sums.differing().stream()).containsExactly(0);
    }

    @Test
    void a_carry_between_the_halves_is_not_lost() {
        sums.source(0, 0, -1);
        sums.source(0, 0, 1);
        sums.lake(0, 1, 0);
        sums.lake(0, 0, 0);

        assertThat(sums.differing().isEmpty()).isTrue();
    }
}
