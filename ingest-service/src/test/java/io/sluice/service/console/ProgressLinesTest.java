package io.sluice.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.Statuses;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressLinesTest {

    private static final TableStatus HALF =
            Statuses.table("public.lineitem", PipelinePhase.SNAPSHOT, 300_000, 600_000, 40_000_000);
    private static final TableStatus DONE = Statuses.table("public.nation", PipelinePhase.CATCH_UP, 25, 25, 2_000);
    private static final TableStatus WAITING =
            Statuses.table("public.a_table_with_quite_a_long_name", PipelinePhase.SNAPSHOT, 0, 1_000, 0);

    private static PipelineView view(PipelineStatus status) {
        return new PipelineView(status, Map.of("public.lineitem", 100_000.0), 1500, 0);
    }

    private static PipelineStatus snapshot() {
        return Statuses.pipeline(
                "shop", PipelineState.RUNNING, PipelinePhase.SNAPSHOT, 0, List.of(WAITING, HALF, DONE));
    }

    @Test
    void each_table_has_a_bar_while_the_snapshot_is_read() {
        List<String> lines = ProgressLines.live(List.of(view(snapshot())), 120);

        assertThat(lines).hasSize(4);
        assertThat(lines.get(0))
                .startsWith("public.a_table_with_quite_a_lon… ░")
                .contains("  0%  0/~1.0k rows");
        assertThat(lines.get(1))
                .startsWith("public.lineitem ")
                .contains("█", "░", " 50%", "300k/~600k rows", "40 MB", "100k/s, 3s left");
        assertThat(lines.get(2)).contains("100%", "25 rows", "published").doesNotContain("░");
        assertThat(lines.get(3))
                .isEqualTo("shop  snapshot  1 of 3 tables, 300k of ~601k rows, 40 MB, 100k rows/s, 4s left");
    }

    @Test
    void an_estimate_that_is_too_low_never_shows_a_table_as_complete() {
        TableStatus beyond = Statuses.table("public.orders", PipelinePhase.SNAPSHOT, 700, 600, 10);
        PipelineStatus status =
                Statuses.pipeline("shop", PipelineState.RUNNING, PipelinePhase.SNAPSHOT, 0, List.of(beyond));

        assertThat(ProgressLines.live(List.of(view(status)), 100).get(0))
                .contains(" 99%")
                .doesNotContain("100%");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 20, 40, 60, 80, 100, 200})
    void no_line_is_wider_than_the_terminal(int width) {
        assertThat(ProgressLines.live(List.of(view(snapshot())), width))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
    }

    @Test
    void many_tables_are_shortened_to_those_at_work() {
        List<TableStatus> tables = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            tables.add(Statuses.table("public.t" + i, PipelinePhase.CATCH_UP, 10, 10, 10));
        }
        tables.add(HALF);
        tables.add(WAITING);
        PipelineStatus status = Statuses.pipeline("shop", PipelineState.RUNNING, PipelinePhase.SNAPSHOT, 1, tables);

        List<String> lines = ProgressLines.live(List.of(view(status)), 100);

        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).startsWith("public.lineitem");
        assertThat(lines.get(2)).isEqualTo("… and 40 more tables");
    }

    @Test
    void after_the_handover_there_is_one_line_with_cut_rows_and_lag() {
        PipelineStatus status =
                Statuses.pipeline("shop", PipelineState.RUNNING, PipelinePhase.STREAMING, 17, List.of(DONE));

        assertThat(ProgressLines.live(List.of(view(status)), 100))
                .containsExactly("shop  streaming  cut 17, 12k change rows, 1.5k rows/s, lag 0.4s / 2.5 MB");
    }

    @Test
    void a_table_that_was_left_behind_is_counted() {
        TableStatus stopped = Statuses.table("public.orders", PipelinePhase.STOPPED, 5, 5, 5);
        PipelineStatus status =
                Statuses.pipeline("shop", PipelineState.RUNNING, PipelinePhase.STREAMING, 17, List.of(DONE, stopped));

        assertThat(ProgressLines.summary(view(status))).endsWith("1 of 2 tables stopped");
    }

    @Test
    void a_failure_that_is_retried_shows_when() {
        PipelineStatus status = Statuses.pipeline("shop", PipelineState.STARTING, PipelinePhase.SNAPSHOT, 0, List.of());

        assertThat(ProgressLines.summary(new PipelineView(status, Map.of(), 0, 7)))
                .isEqualTo("shop  starting, next attempt in 7s");
    }
}
