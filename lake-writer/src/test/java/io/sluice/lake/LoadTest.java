package io.sluice.lake;

import static io.sluice.lake.TestLake.NO_REFETCH;
import static io.sluice.lake.TestLake.at;
import static io.sluice.lake.TestLake.cut;
import static io.sluice.lake.TestLake.publish;
import static io.sluice.lake.TestLake.write;
import static io.sluice.lake.TestRows.EVENTS;
import static io.sluice.lake.TestRows.ORDERS;
import static io.sluice.lake.TestRows.ORDERS_SCHEMA;
import static io.sluice.lake.TestRows.UNAVAILABLE;
import static io.sluice.lake.TestRows.delete;
import static io.sluice.lake.TestRows.insert;
import static io.sluice.lake.TestRows.orders;
import static io.sluice.lake.TestRows.row;
import static io.sluice.lake.TestRows.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.lake.commit.LoadMarks;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LoadStep;
import io.sluice.pipeline.lake.LoadedRange;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TableLoad.Extent;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChunkRange;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads: durable chunk by chunk, seen by nobody until a cut publishes them. */
class LoadTest {

    @TempDir
    Path directory;

    TestLake lake;

    @BeforeEach
    void open() {
        lake = new TestLake(directory);
    }

    @AfterEach
    void close() throws Exception {
        lake.assertSound(ORDERS, EVENTS);
        lake.close();
    }

    private static ChunkRange blocks(long from, long end) {
        return new ChunkRange("16385/16390", from, end);
    }

    private static CommitOutcome step(
            LakeSession session, TableSchema schema, long lsn, ChunkRange range, Extent extent, Object[]... rows) {
        return session.addToLoad(
                schema.table(), new LoadStep(List.of(write(session, schema, rows)), List.of(range), at(lsn), extent));
    }

    private static CommitOutcome publishLoads(
            LakeSession session, long number, RowRefetch refetch, TableSchema schema, ColumnBatch... changes) {
        CutWriter writer = session.openCut(number, refetch);
        writer.publishLoad(schema.table());
        for (ColumnBatch batch : changes) {
            writer.apply(batch);
        }
        return session.commit(writer.prepare(at(number * 100)));
    }

    private static TableLoad load(LakeSession session) {
        return session.tables().stream()
                .filter(state -> state.table().equals(ORDERS))
                .findFirst()
                .orElseThrow()
                .load()
                .orElseThrow();
    }

    @Test
    void stepsAreDurableAndNoReaderSeesThem() throws Exception {
        LakeSession session = lake.session();
        assertThat(step(session, ORDERS_SCHEMA, 100, blocks(0, 128), Extent.PARTIAL, row(1L, "new", "a"))
                        .kind())
                .isEqualTo(CommitOutcome.Kind.COMMITTED);
        step(session, ORDERS_SCHEMA, 100, blocks(128, 256), Extent.PARTIAL, row(2L, "new", "b"));
        step(session, ORDERS_SCHEMA, 100, blocks(512, ChunkRange.OPEN), Extent.PARTIAL, row(3L, "new", "c"));
        assertThat(lake.rows(ORDERS)).isEmpty();
        lake.kill();

        LakeSession next = lake.session();
        TableLoad load = load(next);
        assertThat(load.rows()).isEqualTo(3);
        assertThat(load.files()).isEqualTo(3);
        assertThat(load.isComplete()).isFalse();
        assertThat(load.ranges())
                .containsExactly(
                        new LoadedRange(blocks(0, 256), at(100).text()),
                        new LoadedRange(blocks(512, ChunkRange.OPEN), at(100).text()));
        assertThat(lake.rows(ORDERS)).isEmpty();
        assertThat(lake.properties(ORDERS)).containsEntry("sluice.phase", "SNAPSHOT");
    }

