package io.sluice.service.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.SourceDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RepeatedStartTest {

    @Test
    void a_pipeline_that_is_starting_is_not_started_a_second_time_beside_itself() throws InterruptedException {
        InMemorySource source = new InMemorySource();
        InMemoryLake lake = new InMemoryLake();
        CountDownLatch mayOpen = new CountDownLatch(1);
        AtomicInteger opened = new AtomicInteger();
        PipelineConnectors connectors = new PipelineConnectors() {
            @Override
            public SourceDatabase openDatabase() {
                opened.incrementAndGet();
                try {
                    mayOpen.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return source.database();
            }

            @Override
            public ChangeSource openChanges() {
                return source.changes();
            }

            @Override
            public Lake openLake() {
                return lake;
            }

            @Override
            public Position parsePosition(String text) {
                return LogSequenceNumber.parse(text);
            }
        };
        ManagedPipeline pipeline = new ManagedPipeline(
                "shop",
                connectors,
                inspection -> new TablePreparation.Prepared(List.of(), List.of()),
                InMemoryPipelines.settings(OnLostSlot.FAIL),
                new ErrorPolicy(Duration.ofMillis(10), Duration.ofMillis(50)),
                event -> {},
                Clock.systemUTC());
        try (pipeline) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            Awaitility.await().until(() -> opened.get() == 1);

            assertThatThrownBy(() -> pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("STARTING already");
            mayOpen.countDown();
            assertThat(pipeline.awaitEnd(Duration.ofSeconds(30))).isTrue();
            assertThat(opened).hasValue(1);
        }
    }
}
