package io.sluice.service.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.config.ConfigException;
import io.sluice.service.definition.PipelineFleet.Begin;
import io.sluice.service.definition.PipelineFleet.Change;
import io.sluice.service.definition.RefusedChangeException.Reason;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineFleetTest {

    private static final String SHOP = Definitions.yaml("shop", "10s");
    private static final String SLOWER = Definitions.yaml("shop", "20s");

    @TempDir
    Path directory;

    private PipelineRegistry registry = new PipelineRegistry(Clock.systemUTC());
    private PipelineFleet fleet = Definitions.fleet(registry, 3);

    @BeforeEach
    void keeping() {
        fleet.keepIn(directory);
    }

    private void restartProcess() {
        registry = new PipelineRegistry(Clock.systemUTC());
        fleet = Definitions.fleet(registry, 3);
        assertThat(fleet.keepIn(directory)).isEmpty();
    }

    private Pipeline shop() {
        return registry.find("shop").orElseThrow();
    }

    private PipelineState state() {
        return shop().status().state();
    }

    private static Reason reason(ThrowingCallable change) {
        return catchThrowableOfType(RefusedChangeException.class, change).reason();
    }

    @Test
    void a_created_pipeline_runs_and_outlives_the_process() {
        fleet.create(SHOP, Begin.STARTED);
        assertThat(state()).isEqualTo(PipelineState.RUNNING);

        restartProcess();

        assertThat(state()).isEqualTo(PipelineState.RUNNING);
        assertThat(fleet.find("shop").orElseThrow().text()).isEqualTo(SHOP);
    }

    @Test
    void a_pipeline_that_was_stopped_by_hand_stays_stopped_after_a_restart_and_a_new_text() {
        fleet.create(SHOP, Begin.STARTED);
        shop().stop();
        fleet.asked("shop", Begin.STOPPED);

        restartProcess();
        assertThat(state()).isEqualTo(PipelineState.STOPPED);

        assertThat(fleet.put("shop", SLOWER, present -> true, Begin.STARTED)).isEqualTo(Change.REPLACED);
        assertThat(state()).isEqualTo(PipelineState.STOPPED);
    }

    @Test
    void requests_to_stop_that_meet_are_all_kept() throws Exception {
        fleet.create(SHOP, Begin.STARTED);
        int callers = 8;
        ExecutorService executor = Executors.newFixedThreadPool(callers);
        try {
            for (int round = 0; round < 50; round++) {
                fleet.asked("shop", Begin.STARTED);
                CyclicBarrier together = new CyclicBarrier(callers);
                List<Future<?>> asked = new ArrayList<>();
                for (int caller = 0; caller < callers; caller++) {
                    asked.add(executor.submit(() -> {
                        together.await();
                        fleet.asked("shop", Begin.STOPPED);
                        return null;
                    }));
                }
                for (Future<?> one : asked) {
                    one.get();
                }
            }
        } finally {
            executor.shutdownNow();
        }

        restartProcess();
        assertThat(state()).isEqualTo(PipelineState.STOPPED);
    }

    @Test
    void what_was_asked_of_a_pipeline_that_is_gone_meanwhile_is_not_kept_for_the_next_of_its_name() {
        DefinitionStore store = new DefinitionStore(directory);
        fleet.create(SHOP, Begin.STARTED);
        fleet.remove("shop", present -> true);

        store.intend("shop", DefinitionStore.Intent.STAY_STOPPED);

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void a_new_text_replaces_a_running_pipeline_and_the_same_text_does_not() {
        fleet.create(SHOP, Begin.STARTED);
        Pipeline first = shop();

        assertThat(fleet.put("shop", SHOP, present -> true, Begin.STARTED)).isEqualTo(Change.UNCHANGED);
        assertThat(shop()).isSameAs(first);

        assertThat(fleet.put("shop", SLOWER, present -> true, Begin.STARTED)).isEqualTo(Change.REPLACED);
        assertThat(shop()).isNotSameAs(first);
        assertThat(first.status().state()).isEqualTo(PipelineState.STOPPED);
        assertThat(state()).isEqualTo(PipelineState.RUNNING);
    }

    @Test
    void a_new_pipeline_that_another_request_starts_first_is_made_and_runs() {
        try (PipelineRegistry.Watching starting =
                registry.watch(event -> shop().start(Pipeline.RunMode.UNTIL_CAUGHT_UP))) {
            fleet.create(SHOP, Begin.STARTED);
            assertThat(fleet.put("shop", SLOWER, present -> true, Begin.STARTED))
                    .isEqualTo(Change.REPLACED);
        }

        assertThat(state()).isEqualTo(PipelineState.RUNNING);
        assertThat(fleet.find("shop").orElseThrow().text()).isEqualTo(SLOWER);
    }

    @Test
    void a_change_for_another_revision_is_refused() {
        String revision = fleet.create(SHOP, Begin.STARTED).revision();
        fleet.put("shop", SLOWER, present -> present.equals(Optional.of(revision)), Begin.STARTED);

        assertThat(reason(
                        () -> fleet.put("shop", SHOP, present -> present.equals(Optional.of(revision)), Begin.STARTED)))
                .isEqualTo(Reason.OUTDATED);
        assertThat(reason(() -> fleet.remove("shop", present -> present.equals(Optional.of(revision)))))
                .isEqualTo(Reason.OUTDATED);
        assertThat(fleet.find("shop").orElseThrow().text()).isEqualTo(SLOWER);
    }

    @Test
    void a_text_that_is_wrong_changes_nothing() {
        fleet.create(SHOP, Begin.STARTED);
        Pipeline first = shop();

        assertThatThrownBy(() -> fleet.put("shop", SHOP + "nonsense: 1\n", present -> true, Begin.STARTED))
                .isInstanceOf(ConfigException.class);
        assertThat(reason(() -> fleet.put("other", SHOP, present -> true, Begin.STARTED)))
                .isEqualTo(Reason.OTHER_NAME);
        assertThat(reason(() -> fleet.create(SLOWER, Begin.STARTED))).isEqualTo(Reason.EXISTS);

        assertThat(shop()).isSameAs(first);
        restartProcess();
        assertThat(fleet.find("shop").orElseThrow().text()).isEqualTo(SHOP);
    }

    @Test
    void a_removed_pipeline_ends_and_does_not_come_back() {
        fleet.create(SHOP, Begin.STARTED);
        Pipeline first = shop();

        fleet.remove("shop", present -> true);

        assertThat(first.status().state()).isEqualTo(PipelineState.STOPPED);
        assertThat(reason(() -> fleet.remove("shop", present -> true))).isEqualTo(Reason.UNKNOWN);
        restartProcess();
        assertThat(registry.pipelines()).isEmpty();
    }

    @Test
    void there_are_no_more_pipelines_than_there_may_be() throws IOException {
        for (String name : new String[] {"one", "two", "three"}) {
            fleet.create(Definitions.yaml(name, "10s"), Begin.STARTED);
        }

        assertThat(reason(() -> fleet.create(SHOP, Begin.STARTED))).isEqualTo(Reason.TOO_MANY);
        try (Stream<Path> kept = Files.list(directory)) {
            assertThat(kept).hasSize(3);
        }
    }

    @Test
    void without_a_place_to_keep_it_nothing_is_created() {
        PipelineFleet keeping = Definitions.fleet(registry, 3);

        assertThat(reason(() -> keeping.create(SHOP, Begin.STARTED))).isEqualTo(Reason.NOT_KEPT);
        assertThat(registry.pipelines()).isEmpty();
    }

    @Test
    void a_kept_text_that_is_wrong_now_leaves_the_others_alone() throws IOException {
        fleet.create(SHOP, Begin.STARTED);
        Files.writeString(directory.resolve("spoiled.yaml"), "pipeline: 7");
        Files.writeString(directory.resolve(".half.new"), "pipe");

        registry = new PipelineRegistry(Clock.systemUTC());
        fleet = Definitions.fleet(registry, 3);

        assertThat(fleet.keepIn(directory)).containsOnlyKeys("spoiled");
        assertThat(state()).isEqualTo(PipelineState.RUNNING);
    }

    @Test
    void what_is_kept_can_be_read_by_its_owner_alone() throws IOException {
        fleet.create(SHOP, Begin.STARTED);

        assertThat(Files.getPosixFilePermissions(directory.resolve("shop.yaml")))
                .extracting(Enum::name)
                .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
    }
}