    @Test
    void aLoadIsPublishedInOneCommitWithItsCut() {
        LakeSession session = lake.session();
        step(session, ORDERS_SCHEMA, 100, blocks(0, 128), Extent.PARTIAL, row(1L, "new", "a"));
        step(session, ORDERS_SCHEMA, 100, blocks(128, ChunkRange.OPEN), Extent.COMPLETE, row(2L, "new", "b"));

        assertThat(publishLoads(session, 1, NO_REFETCH, ORDERS_SCHEMA).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);

        assertThat(lake.rows(ORDERS)).containsExactlyInAnyOrder("1|new|a", "2|new|b");
        assertThat(lake.properties(ORDERS))
                .containsEntry("sluice.phase", "STREAMING")
                .containsEntry("sluice.cut", "1")
                .doesNotContainKey(LoadMarks.LOAD);
        assertThat(lake.<Boolean>read(ORDERS, table -> table.refs().containsKey(LoadMarks.BRANCH)))
                .isFalse();
        cut(session, 2, orders(update(1L, "paid", UNAVAILABLE), delete(2L, null, null)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a");
    }

    @Test
    void changesSinceTheFirstPartWereReadGoOverPartsThatWereReadLater() throws Exception {
        LakeSession first = lake.session();
        step(
                first,
                ORDERS_SCHEMA,
                100,
                blocks(0, 128),
                Extent.PARTIAL,
                row(1L, "new", "a"),
                row(2L, "new", "b"),
                row(3L, "new", "c"),
                row(4L, "new", "d"));
        lake.kill();
        // Meanwhile 2 moved into the part that is read later, 3 was deleted, 5 moved out of it into the part that was
        // read before, 6 was inserted, 7 was updated and moved there too, 8 was inserted and deleted.
        LakeSession second = lake.session();
        step(
                second,
                ORDERS_SCHEMA,
                300,
                blocks(128, ChunkRange.OPEN),
                Extent.COMPLETE,
                row(2L, "moved", "b"),
                row(6L, "new", "f"),
                row(9L, "new", "i"));
        RowRefetch refetch = (table, keys) -> {
            ColumnBatch rows = ColumnBatch.create(ORDERS_SCHEMA, ColumnBatch.Content.SNAPSHOT, 4);
            TestRows.append(rows, 5L, "moved", "e");
            rows.endRow();
            TestRows.append(rows, 7L, "late", "g");
            rows.endRow();
            return new RowRefetch.Refetched(rows, at(350));
        };

        publishLoads(
                second,
                4,
                refetch,
                ORDERS_SCHEMA,
                orders(
                        update(2L, "moved", UNAVAILABLE),
                        delete(3L, null, null),
                        update(5L, "moved", UNAVAILABLE),
                        insert(6L, "new", "f"),
                        update(7L, UNAVAILABLE, "g").ifPresent(),
                        insert(8L, "gone", "h"),
                        delete(8L, null, null),
                        delete(10L, null, null)));

        assertThat(lake.rows(ORDERS))
                .containsExactlyInAnyOrder(
                        "1|new|a", "2|moved|b", "4|new|d", "5|moved|e", "6|new|f", "7|late|g", "9|new|i");
        cut(second, 5, orders(delete(2L, null, null), update(9L, "paid", UNAVAILABLE)));
        lake.kill();
        LakeSession third = lake.session();
        cut(third, 6, orders(update(1L, "paid", UNAVAILABLE), delete(6L, null, null)));
        assertThat(lake.rows(ORDERS))
                .containsExactlyInAnyOrder("1|paid|a", "4|new|d", "5|moved|e", "7|late|g", "9|paid|i");
    }

    @Test
    void theNextCutMayBeginWhileTheOneThatPublishesALoadIsBeingCommitted() {
        LakeSession session = lake.session();
        step(session, ORDERS_SCHEMA, 100, blocks(0, 128), Extent.PARTIAL, row(1L, "new", "a"), row(2L, "new", "b"));
        // Row 2 moved into the part that is read later: one copy of it goes once, and the row beside that stays.
        step(
                session,
                ORDERS_SCHEMA,
                300,
                blocks(128, ChunkRange.OPEN),
                Extent.COMPLETE,
                row(2L, "moved", "b"),
                row(5L, "new", "e"));
        CutWriter publishing = session.openCut(3, NO_REFETCH);
        publishing.publishLoad(ORDERS);
        publishing.apply(orders(update(2L, "moved", UNAVAILABLE)));
        PreparedCut prepared = publishing.prepare(at(300));
        CutWriter next = session.openCut(4, NO_REFETCH);
        next.apply(orders(insert(3L, "new", "c")));

        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(session.commit(next.prepare(at(400))).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);

        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|moved|b", "3|new|c", "5|new|e");
    }

    @Test
    void aCutThatIsGivenUpLeavesTheLoadAsItWas() {
        LakeSession session = lake.session();
        step(session, ORDERS_SCHEMA, 100, blocks(0, ChunkRange.OPEN), Extent.COMPLETE, row(1L, "new", "a"));
        CutWriter writer = session.openCut(1, NO_REFETCH);
        writer.publishLoad(ORDERS);
        writer.apply(orders(delete(1L, null, null)));
        writer.close();
        assertThat(load(session).isComplete()).isTrue();

        CutWriter again = session.openCut(1, NO_REFETCH);
        again.publishLoad(ORDERS);
        again.apply(orders(delete(1L, null, null)));
        again.leaveOut(ORDERS);
        session.commit(again.prepare(at(100)));
        assertThat(load(session).isComplete()).isTrue();
        assertThat(lake.rows(ORDERS)).isEmpty();

        publishLoads(session, 2, NO_REFETCH, ORDERS_SCHEMA, orders(update(1L, "paid", UNAVAILABLE)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a");
    }

    @Test
    void theOldContentStaysAndGoesOnUntilTheNewOneReplacesIt() {
        LakeSession session = lake.session();
        publish(session, ORDERS_SCHEMA, 100, row(1L, "old", "a"), row(2L, "old", "b"));
        cut(session, 2, orders(delete(2L, null, null)));
        step(session, ORDERS_SCHEMA, 200, blocks(0, 128), Extent.PARTIAL, row(1L, "new", "a"));
        cut(session, 3, orders(update(1L, "older", UNAVAILABLE)));
        step(session, ORDERS_SCHEMA, 200, blocks(128, ChunkRange.OPEN), Extent.COMPLETE, row(3L, "new", "c"));
        assertThat(lake.rows(ORDERS)).containsExactly("1|older|a");

        publishLoads(session, 4, NO_REFETCH, ORDERS_SCHEMA, orders(update(1L, "newer", UNAVAILABLE)));

        assertThat(lake.rows(ORDERS)).containsExactlyInAnyOrder("1|newer|a", "3|new|c");
        cut(session, 5, orders(delete(1L, null, null)));
        assertThat(lake.rows(ORDERS)).containsExactly("3|new|c");
    }

    @Test
    void aLoadThatIsBegunAnewDropsTheOldOne() throws Exception {
        LakeSession session = lake.session();
        step(session, ORDERS_SCHEMA, 100, blocks(0, 128), Extent.PARTIAL, row(1L, "new", "a"));
        session.beginLoad(ORDERS);
        assertThat(session.tables())
                .allSatisfy(state -> assertThat(state.load()).isEmpty());
        step(session, ORDERS_SCHEMA, 200, blocks(0, ChunkRange.OPEN), Extent.COMPLETE, row(2L, "new", "b"));
        lake.restart();
        publishLoads(lake.session(), 3, NO_REFETCH, ORDERS_SCHEMA);
        assertThat(lake.rows(ORDERS)).containsExactly("2|new|b");
    }

    @Test
    void aLoadWhoseBranchSomeoneDroppedIsBegunAnew() throws Exception {
        LakeSession session = lake.session();
        step(session, ORDERS_SCHEMA, 100, blocks(0, 128), Extent.PARTIAL, row(1L, "new", "a"));
        lake.restart();
        lake.<Void>read(ORDERS, table -> {
            table.manageSnapshots().removeBranch(LoadMarks.BRANCH).commit();
            return null;
        });
        LakeSession next = lake.session();
        assertThat(next.tables()).allSatisfy(state -> assertThat(state.load()).isEmpty());
        step(next, ORDERS_SCHEMA, 200, blocks(0, ChunkRange.OPEN), Extent.COMPLETE, row(2L, "new", "b"));
        publishLoads(next, 3, NO_REFETCH, ORDERS_SCHEMA);
        assertThat(lake.rows(ORDERS)).containsExactly("2|new|b");
    }

    @Test
    void aLoadThatAnotherRuleMadeIsBegunAnew() throws Exception {
        LakeSession session = lake.session();
        session.note(ORDERS, Map.of("rule", "id, status, note"));
        step(session, ORDERS_SCHEMA, 100, blocks(0, 128), Extent.PARTIAL, row(1L, "new", "a"));
        lake.restart();
        LakeSession same = lake.session();
        same.note(ORDERS, Map.of("rule", "id, status, note"));
        assertThat(load(same).rows()).isEqualTo(1);
        lake.restart();
        LakeSession other = lake.session();
        other.note(ORDERS, Map.of("rule", "id, UPPER(status) AS status, note"));
        assertThat(other.tables()).allSatisfy(state -> assertThat(state.load()).isEmpty());
        step(other, ORDERS_SCHEMA, 200, blocks(0, ChunkRange.OPEN), Extent.COMPLETE, row(1L, "NEW", "a"));
        publishLoads(other, 3, NO_REFETCH, ORDERS_SCHEMA);
        assertThat(lake.rows(ORDERS)).containsExactly("1|NEW|a");
    }

    @Test
    void aLaterOwnerFencesTheStepsOfAnEarlierOne() {
        LakeSession stale = lake.session();
        step(stale, ORDERS_SCHEMA, 100, blocks(0, 128), Extent.PARTIAL, row(1L, "new", "a"));
        LakeSession owner = lake.session();
        CommitOutcome late =
                step(stale, ORDERS_SCHEMA, 100, blocks(128, ChunkRange.OPEN), Extent.COMPLETE, row(2L, "new", "b"));
        assertThat(late.kind()).isEqualTo(CommitOutcome.Kind.FENCED);
        assertThat(load(owner).rows()).isEqualTo(1);
    }

    @Test
    void anIncompleteLoadCannotBePublished() {
        LakeSession session = lake.session();
        step(session, ORDERS_SCHEMA, 100, blocks(0, 128), Extent.PARTIAL, row(1L, "new", "a"));
        try (CutWriter writer = session.openCut(1, NO_REFETCH)) {
            assertThatThrownBy(() -> writer.publishLoad(ORDERS))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no complete load");
        }
    }

    @Test
    void aTableThatIsStoppedLosesItsLoad() throws Exception {
        LakeSession session = lake.session();
        step(session, ORDERS_SCHEMA, 100, blocks(0, ChunkRange.OPEN), Extent.COMPLETE, row(1L, "new", "a"));
        session.stop(ORDERS, "column 'x' was added");
        lake.restart();
        assertThat(lake.lake().inspect(List.of(ORDERS))).singleElement().satisfies(state -> {
            assertThat(state.phase()).isEqualTo(TablePhase.STOPPED);
            assertThat(state.load()).isEmpty();
        });
        assertThat(lake.properties(ORDERS)).doesNotContainKey(LoadMarks.LOAD);
    }
}
