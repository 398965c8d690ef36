package io.sluice.service.runtime;

import static io.sluice.service.runtime.InMemorySource.delete;
import static io.sluice.service.runtime.InMemorySource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline.RunMode;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResumedLoadTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int OPEN = 10_000;

    private final InMemorySource source = new InMemorySource();
    private final InMemoryLake lake = new InMemoryLake();
    private final ManagedPipeline pipeline =
            InMemoryPipelines.of(source, lake, InMemoryPipelines.settings(OnLostSlot.RESNAPSHOT), event -> {});

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

    private void beginFirstLoad() throws InterruptedException {
        source.createTable("public.orders", 1L, 2L, 3L, 4L, 5L, 6L);
        allowChunks(3);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> source.keysRead.size() == 3);
        awaitLoaded("lake.orders", 3);
        stop();
        assertThat(lake.keys("lake.orders")).isEmpty();
        assertThat(lake.state("lake.orders").phase()).isEqualTo(TablePhase.SNAPSHOT);
    }

    @Test
    void whatIsDurableOfAFirstLoadIsNotReadAgain() throws InterruptedException {
        beginFirstLoad();
        Position slot = source.slot().orElseThrow();
        long read = source.keysRead.get(0);
        source.commit(delete("public.orders", read), insert("public.orders", 7));
        source.commit(delete("public.orders", 6), insert("public.orders", read), insert("public.orders", 8));
        source.commit(delete("public.orders", read));

        catchUp();

        assertThat(source.keysRead).doesNotHaveDuplicates();
        assertThat(source.streamsBegun).isOne();
        assertThat(source.slotsDropped).isZero();
        assertThat(source.slot().orElseThrow()).isGreaterThan(slot);
        assertThat(lake.keys("lake.orders")).isEqualTo(source.keys("public.orders"));
        assertThat(lake.state("lake.orders").load()).isEmpty();
        assertThat(lake.state("lake.orders").position()).contains(source.end().text());
    }

    @Test
    void aRewrittenTableIsReadFromItsBeginning() throws InterruptedException {
        beginFirstLoad();
        source.rewritten.add(TableId.parse("public.orders"));
        source.commit(insert("public.orders", 7));

        catchUp();

        assertThat(source.keysRead).hasSize(3 + 7);
        assertThat(lake.keys("lake.orders")).isEqualTo(source.keys("public.orders"));
    }

    @Test
    void aLoadIsOfNoUseWithoutTheSlotItBeganWith() throws InterruptedException {
        beginFirstLoad();
        source.dropSlot();
        source.commit(insert("public.orders", 7));

        catchUp();

        assertThat(source.keysRead).hasSize(3 + 7);
        assertThat(source.streamsBegun).isEqualTo(2);
        assertThat(lake.keys("lake.orders")).isEqualTo(source.keys("public.orders"));
    }

    @Test
    void aLoadThatBeganBeforeTheSlotDidIsOfNoUse() throws InterruptedException {
        beginFirstLoad();
        source.commit(insert("public.orders", 7));
        source.leaveSlotAt(source.end());

        catchUp();

        assertThat(source.keysRead).hasSize(3 + 7);
        assertThat(lake.keys("lake.orders")).isEqualTo(source.keys("public.orders"));
    }

    @Test
    void allTablesOfAFirstLoadAppearTogetherAtOnePosition() throws InterruptedException {
        source.createTable("public.a", 1L);
        source.createTable("public.b", 1L, 2L, 3L);
        allowChunks(2);
        pipeline.start(RunMode.UNTIL_STOPPED);
        awaitLoaded("lake.a", 1);
        assertThat(lake.state("lake.a").load().orElseThrow().isComplete()).isTrue();
        assertThat(lake.state("lake.a").phase()).isEqualTo(TablePhase.SNAPSHOT);
        source.commit(insert("public.a", 2), insert("public.b", 4));
        stop();

        catchUp();

        assertThat(source.keysRead).hasSize(4 + 1);
        assertThat(lake.state("lake.a").cut())
                .isEqualTo(lake.state("lake.b").cut())
                .isEqualTo(1);
        assertThat(lake.state("lake.a").position())
                .isEqualTo(lake.state("lake.b").position());
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L);
        assertThat(lake.keys("lake.b")).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void theOthersStreamOnWhileATableIsLoadedAndTheSlotWaitsForIt() throws InterruptedException {
        source.createTable("public.a", 1L);
        catchUp();
        source.createTable("public.b", 10L, 11L);
        Position before = source.end();
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        awaitLoaded("lake.b", 1);

        source.commit(insert("public.a", 2), insert("public.b", 12));
        await().atMost(LIMIT).until(() -> lake.keys("lake.a").contains(2L));
        assertThat(lake.keys("lake.b")).isEmpty();
        assertThat(source.slot()).contains(before);

        openGate();
        await().atMost(LIMIT).until(() -> lake.keys("lake.b").contains(12L));
        assertThat(lake.keys("lake.b")).containsExactly(10L, 11L, 12L);
        Position last = source.commit(insert("public.a", 3), delete("public.b", 10));
        await().atMost(LIMIT).until(() -> source.slot().orElseThrow().equals(last));
        assertThat(lake.keys("lake.b")).containsExactly(11L, 12L);
        assertThat(source.keysRead).doesNotHaveDuplicates();
    }

    @Test
    void aJoiningTablesLoadGoesOnAfterAStopBesideTablesThatAreAhead() throws InterruptedException {
        source.createTable("public.a", 1L);
        catchUp();
        source.createTable("public.b", 10L, 11L);
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        awaitLoaded("lake.b", 1);
        source.commit(insert("public.a", 2), insert("public.b", 12));
        await().atMost(LIMIT).until(() -> lake.keys("lake.a").contains(2L));
        stop();
        source.commit(insert("public.a", 3), delete("public.b", 10));

        catchUp();

        assertThat(source.keysRead.stream().filter(key -> key == 10L)).hasSizeLessThanOrEqualTo(1);
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L, 3L);
        assertThat(lake.keys("lake.b")).containsExactly(11L, 12L);
        assertThat(source.slot()).contains(source.end());
    }

    @Test
    void aTableIsLoadedAnewBesideTheStreamAndItsOldContentGoesOnUntilThen() throws InterruptedException {
        source.createTable("public.a", 1L, 2L);
        source.createTable("public.b", 1L);
        catchUp();
        lake.corrupt("lake.a", 99L);
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        assertThatThrownBy(() -> pipeline.resnapshot("public.nothing")).isInstanceOf(NoSuchElementException.class);

        pipeline.resnapshot("public.a");
        awaitLoaded("lake.a", 1);
        assertThatThrownBy(() -> pipeline.resnapshot("lake.a")).isInstanceOf(IllegalStateException.class);
        source.commit(insert("public.a", 3), insert("public.b", 2));
        await().atMost(LIMIT).until(() -> lake.keys("lake.a").contains(3L));
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L, 3L, 99L);
        assertThat(lake.keys("lake.b")).containsExactly(1L, 2L);
        assertThat(pipeline.status().tables().get(0).loading()).isTrue();

        openGate();
        await().atMost(LIMIT).until(() -> lake.state("lake.a").load().isEmpty());
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L, 3L);
        source.commit(delete("public.a", 1));
        await().atMost(LIMIT).until(() -> !lake.keys("lake.a").contains(1L));
        assertThat(lake.keys("lake.a")).isEqualTo(source.keys("public.a"));
    }

    @Test
    void aLoadThatWasAskedForGoesOnAfterAStop() throws InterruptedException {
        source.createTable("public.a", 1L, 2L);
        catchUp();
        lake.corrupt("lake.a", 99L);
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        pipeline.resnapshot("public.a");
        awaitLoaded("lake.a", 1);
        stop();
        int read = source.keysRead.size();
        source.commit(insert("public.a", 3));

        catchUp();

        assertThat(source.keysRead.size() - read).isLessThanOrEqualTo(2);
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aStoppedTableIsBroughtBack() throws InterruptedException {
        source.createTable("public.a", 1L);
        source.createTable("public.b", 1L);
        pipeline.start(RunMode.UNTIL_STOPPED);
        await().atMost(LIMIT).until(() -> pipeline.status().phase() == PipelinePhase.STREAMING);
        source.stopTable("public.a", "column 'x' was added");
        await().atMost(LIMIT).until(() -> lake.state("lake.a").phase() == TablePhase.STOPPED);
        source.commit(insert("public.a", 2), insert("public.b", 2));

        pipeline.resnapshot("public.a");

        await().atMost(LIMIT).until(() -> lake.state("lake.a").phase() == TablePhase.STREAMING);
        source.commit(insert("public.a", 3));
        await().atMost(LIMIT).until(() -> lake.keys("lake.a").contains(3L));
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L, 3L);
        assertThat(lake.keys("lake.b")).containsExactly(1L, 2L);
    }

    @Test
    void aTableThatTheStreamDidNotIncludeIsLoadedAnew() throws InterruptedException {
        source.createTable("public.a", 1L);
        source.createTable("public.b", 1L);
        catchUp();
        source.leftStream.add(TableId.parse("public.a"));
        source.commit(insert("public.a", 2), insert("public.b", 2));
        source.leaveSlotAt(source.end());
        source.commit(insert("public.a", 3), insert("public.b", 3));
        lake.leave("lake.b", 2, source.slot().orElseThrow(), 1L, 2L);

        catchUp();

        assertThat(source.snapshotsBegun).isOne();
        assertThat(lake.state("lake.a").phase()).isEqualTo(TablePhase.STREAMING);
        assertThat(lake.keys("lake.a")).containsExactly(1L, 2L, 3L);
        assertThat(lake.keys("lake.b")).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aTableThatStopsBeforeTheOthersCanJoinStaysWhereItWas() throws InterruptedException {
        source.createTable("public.a", 1L);
        source.createTable("public.b", 1L);
        catchUp();
        Position left = source.slot().orElseThrow();
        source.createTable("public.c", 10L, 11L);
        allowChunks(1);
        pipeline.start(RunMode.UNTIL_STOPPED);
        awaitLoaded("lake.c", 1);
        source.commit(insert("public.b", 2), insert("public.c", 12));
        await().atMost(LIMIT).until(() -> lake.keys("lake.b").contains(2L));
        stop();
        source.stopTable("public.a", "column 'x' was added");
        source.commit(insert("public.b", 3));

        catchUp();

        assertThat(lake.state("lake.a").phase()).isEqualTo(TablePhase.STOPPED);
        assertThat(lake.state("lake.a").position()).contains(left.text());
        assertThat(lake.keys("lake.b")).containsExactly(1L, 2L, 3L);
        assertThat(lake.keys("lake.c")).containsExactly(10L, 11L, 12L);
    }
}
