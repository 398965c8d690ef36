package io.sluice.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventLinesTest {

    @Test
    void the_handover_is_told_with_rows_time_and_position() {
        assertThat(EventLines.of(new PipelineEvent.HandedOver("shop", "0/16B3748", 866_602, 4.0)))
                .containsExactly("shop  handover  snapshot complete: 866 602 rows in 4.0s (217k rows/s); changes follow"
                        + " from 0/16B3748");
    }

    @Test
    void a_failure_is_told_with_every_line_the_hint_and_the_next_attempt() {
        PipelineStatus.Failure failure =
                new PipelineStatus.Failure(ErrorKind.SOURCE_UNAVAILABLE, "first\nsecond", "do this", Instant.EPOCH);

        assertThat(EventLines.of(new PipelineEvent.Failed("shop", failure, Optional.of(Duration.ofSeconds(4)))))
                .containsExactly(
                        "shop  failed  first",
                        "shop  failed  second",
                        "shop  hint: do this",
                        "shop  next attempt in 4.0s");
        assertThat(EventLines.of(new PipelineEvent.Failed("shop", failure, Optional.empty())))
                .hasSize(3);
    }

    @Test
    void a_load_that_begins_anew_is_told_with_its_table_and_why() {
        assertThat(EventLines.of(new PipelineEvent.LoadBegunAnew("shop", "public.orders", "column 'x' was added")))
                .containsExactly("shop  loaded anew  public.orders changed while it was loaded: column 'x' was added");
    }

    @Test
    void rows_that_are_set_aside_are_told_with_column_and_reason() {
        assertThat(EventLines.of(
                        new PipelineEvent.RowsSetAside("shop", "public.orders", 1_200, "cents", "not a number")))
                .containsExactly("shop  set aside  1 200 rows of public.orders, column cents: not a number");
        assertThat(EventLines.of(new PipelineEvent.RowsSetAside("shop", "public.orders", 1, "cents", "not a number")))
                .containsExactly("shop  set aside  1 row of public.orders, column cents: not a number");
    }

    @Test
    void cuts_and_ordinary_changes_of_state_are_left_to_the_live_line() {
        assertThat(EventLines.of(new PipelineEvent.CutPublished("shop", 3, "0/1", 10, 2, 0.1)))
                .isEmpty();
        assertThat(EventLines.of(new PipelineEvent.StateChanged("shop", PipelineState.STARTING, PipelineState.RUNNING)))
                .isEmpty();
        assertThat(EventLines.of(new PipelineEvent.StateChanged("shop", PipelineState.RUNNING, PipelineState.PAUSED)))
                .containsExactly("shop  running → paused");
    }
}
