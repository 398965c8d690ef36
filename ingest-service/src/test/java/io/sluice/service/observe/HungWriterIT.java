package io.sluice.service.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A real pipeline whose writer stops in the middle of a step. */
@ExtendWith(PostgresExtension.class)
class HungWriterIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    Path directory;

    @Test
    void a_writer_that_hangs_is_named_until_it_goes_on(TestDatabase database) throws Exception {
        ObservedPipeline.tables(database);
        AtomicReference<CountDownLatch> gate = new AtomicReference<>(new CountDownLatch(0));
        try (ObservedPipeline shop = new ObservedPipeline(database, directory, point -> {
            if (point == FailPoint.CUT_BEFORE_FILES) {
                await(gate.get());
            }
        })) {
            Activity activity = shop.observations.of("shop").activity();
            Activity.Limits limits = new Activity.Limits(Duration.ofSeconds(20), Duration.ofSeconds(2));
            shop.pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            Awaitility.await().atMost(LIMIT).until(() -> shop.pipeline.status().phase() == PipelinePhase.STREAMING);

            gate.set(new CountDownLatch(1));
            database.execute("UPDATE items SET name = 'changed' WHERE id = 1");
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(activity.stalls(limits))
                            .singleElement()
                            .satisfies(stall -> {
                                assertThat(stall.step()).isEqualTo(Step.CUT_PREPARE);
                                assertThat(stall.thread()).isEqualTo("pipeline-shop");
                            }));
            gate.get().countDown();

            Awaitility.await().atMost(LIMIT).until(() -> activity.stalls(limits).isEmpty());
            database.execute("UPDATE items SET name = 'again' WHERE id = 2");
            long cut = shop.pipeline.status().cut();
            Awaitility.await().atMost(LIMIT).until(() -> shop.pipeline.status().cut() > cut);
        }
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void what_the_pipeline_moves_and_what_the_source_keeps_is_counted(TestDatabase database) {
        ObservedPipeline.tables(database);
        try (ObservedPipeline shop = new ObservedPipeline(database, directory, point -> {})) {
            Figures figures = shop.observations.of("shop").figures();
            shop.pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            Awaitility.await().atMost(LIMIT).until(() -> shop.pipeline.status().phase() == PipelinePhase.STREAMING);
            assertThat(read(figures, Figures.Way.SNAPSHOT).rows()).isEqualTo(500);
            assertThat(read(figures, Figures.Way.SNAPSHOT).bytes()).isGreaterThan(500);
            assertThat(written(figures, Figures.Way.SNAPSHOT).rows()).isEqualTo(500);
            assertThat(written(figures, Figures.Way.SNAPSHOT).bytes()).isGreaterThan(500);
            database.execute("UPDATE items SET name = 'changed' WHERE id <= 10");
            Awaitility.await().atMost(LIMIT).until(() -> shop.pipeline.status().rowsPublished() == 10);
            assertThat(read(figures, Figures.Way.STREAM).rows()).isEqualTo(10);
            assertThat(read(figures, Figures.Way.STREAM).bytes()).isPositive();
            assertThat(written(figures, Figures.Way.STREAM).rows()).isEqualTo(10);
            assertThat(written(figures, Figures.Way.STREAM).bytes()).isPositive();
            Awaitility.await().atMost(LIMIT).until(() -> figures.retainedLog().isPresent());
            assertThat(figures.queueFill().orElseThrow()).isBetween(0.0, 1.0);
        }
        Figures ended = new Figures();
        assertThat(ended.retainedLog()).isEmpty();
    }

    private static Figures.Volume read(Figures figures, Figures.Way way) {
        return figures.read(io.sluice.pipeline.schema.TableId.parse("public.items"), way);
    }

    private static Figures.Volume written(Figures figures, Figures.Way way) {
        return figures.written(io.sluice.pipeline.schema.TableId.parse("shop.items"), way);
    }
}
