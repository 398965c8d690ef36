package io.sluice.service.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProcessBudgetTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ExecutorService readers = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        readers.shutdownNow();
    }

    private CompletableFuture<ProcessBudget.Taken> reader(ProcessBudget budget, String pipeline) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return budget.awaitTurn(pipeline);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                readers);
    }

    @Test
    void a_pipeline_whose_readers_hang_leaves_a_turn_for_others() throws Exception {
        ProcessBudget budget = new ProcessBudget(4, 1 << 30);
        List<CompletableFuture<ProcessBudget.Taken>> flood = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            flood.add(reader(budget, "flood"));
        }
        Awaitility.await().atMost(LIMIT).until(() -> budget.turnsUsed() == 3);

        ProcessBudget.Taken other = reader(budget, "other").get(30, TimeUnit.SECONDS);
        assertThat(budget.turnsUsed()).isEqualTo(4);
        other.close();
        assertThat(reader(budget, "third").get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(flood.stream().filter(CompletableFuture::isDone)).hasSize(3);
    }

    @Test
    void a_turn_that_is_given_back_goes_to_the_pipeline_that_has_the_fewest() throws Exception {
        ProcessBudget budget = new ProcessBudget(3, 1 << 30);
        ProcessBudget.Taken one = budget.awaitTurn("flood");
        ProcessBudget.Taken two = budget.awaitTurn("flood");
        ProcessBudget.Taken own = budget.awaitTurn("other");
        CompletableFuture<ProcessBudget.Taken> more = reader(budget, "flood");
        CompletableFuture<ProcessBudget.Taken> poor = reader(budget, "poor");

        one.close();
        assertThat(poor.get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(more).isNotDone();
        two.close();
        own.close();
        assertThat(more.get(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void a_turn_is_given_back_once_and_a_waiting_reader_can_be_interrupted() throws Exception {
        ProcessBudget budget = new ProcessBudget(2, 1 << 30);
        ProcessBudget.Taken taken = budget.awaitTurn("a");
        taken.close();
        taken.close();
        assertThat(budget.turnsUsed()).isZero();
        budget.awaitTurn("a");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> budget.awaitTurn("a")).isInstanceOf(InterruptedException.class);
        assertThat(reader(budget, "b").get(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void memory_is_never_all_gone_and_comes_back() {
        ProcessBudget budget = new ProcessBudget(2, 1_000 << 20);
        long all = 0;
        for (int pipeline = 0; pipeline < 9; pipeline++) {
            all += budget.takeMemory("p" + pipeline, 400 << 20).bytes();
        }
        assertThat(all).isLessThanOrEqualTo(1_000 << 20);
        assertThat(budget.memoryGranted()).isEqualTo(all);
        assertThat(budget.takeMemory("late", 400 << 20).bytes()).isGreaterThanOrEqualTo(ProcessBudget.LEAST_MEMORY);

        ProcessBudget fresh = new ProcessBudget(2, 1_000 << 20);
        ProcessBudget.Memory first = fresh.takeMemory("a", 100 << 20);
        assertThat(first.bytes()).isEqualTo(100 << 20);
        first.close();
        assertThat(fresh.memoryGranted()).isZero();
    }
}
