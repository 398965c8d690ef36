package io.sluice.service.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SourceRowsTest {

    private final SourceRows rows = new SourceRows(100_000);

    @Test
    void equal_different_surplus_and_missing_rows_are_told_apart() {
        rows.add(1, 1, 10, 10);
        rows.add(2, 2, 20, 20);
        rows.add(3, 3, 30, 30);

        assertThat(rows.match(1, 1, 10, 10)).isEqualTo(SourceRows.Match.SAME);
        assertThat(rows.match(2, 2, 20, 21)).isEqualTo(SourceRows.Match.DIFFERENT);
        assertThat(rows.match(4, 4, 40, 40)).isEqualTo(SourceRows.Match.SURPLUS);
        assertThat(rows.missing()).isEqualTo(1);
        assertThat(rows.isMissing(3, 3)).isTrue();
        assertThat(rows.isMissing(1, 1)).isFalse();
        assertThat(rows.isMissing(4, 4)).isFalse();
    }

    @Test
    void a_row_that_the_lake_has_twice_is_surplus() {
        rows.add(1, 1, 10, 10);

        assertThat(rows.match(1, 1, 10, 10)).isEqualTo(SourceRows.Match.SAME);
        assertThat(rows.match(1, 1, 10, 10)).isEqualTo(SourceRows.Match.SURPLUS);
        assertThat(rows.missing()).isZero();
    }

    @Test
    void rows_without_a_key_are_a_multiset() {
        rows.add(7, 7, 7, 7);
        rows.add(7, 7, 7, 7);
        rows.add(7, 7, 7, 7);

        assertThat(rows.match(7, 7, 7, 7)).isEqualTo(SourceRows.Match.SAME);
        assertThat(rows.missing()).isEqualTo(2);
    }

    @Test
    void many_rows_are_all_found_again() {
        for (long i = 0; i < 50_000; i++) {
            rows.add(i * 31, i, i, -i);
        }
        for (long i = 0; i < 50_000; i++) {
            assertThat(rows.match(i * 31, i, i, -i)).isEqualTo(SourceRows.Match.SAME);
        }
        assertThat(rows.missing()).isZero();
    }

    @Test
    void more_rows_than_allowed_are_refused() {
        SourceRows few = new SourceRows(2);
        few.add(1, 1, 1, 1);
        few.add(2, 2, 2, 2);
        few.add(2, 2, 2, 2);

        assertThatThrownBy(() -> few.add(3, 3, 3, 3)).isInstanceOf(SourceRows.TooManyRowsException.class);
    }
}
