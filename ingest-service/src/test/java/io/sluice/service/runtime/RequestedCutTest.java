package io.sluice.service.runtime;

import static io.sluice.service.runtime.InMemorySource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline.RunMode;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Cuts that are asked for, and their tags. */
class RequestedCutTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final InMemorySource source = new InMemorySource();
    private final InMemoryLake lake = new InMemoryLake();
    private final ManagedPipeline pipeline = pipeline(Duration.ofMillis(20));

    private ManagedPipeline pipeline(Duration commitInterval) {
        return pipeline(commitInterval, 1_000, Optional.empty());
    }

    private ManagedPipeline pipeline(Duration commitInterval, long commitMaxRows, Optional<Duration> tagInterval) {
        RuntimeSettings settings = new RuntimeSettings(
                commitInterval,
                commitMaxRows,
                1_000_000,
                3,
                tagInterval,
                OnLostSlot.FAIL,
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Optional.empty());
        return InMemoryPipelines.of(source, lake, settings, event -> {});
    }

    @AfterEach
    void end() {
        lake.commitGate.release(Integer.MAX_VALUE - lake.commitGate.availablePermits());
        pipeline.close();
    }

    private void run(RunMode mode) throws InterruptedException {
        pipeline.start(mode);
        assertThat(pipeline.awaitEnd(LIMIT)).as("ended").isTrue();
    }

    @Test
    void aRequestedCutContainsWhatWasCommittedBeforeAndIsTaggedInEveryTable() throws Exception {
        source.createTable("public.a", 1L);
        source.createTable("public.b", 1L);
        ManagedPipeline slow = pipeline(Duration.ofHours(1));
        slow.start(RunMode.UNTIL_STOPPED);
        try {
            await().atMost(LIMIT).until(() -> slow.status().phase() == PipelinePhase.STREAMING);
            source.commit(insert("public.a", 2));
            long cut = slow.requestCut().get(20, TimeUnit.SECONDS);
            assertThat(cut).isEqualTo(2);
            assertThat(lake.keysAtTag("lake.a", cut)).contains(Set.of(1L, 2L));
            assertThat(lake.keysAtTag("lake.b", cut)).contains(Set.of(1L));
            // Nothing changed: the same cut is the answer.
            assertThat(slow.requestCut().get(20, TimeUnit.SECONDS)).isEqualTo(cut);
        } finally {
            slow.close();
        }
        assertThatThrownBy(slow::requestCut)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("STOPPED");
    }

    @Test
    void aRequestThatAFailureOvertakesIsAnswered() throws Exception {
        source.createTable("public.a", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        lake.nextTag(new CommitOutcome.Fenced(new TableId("lake", "a"), 1, 2));
        assertThatThrownBy(() -> pipeline.requestCut().get(20, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ended before the cut was published");
        assertThat(pipeline.awaitEnd(LIMIT)).isTrue();
        assertThat(pipeline.status().error().orElseThrow().kind()).isEqualTo(ErrorKind.FENCED);
    }

    @Test
    void oneCutInAnIntervalIsTagged() {
        source.createTable("public.a", 1L);
        ManagedPipeline tagging = pipeline(Duration.ofMillis(10), 1, Optional.of(Duration.ofMillis(300)));
        tagging.start(RunMode.UNTIL_STOPPED);
        try {
            // The first as soon as there is a cut, without any change.
            await().atMost(LIMIT).until(() -> lake.keysAtTag("lake.a", 1).equals(Optional.of(Set.of(1L))));
            for (long key = 2; key < 40; key++) {
                source.commit(insert("public.a", key));
                await().pollDelay(Duration.ofMillis(20)).until(() -> true);
            }
            long published = tagging.status().cut();
            long tagged = LongStream.rangeClosed(1, published)
                    .filter(cut -> lake.keysAtTag("lake.a", cut).isPresent())
                    .count();
            assertThat(tagged).isBetween(2L, published / 3);
        } finally {
            tagging.close();
        }
    }

    @Test
    void aTagThatACrashLeftInSomeTablesIsCompletedBeforeAnythingElse() throws InterruptedException {
        source.createTable("public.a");
        source.createTable("public.b");
        run(RunMode.UNTIL_CAUGHT_UP);
        source.commit(insert("public.a", 1), insert("public.b", 1));
        run(RunMode.UNTIL_CAUGHT_UP);
        lake.leaveTag("lake.a", 2);
        source.commit(insert("public.a", 2), insert("public.b", 2));
        run(RunMode.UNTIL_CAUGHT_UP);
        assertThat(lake.keysAtTag("lake.b", 2)).contains(Set.of(1L));
        assertThat(lake.keys("lake.b")).containsExactly(1L, 2L);
    }

    @Test
    void noCutIsTaggedWithoutBeingAskedFor() throws InterruptedException {
        source.createTable("public.a", 1L);
        run(RunMode.UNTIL_CAUGHT_UP);
        source.commit(insert("public.a", 2));
        run(RunMode.UNTIL_CAUGHT_UP);
        assertThat(lake.keysAtTag("lake.a", 1)).isEmpty();
        assertThat(lake.keysAtTag("lake.a", 2)).isEmpty();
    }
}
