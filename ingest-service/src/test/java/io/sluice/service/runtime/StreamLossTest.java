package io.sluice.service.runtime;

import static io.sluice.service.runtime.InMemorySource.delete;
import static io.sluice.service.runtime.InMemorySource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline.RunMode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamLossTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int OPEN = 10_000;

    private final InMemorySource source = new InMemorySource();
    private final InMemoryLake lake = new InMemoryLake();
    private final List<PipelineEvent> events = new CopyOnWriteArrayList<>();
    private Runnable whenToldAFailure = () -> {};
    private final ManagedPipeline pipeline =
            InMemoryPipelines.of(source, lake, InMemoryPipelines.settings(OnLostSlot.RESNAPSHOT), this::tell);

    private void tell(PipelineEvent event) {
        events.add(event);
        if (event instanceof PipelineEvent.Failed) {
            whenToldAFailure.run();
        }
    }

    @AfterEach
    void end() {
        openGate();
        pipeline.close();
    }

    private void openGate() {
        source.readGate.drainPermits();
        source.readGate.release(OPEN);
    }

    private void allowChunks(int chunks) {
        source.onePermitPerChunk = true;
        source.readGate.drainPermits();
        source.readGate.release(chunks);
    }

    private PipelineStatus.Failure fails() throws InterruptedException {
        pipeline.start(RunMode.UNTIL_CAUGHT_UP);
        assertThat(pipeline.awaitEnd(LIMIT)).as("ended").isTrue();
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.FAILED);
        return pipeline.status().error().orElseThrow();
    }

    private void catchUp() throws InterruptedException {
        openGate();
        pipeline.start(RunMode.UNTIL_CAUGHT_UP);
        assertThat(pipeline.awaitEnd(LIMIT)).as("ended").isTrue();
        assertThat(pipeline.status().state())
                .as("end, with failure %s", pipeline.status().error())
                .isEqualTo(PipelineState.STOPPED);
    }

    /** Two tables are published; then the slot goes, and changes that nobody will tell of are made. */
    private void loseTheSlot() throws InterruptedException {
        source.createTable("public.a", 1L, 2L);
        source.createTable("public.b", 1L);
        catchUp();
        source.dropSlot();
        source.commit(delete("public.a", 1), insert("public.a", 3), insert("public.b", 2));
        source.forgetLog();
    }

    private void assertLakeEqualsSource() {
        for (String table : List.of("a", "b")) {
            assertThat(lake.state("lake." + table).phase()).isEqualTo(TablePhase.STREAMING);
            assertThat(lake.state("lake." + table).load()).isEmpty();
            assertThat(lake.keys("lake." + table)).isEqualTo(source.keys("public." + table));
        }
    }

    private List<PipelineEvent.StreamLost> told() {
        return events.stream()
                .filter(PipelineEvent.StreamLost.class::isInstance)
                .map(PipelineEvent.StreamLost.class::cast)
                .toList();
    }

    @Test
    void everyTableIsLoadedAnewAndTheOldContentStaysUntilAllAppearInOneCut() throws InterruptedException {
        loseTheSlot();
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT)
                .until(() -> pipeline.status().tables().stream()
                                .mapToLong(TableStatus::rowsRead)
                                .sum()
                        == 1);
        assertThat(pipeline.status().phase()).isEqualTo(PipelinePhase.RESNAPSHOT);
        assertThat(pipeline.status().tables())
                .allSatisfy(table -> assertThat(table.phase()).isEqualTo(PipelinePhase.SNAPSHOT))
                .allSatisfy(table -> assertThat(table.detail()).contains("loaded anew", "replication slot"));
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L);
        assertThat(lake.keys("lake.b")).containsExactly(1L);
        assertThat(told()).hasSize(1);
        assertThat(told().get(0).reason()).contains("replication slot");
        int cuts = lake.committedCuts.size();

        openGate();
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        assertLakeEqualsSource();
        assertThat(lake.committedCuts).hasSize(cuts + 1);
        source.commit(insert("public.b", 3));
        await().atMost(LIMIT).until(() -> lake.keys("lake.b").contains(3L));
    }

    @Test
    void aPublicationThatWasMadeAnewIsAGapInEveryTablesStream() throws InterruptedException {
        source.createTable("public.a", 1L, 2L);
        source.createTable("public.b", 1L);
        catchUp();
        source.commit(delete("public.a", 1), insert("public.b", 2));
        source.forgetLog();
        source.publication++;
        allowChunks(0);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> source.streamsBegun == 2);
        assertThat(pipeline.status().phase()).isEqualTo(PipelinePhase.RESNAPSHOT);
        assertThat(pipeline.status().tables())
                .allSatisfy(table -> assertThat(table.detail()).contains("loaded anew", "publication"));
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L);
        assertThat(told()).hasSize(1);
        assertThat(told().get(0).reason()).contains("publication", "public.a, public.b");

        openGate();
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        assertLakeEqualsSource();
    }

    @Test
    void aTableThatLeavesTheStreamUnderwayIsLoadedAnewAndTheOthersGoOn() {
        source.createTable("public.a", 1L);
        source.createTable("public.b", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        source.leftStream.add(TableId.parse("public.b"));
        source.commit(insert("public.a", 2));
        await().atMost(LIMIT).until(() -> !told().isEmpty());
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        await().atMost(LIMIT).untilAsserted(this::assertLakeEqualsSource);
        assertThat(told())
                .singleElement()
                .satisfies(
                        lost -> assertThat(lost.reason()).contains("public.b").doesNotContain("public.a"));
        assertThat(source.slotsDropped).isZero();
    }

    @Test
    void aStreamThatIsLostUnderwayComesBackByItself() {
        source.createTable("public.a", 1L);
        source.createTable("public.b", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        // The slot itself looks healthy: somebody else moved it.
        source.failNextPoll(ErrorKind.SOURCE_LOST);
        source.commit(insert("public.a", 2));
        await().atMost(LIMIT).until(() -> !told().isEmpty());
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        assertLakeEqualsSource();
        assertThat(source.slotsDropped).isOne();
        assertThat(events)
                .anyMatch(event -> event instanceof PipelineEvent.Failed failed
                        && failed.failure().kind() == ErrorKind.SOURCE_LOST
                        && failed.retryIn().isPresent());
    }

    @Test
    void aDeathBetweenTwoTablesIsMadeGood() throws InterruptedException {
        loseTheSlot();
        AtomicInteger stops = new AtomicInteger();
        lake.beforeStop = () -> {
            if (stops.incrementAndGet() == 2) {
                throw new IllegalStateException("The process dies");
            }
        };
        assertThat(fails().kind()).isEqualTo(ErrorKind.INTERNAL);
        assertThat(List.of(lake.state("lake.a").phase(), lake.state("lake.b").phase()))
                .containsExactlyInAnyOrder(TablePhase.STOPPED, TablePhase.STREAMING);
        assertThat(source.slot()).isEmpty();

        catchUp();

        assertLakeEqualsSource();
    }

    @Test
    void aSlotThatIsLostAgainWhileTablesAreReadCostsWhatWasRead() throws InterruptedException {
        loseTheSlot();
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT)
                .until(() -> lake.state("lake.a").load().isPresent()
                        && lake.state("lake.b").load().isPresent());
        pipeline.stop();
        assertThat(pipeline.awaitEnd(LIMIT)).isTrue();
        source.dropSlot();
        source.commit(insert("public.a", 4), delete("public.b", 1));
        source.forgetLog();

        catchUp();

        assertLakeEqualsSource();
    }

    @Test
    void anotherDatabaseBehindTheSameAddressIsNotLoaded() throws InterruptedException {
        loseTheSlot();
        source.identity = "2/shop";

        PipelineStatus.Failure failure = fails();

        assertThat(failure.kind()).isEqualTo(ErrorKind.CONFIGURATION);
        assertThat(failure.message()).contains("lake.a", "'1/shop'", "'2/shop'", "drop the pipeline's lake tables");
        assertThat(lake.state("lake.a").phase()).isEqualTo(TablePhase.STREAMING);
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L);
        assertThat(source.slot()).isEmpty();
        assertThat(told()).isEmpty();
    }

    @Test
    void aDatabaseThatWasSetBackIsNotLoaded() throws InterruptedException {
        loseTheSlot();
        source.setBackTo(50);

        PipelineStatus.Failure failure = fails();

        assertThat(failure.kind()).isEqualTo(ErrorKind.CONFIGURATION);
        assertThat(failure.message()).contains("lake.a", "set back to an earlier state");
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L);
    }

    @Test
    void aProcessWhoseSuccessorDroppedTheStreamIsFencedAndTakesNoWayBack() throws InterruptedException {
        source.createTable("public.a", 1L);
        whenToldAFailure = () -> {
            lake.raiseEpochs();
            source.slotInvalid = true;
        };
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        source.failNextPoll(ErrorKind.SOURCE_UNAVAILABLE);
        assertThat(pipeline.awaitEnd(LIMIT)).isTrue();
        assertThat(pipeline.status().error().orElseThrow().kind()).isEqualTo(ErrorKind.FENCED);
        assertThat(told()).isEmpty();
        assertThat(source.slotsDropped).isZero();
    }
}
