package io.sluice.service.runtime;

import static io.sluice.service.runtime.InMemorySource.delete;
import static io.sluice.service.runtime.InMemorySource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.lake.DrainedChanges;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.InMemoryLake.BreakOff;
import io.sluice.service.runtime.Pipeline.RunMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** While a load lasts, its table's changes wait in it and the source may forget them. */
class DrainedLoadTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int OPEN = 10_000;

    private final InMemorySource source = new InMemorySource();
    private final InMemoryLake lake = new InMemoryLake();
    private final List<PipelineEvent.LoadBegunAnew> begunAnew = new CopyOnWriteArrayList<>();
    private ManagedPipeline pipeline = pipeline(Duration.ZERO);

    private ManagedPipeline pipeline(Duration drainAfter) {
        RuntimeSettings settings = new RuntimeSettings(
                Duration.ofMillis(20),
                1_000,
                1_000_000,
                2,
                Optional.empty(),
                OnLostSlot.RESNAPSHOT,
                Duration.ofSeconds(5),
                drainAfter,
                Optional.empty());
        return InMemoryPipelines.of(source, lake, settings, event -> {
            if (event instanceof PipelineEvent.LoadBegunAnew again) {
                begunAnew.add(again);
            }
        });
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

    /** Only so many chunks can be read until the gate is opened. */
    private void allowChunks(int chunks) {
        source.onePermitPerChunk = true;
        source.readGate.drainPermits();
        source.readGate.release(chunks);
    }

    private void stop() throws InterruptedException {
        pipeline.stop();
        assertThat(pipeline.awaitEnd(LIMIT)).as("ended").isTrue();
    }

    private void catchUp() throws InterruptedException {
        openGate();
        pipeline.start(RunMode.UNTIL_CAUGHT_UP);
        assertThat(pipeline.awaitEnd(LIMIT)).as("ended").isTrue();
        assertThat(pipeline.status().state())
                .as("end, with failure %s", pipeline.status().error())
                .isEqualTo(PipelineState.STOPPED);
    }

    private void awaitLoaded(String table, int chunks) {
        await().atMost(LIMIT)
                .until(() -> lake.state(table)
                                .load()
                                .map(TableLoad::ranges)
                                .map(List::size)
                                .orElse(0)
                        == chunks);
    }

    private long drainedRows(String table) {
        return lake.state(table)
                .load()
                .flatMap(TableLoad::drained)
                .map(DrainedChanges::rows)
                .orElse(-1L);
    }

    private void awaitDrained(String table, long rows) {
        await().atMost(LIMIT).until(() -> drainedRows(table) == rows);
    }

    private void awaitSlot(Position position) {
        await().atMost(LIMIT).until(() -> source.slot().orElseThrow().covers(position));
    }

    private void awaitEqual(String... tables) {
        for (String table : tables) {
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(lake.keys("lake." + table)).isEqualTo(source.keys("public." + table)));
        }
    }

    private void awaitStreaming() {
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
    }

    /** Two tables of which one chunk is read, and one change of each, which wait in the loads. */
    private Position firstLoadThatDrains() {
        source.createTable("public.a", 1L, 2L, 3L);
        source.createTable("public.b", 1L, 2L);
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> drainedRows("lake.a") == 0 && drainedRows("lake.b") == 0);
        Position changed = source.commit(insert("public.a", 9), delete("public.b", 2), delete("public.a", 1));
        awaitDrained("lake.a", 2);
        awaitDrained("lake.b", 1);
        awaitSlot(changed);
        return changed;
    }

    @Test
    void theSlotMovesOnWhileTheFirstLoadLastsAndNobodySeesAnything() throws InterruptedException {
        Position first = firstLoadThatDrains();
        Position second = source.commit(insert("public.a", 1), insert("public.b", 7));
        awaitSlot(second);
        assertThat(first).isLessThan(second);
        assertThat(lake.state("lake.a").phase()).isEqualTo(TablePhase.SNAPSHOT);
        assertThat(lake.keys("lake.a")).isEmpty();
        assertThat(pipeline.status().phase()).isEqualTo(PipelinePhase.SNAPSHOT);
        assertThat(pipeline.status().cut()).isZero();

        openGate();
        awaitEqual("a", "b");
        assertThat(lake.state("lake.a").cut()).isOne();
        assertThat(lake.state("lake.a").load()).isEmpty();
        Position last = source.commit(insert("public.a", 10), delete("public.b", 7));
        awaitSlot(last);
        awaitEqual("a", "b");
        assertThat(source.keysRead).hasSize(5);
        stop();
    }

    @Test
    void aLoadGoesOnAfterAStopWithTheChangesThatWaitInIt() throws InterruptedException {
        firstLoadThatDrains();
        stop();
        source.commit(insert("public.a", 20), delete("public.a", 9));
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        awaitSlot(source.commit(insert("public.b", 21)));
        assertThat(lake.keys("lake.a")).isEmpty();
        stop();
        source.commit(insert("public.a", 22));

        catchUp();

        awaitEqual("a", "b");
        assertThat(source.slotsDropped).isZero();
        assertThat(source.streamsBegun).isOne();
        assertThat(lake.state("lake.a").position()).contains(source.end().text());
    }

    @ParameterizedTest
    @EnumSource(
            value = BreakOff.class,
            names = {"AFTER_LOADS", "AFTER_TABLES"})
    void aCutThatBreaksOffBetweenTablesAndLoadsIsMadeGood(BreakOff where) throws InterruptedException {
        source.createTable("public.a", 1L);
        catchUp();
        source.createTable("public.b", 10L, 11L, 12L);
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        awaitDrained("lake.b", 0);
        lake.breakOff = where;
        source.commit(insert("public.a", 2), insert("public.b", 13), delete("public.b", 10));
        await().atMost(LIMIT).until(() -> lake.breakOff == BreakOff.NEVER);
        awaitSlot(source.commit(insert("public.a", 3), insert("public.b", 14)));
        assertThat(lake.keys("lake.b")).isEmpty();
        assertThat(drainedRows("lake.b")).isEqualTo(3);

        openGate();
        awaitEqual("a", "b");
        stop();
    }

    @Test
    void theSlotMovesOnWhileATableJoinsTheOthers() throws InterruptedException {
        source.createTable("public.a", 1L);
        catchUp();
        source.createTable("public.b", 10L, 11L, 12L);
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        Position changed = source.commit(insert("public.a", 2), insert("public.b", 13));
        await().atMost(LIMIT).until(() -> lake.keys("lake.a").contains(2L));
        awaitSlot(changed);
        awaitSlot(source.commit(insert("public.a", 3), delete("public.b", 10)));
        assertThat(lake.keys("lake.b")).isEmpty();
        stop();
        source.commit(insert("public.a", 4), delete("public.b", 13));

        catchUp();
        awaitEqual("a", "b");
    }

    @Test
    void aTableThatIsReadAnewGoesOnAndTheSlotMovesOn() throws InterruptedException {
        source.createTable("public.a", 1L, 2L);
        source.createTable("public.b", 1L);
        catchUp();
        lake.corrupt("lake.a", 99L);
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        awaitStreaming();
        pipeline.resnapshot("public.a");
        awaitLoaded("lake.a", 1);
        Position changed = source.commit(insert("public.a", 3), insert("public.b", 2));
        await().atMost(LIMIT).until(() -> lake.keys("lake.a").contains(3L));
        awaitSlot(changed);
        awaitSlot(source.commit(delete("public.a", 2)));
        assertThat(lake.keys("lake.a")).containsExactly(1L, 3L, 99L);
        stop();
        allowChunks(0);
        pipeline.start(RunMode.UNTIL_STOPPED);
        awaitSlot(source.commit(insert("public.a", 4)));
        await().atMost(LIMIT).until(() -> lake.keys("lake.a").contains(4L));
        assertThat(lake.keys("lake.a")).containsExactly(1L, 3L, 4L, 99L);

        openGate();
        awaitEqual("a", "b");
        stop();
    }

    @Test
    void aTableThatChangesWhileItIsLoadedIsLoadedAnewByItself() throws InterruptedException {
        firstLoadThatDrains();
        source.stopTable("public.b", "column 'x' was added");
        await().atMost(LIMIT).until(() -> begunAnew.size() == 1);
        assertThat(begunAnew.get(0))
                .isEqualTo(new PipelineEvent.LoadBegunAnew("shop", "public.b", "column 'x' was added"));
        awaitDrained("lake.b", 0);
        assertThat(lake.state("lake.a")
                        .load()
                        .orElseThrow()
                        .drained()
                        .orElseThrow()
                        .rows())
                .as("the other table's load goes on")
                .isEqualTo(2);
        awaitSlot(source.commit(insert("public.a", 30), insert("public.b", 31)));
        assertThat(lake.keys("lake.a")).isEmpty();

        openGate();
        awaitEqual("a", "b");
        assertThat(lake.state("lake.b").phase()).isEqualTo(TablePhase.STREAMING);
        stop();
    }

    @Test
    void aTableThatChangesAgainAndAgainWhileItIsLoadedStopsInTheEndAndHoldsNothing() throws InterruptedException {
        firstLoadThatDrains();
        for (int i = 1; i <= Control.LOADS_BEGUN_ANEW; i++) {
            int times = i;
            source.stopTable("public.b", "column 'x' was added");
            await().atMost(LIMIT).until(() -> begunAnew.size() == times);
            awaitDrained("lake.b", 0);
        }
        source.stopTable("public.b", "column 'x' was added");
        await().atMost(LIMIT).until(() -> lake.state("lake.b").phase() == TablePhase.STOPPED);
        assertThat(lake.state("lake.b").load()).isEmpty();
        awaitSlot(source.commit(insert("public.a", 30), insert("public.b", 31)));

        openGate();
        awaitEqual("a");
        assertThat(lake.state("lake.b").phase()).isEqualTo(TablePhase.STOPPED);
        assertThat(lake.state("lake.b").load()).isEmpty();
        pipeline.resnapshot("public.b");
        awaitEqual("a", "b");
        stop();
    }

    @Test
    void aRewrittenTableIsReadAgainWithoutTheChangesThatWaited() throws InterruptedException {
        firstLoadThatDrains();
        stop();
        source.rewritten.add(TableId.parse("public.a"));
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        awaitDrained("lake.a", 0);
        awaitSlot(source.commit(insert("public.a", 40)));
        awaitDrained("lake.a", 1);

        openGate();
        awaitEqual("a", "b");
        stop();
    }

    @Test
    void aLoadWithChangesIsOfNoUseWithoutTheSlot() throws InterruptedException {
        firstLoadThatDrains();
        stop();
        source.dropSlot();
        source.commit(delete("public.a", 9));

        catchUp();
        awaitEqual("a", "b");
        assertThat(source.streamsBegun).isEqualTo(2);
    }

    @Test
    void changesThatWaitedForAnotherSlotAreNotTakenForThoseOfANewOne() throws InterruptedException {
        firstLoadThatDrains();
        stop();
        source.dropSlot();
        source.commit(delete("public.a", 9), insert("public.b", 50));
        allowChunks(0);
        pipeline = pipeline(Duration.ofHours(1));
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT)
                .until(() -> source.streamsBegun == 2 && source.slot().isPresent());
        // With the new slot there, and nothing read.
        stop();

        catchUp();
        awaitEqual("a", "b");
    }

    @Test
    void aShortLoadIsPublishedWhereItWasReadAndTakesNoChanges() throws InterruptedException {
        pipeline = pipeline(Duration.ofHours(1));
        source.createTable("public.a", 1L, 2L, 3L);
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        awaitLoaded("lake.a", 1);
        Position begun = source.slot().orElseThrow();
        source.commit(insert("public.a", 9));
        openGate();
        awaitEqual("a");
        assertThat(lake.committedCuts).startsWith(1L, 2L);
        assertThat(begun).isLessThan(source.end());
        stop();
    }
}
