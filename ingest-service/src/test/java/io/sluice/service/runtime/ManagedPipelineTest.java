package io.sluice.service.runtime;

import static io.sluice.service.runtime.InMemorySource.delete;
import static io.sluice.service.runtime.InMemorySource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline.RunMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManagedPipelineTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final InMemorySource source = new InMemorySource();
    private final InMemoryLake lake = new InMemoryLake();
    private final List<PipelineEvent> events = new CopyOnWriteArrayList<>();
    private final ManagedPipeline pipeline = pipeline(Duration.ofMillis(20));

    private ManagedPipeline pipeline(Duration commitInterval) {
        return pipeline(commitInterval, 1_000);
    }

    private ManagedPipeline pipeline(Duration commitInterval, long commitMaxRows) {
        RuntimeSettings settings = new RuntimeSettings(
                commitInterval,
                commitMaxRows,
                1_000_000,
                3,
                Optional.empty(),
                OnLostSlot.FAIL,
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Optional.empty());
        return InMemoryPipelines.of(source, lake, settings, events::add);
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
    void anEmptyLakeIsFilledFromASnapshotAndThenFollowsTheLog() {
        source.createTable("public.orders", 1L, 2L, 3L);
        source.createTable("public.empty");
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        assertThat(lake.keys("lake.orders")).containsExactly(1L, 2L, 3L);
        assertThat(lake.state("lake.empty").phase()).isEqualTo(TablePhase.STREAMING);

        source.commit(insert("public.orders", 4), delete("public.orders", 1), insert("public.empty", 9));
        await().atMost(LIMIT).until(() -> lake.keys("lake.empty").contains(9L));
        assertThat(lake.keys("lake.orders")).containsExactly(2L, 3L, 4L);
        assertThat(events).anyMatch(PipelineEvent.HandedOver.class::isInstance);
    }

    @Test
    void untilCaughtUpEndsWhenWhatWasCommittedBeforeIsPublished() throws InterruptedException {
        source.createTable("public.orders", 1L);
        run(RunMode.UNTIL_CAUGHT_UP);
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.STOPPED);
        source.commit(insert("public.orders", 2));
        source.commit(insert("public.orders", 3));
        run(RunMode.UNTIL_CAUGHT_UP);
        assertThat(lake.keys("lake.orders")).containsExactly(1L, 2L, 3L);
        assertThat(source.snapshotsBegun).isZero();
        assertThat(source.streamsBegun).isOne();
        assertThat(source.slot()).contains(source.end());
    }

    @Test
    void theSourceIsToldOfAPositionOnlyAfterTheCutIsDurable() {
        source.createTable("public.orders", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        Position before = source.slot().orElseThrow();
        lake.commitGate.acquireUninterruptibly(Integer.MAX_VALUE);
        source.commit(insert("public.orders", 2));
        await().pollDelay(Duration.ofMillis(300)).atMost(LIMIT).until(() -> true);
        assertThat(source.slot()).contains(before);
        lake.commitGate.release(Integer.MAX_VALUE);
        await().atMost(LIMIT).until(() -> source.slot().orElseThrow().equals(source.end()));
        assertThat(lake.keys("lake.orders")).containsExactly(1L, 2L);
    }

    @Test
    void anUnfinishedCutIsCompletedAtItsOwnPositionAndNumberFirst() throws InterruptedException {
        source.createTable("public.a");
        source.createTable("public.b");
        source.leaveSlotAt(source.end());
        Position start = source.end();
        Position cut7 = source.commit(insert("public.a", 1), insert("public.b", 1));
        source.commit(insert("public.a", 2), insert("public.b", 2));
        lake.leave("lake.a", 7, cut7, 1L);
        lake.leave("lake.b", 6, start);

        run(RunMode.UNTIL_CAUGHT_UP);

        assertThat(lake.committedCuts.get(0)).isEqualTo(7);
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L);
        assertThat(lake.keys("lake.b")).containsExactly(1L, 2L);
        assertThat(lake.state("lake.b").cut()).isEqualTo(8);
        assertThat(source.streamsBegun + source.snapshotsBegun).isZero();
    }

    @Test
    void anUnfinishedCutIsCompletedInOneCutHoweverSmallCutsAre() throws InterruptedException {
        source.createTable("public.a");
        source.createTable("public.b");
        source.leaveSlotAt(source.end());
        Position start = source.end();
        source.commit(insert("public.a", 1), insert("public.b", 1));
        source.commit(insert("public.b", 2));
        Position cut7 = source.commit(insert("public.a", 3), insert("public.b", 3));
        lake.leave("lake.a", 7, cut7, 1L, 3L);
        lake.leave("lake.b", 6, start);

        try (ManagedPipeline small = pipeline(Duration.ofMillis(1), 1)) {
            small.start(RunMode.UNTIL_CAUGHT_UP);
            assertThat(small.awaitEnd(LIMIT)).isTrue();
        }

        assertThat(lake.committedCuts).containsExactly(7L);
        assertThat(lake.keys("lake.b")).containsExactly(1L, 2L, 3L);
        assertThat(lake.state("lake.b").position()).contains(cut7.text());
    }

    @Test
    void anUnfinishedCutThatCannotEndAtItsPositionBecomesAPartOfTheNextOne() throws InterruptedException {
        source.createTable("public.a");
        source.createTable("public.b");
        source.leaveSlotAt(source.end());
        Position start = source.end();
        source.commit(insert("public.b", 1));
        Position cut7 = source.commit(insert("public.a", 1), insert("public.b", 2));
        Position later = source.commit(insert("public.a", 2), insert("public.b", 3));
        lake.leave("lake.a", 7, cut7, 1L);
        lake.leave("lake.b", 6, start);
        lake.cutsNotBefore = Optional.of(later);

        run(RunMode.UNTIL_CAUGHT_UP);

        assertThat(lake.committedCuts).containsExactly(8L);
        assertThat(lake.abandonedCuts).isOne();
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L);
        assertThat(lake.keys("lake.b")).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aTableThatJoinsLaterAppearsAtItsSnapshotsPosition() throws InterruptedException {
        source.createTable("public.a", 1L);
        run(RunMode.UNTIL_CAUGHT_UP);
        source.createTable("public.b", 10L);
        source.commit(insert("public.a", 2), insert("public.b", 11));

        run(RunMode.UNTIL_CAUGHT_UP);

        assertThat(source.snapshotsBegun).isOne();
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L);
        assertThat(lake.keys("lake.b")).containsExactly(10L, 11L);
        source.commit(insert("public.b", 12), delete("public.b", 10));
        run(RunMode.UNTIL_CAUGHT_UP);
        assertThat(lake.keys("lake.b")).containsExactly(11L, 12L);
    }

    @Test
    void aSlotLeftByARunThatPublishedNothingIsReplaced() throws InterruptedException {
        source.createTable("public.orders", 1L);
        source.leaveSlotAt(source.end());
        run(RunMode.UNTIL_CAUGHT_UP);
        assertThat(source.slotsDropped).isOne();
        assertThat(lake.keys("lake.orders")).containsExactly(1L);
    }

    @Test
    void aDroppedSlotOfAPipelineThatIsToldToFailIsAFailureThatSaysSo() throws InterruptedException {
        source.createTable("public.orders", 1L);
        run(RunMode.UNTIL_CAUGHT_UP);
        source.dropSlot();
        run(RunMode.UNTIL_CAUGHT_UP);
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.FAILED);
        PipelineStatus.Failure failure = pipeline.status().error().orElseThrow();
        assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_LOST);
        assertThat(failure.message()).contains("lake.orders", "shop", "replication slot");
        assertThat(lake.keys("lake.orders")).containsExactly(1L);
    }

    @Test
    void aFailureThatPassesIsRetriedAndNothingIsDoubledOrLost() {
        source.createTable("public.orders", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        source.failNextPoll(ErrorKind.SOURCE_UNAVAILABLE);
        source.commit(insert("public.orders", 2));
        await().atMost(LIMIT).until(() -> lake.keys("lake.orders").contains(2L));
        assertThat(events)
                .anyMatch(event -> event instanceof PipelineEvent.Failed failed
                        && failed.retryIn().isPresent());
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.RUNNING);
        assertThat(pipeline.status().epoch()).isGreaterThan(1);
    }

    @Test
    void aLostAnswerIsAskedForAgainAndAFencedOwnerStops() {
        source.createTable("public.orders", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        lake.nextCommit(new CommitOutcome.Unknown(new TableId("lake", "orders"), new Exception("timed out")));
        source.commit(insert("public.orders", 2));
        await().atMost(LIMIT).until(() -> lake.keys("lake.orders").contains(2L));

        Position before = source.slot().orElseThrow();
        lake.nextCommit(new CommitOutcome.Fenced(new TableId("lake", "orders"), 1, 2));
        source.commit(insert("public.orders", 3));
        await().atMost(LIMIT).until(() -> pipeline.status().state() == PipelineState.FAILED);
        assertThat(pipeline.status().error().orElseThrow().kind()).isEqualTo(ErrorKind.FENCED);
        assertThat(source.slot()).contains(before);
    }

    @Test
    void aStopPublishesTheOpenCutAndEnds() throws InterruptedException {
        ManagedPipeline slow = pipeline(Duration.ofHours(1));
        source.createTable("public.orders", 1L);
        slow.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> slow.status().phase() == PipelinePhase.STREAMING);
        source.commit(insert("public.orders", 2));
        await().atMost(LIMIT).until(() -> slow.status().tables().get(0).changes() == 1);
        slow.stop();
        assertThat(slow.awaitEnd(LIMIT)).isTrue();
        assertThat(lake.keys("lake.orders")).containsExactly(1L, 2L);
        assertThat(lake.abandonedCuts).isZero();
        assertThat(source.slot()).contains(source.end());
    }

    @Test
    void aPausedPipelineHoldsStillAndGoesOnWhereItWas() {
        source.createTable("public.orders", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        pipeline.pause();
        await().atMost(LIMIT).until(() -> pipeline.status().state() == PipelineState.PAUSED);
        source.commit(insert("public.orders", 2));
        await().pollDelay(Duration.ofMillis(200)).atMost(LIMIT).until(() -> true);
        assertThat(lake.keys("lake.orders")).containsExactly(1L);
        pipeline.resume();
        await().atMost(LIMIT).until(() -> lake.keys("lake.orders").contains(2L));
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.RUNNING);
    }

    @Test
    void aPauseInTheSnapshotHoldsItAndResumingFinishesIt() {
        source.createTable("public.orders", 1L, 2L, 3L);
        source.readGate.acquireUninterruptibly(Integer.MAX_VALUE);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().state() == PipelineState.RUNNING);
        pipeline.pause();
        source.readGate.release(Integer.MAX_VALUE);
        await().atMost(LIMIT).until(() -> pipeline.status().state() == PipelineState.PAUSED);
        assertThat(lake.state("lake.orders").phase()).isEqualTo(TablePhase.SNAPSHOT);
        pipeline.resume();
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        assertThat(lake.keys("lake.orders")).containsExactly(1L, 2L, 3L);
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.RUNNING);
    }

    @Test
    void aTableWhoseSchemaChangedIsLeftBehindAndTheOthersGoOn() {
        source.createTable("public.a", 1L);
        source.createTable("public.b", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        source.stopTable("public.a", "column 'x' was added");
        await().atMost(LIMIT).until(() -> lake.state("lake.a").phase() == TablePhase.STOPPED);
        assertThat(lake.state("lake.a").detail()).isEqualTo("column 'x' was added");
        source.commit(insert("public.b", 2));
        await().atMost(LIMIT).until(() -> lake.keys("lake.b").contains(2L));
        TableStatus stopped = pipeline.status().tables().get(0);
        assertThat(stopped.phase()).isEqualTo(PipelinePhase.STOPPED);
        assertThat(stopped.detail()).isEqualTo("column 'x' was added");
    }

    @Test
    void theSourceIsToldOfACutOnlyAfterATableThatStopsInItIsDurablyStopped() throws InterruptedException {
        source.createTable("public.a", 1L);
        source.createTable("public.b", 1L);
        try (ManagedPipeline slow = pipeline(Duration.ofHours(1))) {
            slow.start(RunMode.UNTIL_STOPPED);
            await().atMost(LIMIT).until(() -> slow.status().phase() == PipelinePhase.STREAMING);
            Position before = source.slot().orElseThrow();
            AtomicReference<Optional<Position>> slotAtStop = new AtomicReference<>(Optional.empty());
            lake.beforeStop = () -> slotAtStop.set(source.slot());
            source.commit(insert("public.b", 2));
            await().atMost(LIMIT).until(() -> slow.status().tables().get(1).changes() == 1);
            source.stopTable("public.a", "column 'x' was added");
            await().atMost(LIMIT).until(() -> source.slot().orElseThrow().equals(source.end()));
            assertThat(slotAtStop.get()).contains(before);
            assertThat(lake.keys("lake.b")).containsExactly(1L, 2L);
            assertThat(lake.state("lake.a").phase()).isEqualTo(TablePhase.STOPPED);
        }
    }

    @Test
    void requestsThatDoNotFitTheStateAreRefusedByName() {
        assertThatThrownBy(pipeline::stop)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("STOPPED");
        assertThatThrownBy(pipeline::pause)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("STOPPED");
        assertThatThrownBy(pipeline::resume)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not paused");
    }

    @Test
    void aPipelineWhosePlaceAnotherOneTookCannotBeStarted() {
        pipeline.close();

        assertThatThrownBy(() -> pipeline.start(RunMode.UNTIL_STOPPED))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("replaced or removed");
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.STOPPED);
    }

    @Test
    void aTableThatChangedWithoutATraceInTheLogIsNotInTheNextCutAndTheOthersAre() {
        source.createTable("public.orders", 1L);
        source.createTable("public.clients", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);

        source.changeSilently("public.orders", "its rows were rewritten");
        source.commit(insert("public.orders", 2), insert("public.clients", 2));
        await().atMost(LIMIT).until(() -> lake.keys("lake.clients").contains(2L));
        assertThat(lake.keys("lake.orders")).containsExactly(1L);
        assertThat(lake.state("lake.orders").phase()).isEqualTo(TablePhase.STOPPED);
        assertThat(lake.state("lake.orders").detail()).contains("public.orders", "its rows were rewritten");
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.RUNNING);
        source.commit(insert("public.clients", 3));
        await().atMost(LIMIT).until(() -> source.slot().equals(Optional.of(source.end())));
        assertThat(lake.keys("lake.clients")).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aFailureThatPassesIsAStateOfItsOwnUntilTheNextAttempt() {
        source.createTable("public.orders", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        source.failNextPoll(ErrorKind.SOURCE_UNAVAILABLE);
        await().atMost(LIMIT)
                .until(() -> events.contains(
                        new PipelineEvent.StateChanged("shop", PipelineState.RETRYING, PipelineState.STARTING)));
        await().atMost(LIMIT).until(() -> pipeline.status().state() == PipelineState.RUNNING);
        assertThat(events)
                .contains(new PipelineEvent.StateChanged("shop", PipelineState.RUNNING, PipelineState.RETRYING));
    }

    @Test
    void aSourceThatRefusesAfterAnOutageIsGivenTimeAndOneThatRefusesAtOnceIsNot() {
        ErrorPolicy policy = new ErrorPolicy(Duration.ofMillis(10), Duration.ofMillis(50));
        assertThat(policy.retryAfter(ErrorKind.SOURCE_REFUSED, 1, Optional.empty()))
                .isEmpty();
        assertThat(policy.retryAfter(ErrorKind.SOURCE_REFUSED, 2, Optional.of(Duration.ofSeconds(90))))
                .contains(Duration.ofMillis(20));
        assertThat(policy.retryAfter(ErrorKind.SOURCE_REFUSED, 2, Optional.of(Duration.ofSeconds(121))))
                .isEmpty();
    }
}
