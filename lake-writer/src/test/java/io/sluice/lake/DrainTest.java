package io.sluice.lake;

import static io.sluice.lake.TestLake.NO_REFETCH;
import static io.sluice.lake.TestLake.at;
import static io.sluice.lake.TestLake.cut;
import static io.sluice.lake.TestLake.publish;
import static io.sluice.lake.TestLoads.begun;
import static io.sluice.lake.TestLoads.drain;
import static io.sluice.lake.TestLoads.prepareDrain;
import static io.sluice.lake.TestLoads.publishLoads;
import static io.sluice.lake.TestLoads.spools;
import static io.sluice.lake.TestLoads.step;
import static io.sluice.lake.TestRows.EVENTS;
import static io.sluice.lake.TestRows.EVENTS_SCHEMA;
import static io.sluice.lake.TestRows.ORDERS;
import static io.sluice.lake.TestRows.ORDERS_SCHEMA;
import static io.sluice.lake.TestRows.UNAVAILABLE;
import static io.sluice.lake.TestRows.delete;
import static io.sluice.lake.TestRows.events;
import static io.sluice.lake.TestRows.insert;
import static io.sluice.lake.TestRows.moveIn;
import static io.sluice.lake.TestRows.moveOut;
import static io.sluice.lake.TestRows.orders;
import static io.sluice.lake.TestRows.row;
import static io.sluice.lake.TestRows.truncate;
import static io.sluice.lake.TestRows.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.lake.commit.LoadMarks;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.CutWriter.Drain;
import io.sluice.pipeline.lake.DrainedChanges;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TableLoad.Extent;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.ChunkRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.ReachableFileUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of a table wait in its load, durable and seen by nobody, until a cut publishes them with it. */
class DrainTest {

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

    private static LakeTableState state(LakeSession session, TableId table) {
        return session.tables().stream()
                .filter(state -> state.table().equals(table))
                .findFirst()
                .orElseThrow();
    }

    private static DrainedChanges drained(LakeSession session) {
        return state(session, ORDERS).load().flatMap(TableLoad::drained).orElseThrow();
    }

    @Test
    void changesWaitInTheLoadAndArePublishedWithIt() throws Exception {
        LakeSession session = begun(lake);
        assertThat(drained(session)).isEqualTo(new DrainedChanges(at(100).text(), at(100).text(), 0));
        drain(
                session,
                2,
                Drain.INTO_LOAD,
                orders(insert(4L, "new", "d"), update(1L, "paid", UNAVAILABLE)),
                orders(delete(2L, null, null)));
        step(session, ORDERS_SCHEMA, 100, 128, ChunkRange.OPEN, Extent.COMPLETE, row(3L, "new", "c"));
        drain(session, 3, Drain.INTO_LOAD, orders(moveOut(3L, null, null), moveIn(5L, "moved", UNAVAILABLE)));
        assertThat(lake.rows(ORDERS)).isEmpty();
        assertThat(drained(session)).isEqualTo(new DrainedChanges(at(100).text(), at(300).text(), 5));
        assertThat(state(session, ORDERS).cut()).isZero();
        lake.restart();

        LakeSession next = lake.session();
        assertThat(drained(next)).isEqualTo(new DrainedChanges(at(100).text(), at(300).text(), 5));
        assertThat(spools(lake, ORDERS)).hasSize(2);
        publishLoads(next, 4, ORDERS_SCHEMA, orders(update(4L, "late", UNAVAILABLE)));

        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "4|late|d", "5|moved|c");
        assertThat(spools(lake, ORDERS)).isEmpty();
        assertThat(lake.properties(ORDERS)).doesNotContainKey(LoadMarks.LOAD);
        lake.assertNoFileLeakedOrMissing(ORDERS);
        cut(next, 5, orders(delete(1L, null, null)));
        assertThat(lake.rows(ORDERS)).containsExactly("4|late|d", "5|moved|c");
    }

    @Test
    void aLoadOfWhichNothingWasReadTakesChangesToo() {
        LakeSession session = lake.session();
        session.beginDrain(ORDERS, at(100));
        drain(session, 2, Drain.INTO_LOAD, orders(update(1L, "paid", UNAVAILABLE), insert(2L, "new", "b")));
        step(
                session,
                ORDERS_SCHEMA,
                300,
                0,
                ChunkRange.OPEN,
                Extent.COMPLETE,
                row(1L, "paid", "a"),
                row(2L, "new", "b"));

        publishLoads(session, 4, ORDERS_SCHEMA);

        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b");
    }

    @Test
    void aTruncateThatWaitsTakesTheRowsThatWereReadBeforeIt() {
        LakeSession session = begun(lake);
        drain(session, 2, Drain.INTO_LOAD, orders(insert(4L, "new", "d"), truncate(), insert(5L, "new", "e")));
        step(session, ORDERS_SCHEMA, 100, 128, ChunkRange.OPEN, Extent.COMPLETE, row(3L, "new", "c"));
        publishLoads(session, 4, ORDERS_SCHEMA);
        assertThat(lake.rows(ORDERS)).containsExactly("5|new|e");
    }

    @Test
    void rowsWithoutAKeyAreThereExactlyAsOften() throws Exception {
        LakeSession session = lake.session();
        step(session, EVENTS_SCHEMA, 100, 0, ChunkRange.OPEN, Extent.COMPLETE, row("a", 1), row("a", 1), row("b", 2));
        session.beginDrain(EVENTS, at(100));
        drain(session, 2, Drain.INTO_LOAD, events(insert("a", 1), insert("c", 3), delete("b", 2)));
        lake.restart();
        LakeSession next = lake.session();
        drain(next, 3, Drain.INTO_LOAD, events(delete("a", 1), insert("c", 3)));
        publishLoads(next, 4, EVENTS_SCHEMA, events(insert("c", 3)));
        assertThat(lake.rows(EVENTS)).containsExactly("a|1", "a|1", "c|3", "c|3", "c|3");
    }

    @Test
    void aTableThatIsReadAnewTakesChangesItselfAndItsLoadTakesThemInOneCommit() throws Exception {
        LakeSession session = lake.session();
        publish(session, ORDERS_SCHEMA, 100, row(1L, "old", "x"), row(9L, "old", "z"));
        session.askLoad(ORDERS);
        step(session, ORDERS_SCHEMA, 100, 0, 128, Extent.PARTIAL, row(1L, "new", "a"));
        session.beginDrain(ORDERS, at(100));

        drain(session, 2, Drain.INTO_LOAD_AND_TABLE, orders(update(1L, "paid", UNAVAILABLE), insert(2L, "new", "b")));
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|x", "2|new|b", "9|old|z");
        assertThat(state(session, ORDERS).position()).contains(drained(session).to());

        // Nothing of it is left in the table, whose position must not fall behind that of its load.
        drain(session, 3, Drain.INTO_LOAD_AND_TABLE, orders(insert(3L, "new", "c"), delete(3L, null, null)));
        assertThat(state(session, ORDERS).position()).contains(at(300).text());
        assertThat(drained(session).to()).isEqualTo(at(300).text());
        step(session, ORDERS_SCHEMA, 100, 128, ChunkRange.OPEN, Extent.COMPLETE, row(7L, "new", "g"));
        drain(session, 4, Drain.INTO_LOAD_AND_TABLE, orders(delete(2L, null, null)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|x", "9|old|z");
        lake.restart();

        publishLoads(lake.session(), 5, ORDERS_SCHEMA);
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "7|new|g");
        lake.assertNoFileLeakedOrMissing(ORDERS);
    }

    @Test
    void aStepOfTheLoadMayComeBetweenACutsFilesAndItsCommit() {
        LakeSession session = begun(lake);
        PreparedCut prepared = prepareDrain(session, 2, Drain.INTO_LOAD, orders(insert(4L, "new", "d")));
        step(session, ORDERS_SCHEMA, 100, 128, ChunkRange.OPEN, Extent.COMPLETE, row(3L, "new", "c"));
        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.ALREADY_COMMITTED);
        assertThat(prepared.tables()).isEmpty();
        assertThat(spools(lake, ORDERS)).hasSize(1);
        publishLoads(session, 3, ORDERS_SCHEMA);
        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|new|b", "3|new|c", "4|new|d");
    }

    @Test
    void changesThatAreNotCommittedLeaveNoFile() throws Exception {
        LakeSession session = begun(lake);
        CutWriter writer = session.openCut(2, NO_REFETCH);
        writer.drain(ORDERS, Drain.INTO_LOAD);
        writer.apply(orders(insert(4L, "new", "d")));
        writer.leaveOut(ORDERS);
        writer.prepare(at(200));
        PreparedCut late = prepareDrain(session, 3, Drain.INTO_LOAD, orders(insert(4L, "new", "d")));
        LakeSession owner = lake.session();
        assertThat(session.commit(late).kind()).isEqualTo(CommitOutcome.Kind.FENCED);
        assertThat(drained(owner).rows()).isZero();
        assertThat(session.beginDrain(EVENTS, at(100)).kind()).isEqualTo(CommitOutcome.Kind.FENCED);
        lake.assertNoFileLeakedOrMissing(ORDERS);
    }

    @Test
    void aLoadThatIsBegunAnewAskedForOrStoppedLosesItsChanges() throws Exception {
        LakeSession session = begun(lake);
        drain(session, 2, Drain.INTO_LOAD, orders(insert(4L, "new", "d")));
        session.beginLoad(ORDERS);
        assertThatThrownBy(() -> {
                    try (CutWriter writer = session.openCut(3, NO_REFETCH)) {
                        writer.drain(ORDERS, Drain.INTO_LOAD);
                    }
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("takes no changes");
        step(session, ORDERS_SCHEMA, 300, 0, 128, Extent.PARTIAL, row(1L, "new", "a"));
        assertThat(state(session, ORDERS).load().orElseThrow().drained()).isEmpty();
        assertThat(spools(lake, ORDERS)).isEmpty();

        session.beginDrain(ORDERS, at(300));
        drain(session, 4, Drain.INTO_LOAD, orders(insert(5L, "new", "e")));
        session.askLoad(ORDERS);
        assertThat(spools(lake, ORDERS)).isEmpty();

        session.beginDrain(ORDERS, at(400));
        drain(session, 5, Drain.INTO_LOAD, orders(insert(6L, "new", "f")));
        session.stop(ORDERS, "column 'x' was added");
        assertThat(spools(lake, ORDERS)).isEmpty();
        assertThat(step(session, ORDERS_SCHEMA, 600, 0, 9, Extent.PARTIAL, row(1L, "new", "a"))
                        .kind())
                .isEqualTo(CommitOutcome.Kind.CONFLICT);
        assertThat(session.beginDrain(ORDERS, at(600)).kind()).isEqualTo(CommitOutcome.Kind.CONFLICT);
        lake.assertNoFileLeakedOrMissing(ORDERS);
    }

    @Test
    void otherEnginesKeepTheFiles() throws Exception {
        LakeSession session = begun(lake);
        for (int number = 2; number < 6; number++) {
            drain(session, number, Drain.INTO_LOAD, orders(insert((long) number, "new", "x")));
        }
        lake.<Void>read(ORDERS, table -> {
            table.expireSnapshots()
                    .expireOlderThan(Long.MAX_VALUE)
                    .retainLast(1)
                    .commit();
            assertThat(ReachableFileUtil.statisticsFilesLocations(table)).hasSize(4);
            return null;
        });
        step(session, ORDERS_SCHEMA, 100, 128, ChunkRange.OPEN, Extent.COMPLETE);
        lake.restart();
        publishLoads(lake.session(), 6, ORDERS_SCHEMA);
        assertThat(lake.rows(ORDERS)).hasSize(5);
    }

    @Test
    void aLoadThatLostAFileOfChangesIsBegunAnew() throws Exception {
        LakeSession session = begun(lake);
        drain(session, 2, Drain.INTO_LOAD, orders(insert(4L, "new", "d")));
        lake.restart();
        lake.<Void>read(ORDERS, table -> {
            table.updateStatistics()
                    .removeStatistics(table.statisticsFiles().get(0).snapshotId())
                    .commit();
            return null;
        });
        assertThat(state(lake.session(), ORDERS).load()).isEmpty();
    }

    @Test
    void damagedChangesAreNotPublished() throws Exception {
        LakeSession session = begun(lake);
        drain(session, 2, Drain.INTO_LOAD, orders(insert(4L, "new", "d")));
        step(session, ORDERS_SCHEMA, 100, 128, ChunkRange.OPEN, Extent.COMPLETE);
        Path file = Path.of(TestStore.path(spools(lake, ORDERS).get(0).path()));
        byte[] good = Files.readAllBytes(file);
        List<String> messages = new ArrayList<>();
        messages.add(refusalOf(session, file, good, 20));
        // The local file system's own checksum, which not every storage has.
        Files.delete(file.resolveSibling("." + file.getFileName() + ".crc"));
        for (int at : new int[] {5, 20, 40, good.length - 3}) {
            messages.add(refusalOf(session, file, good, at));
        }
        Files.delete(file);
        messages.add(refusal(session));
        assertThat(messages)
                .allSatisfy(message ->
                        assertThat(message).contains("shop.orders", file.toString(), "have the table loaded anew"));
        assertThat(lake.rows(ORDERS)).isEmpty();
        Files.write(file, good);
        publishLoads(session, 3, ORDERS_SCHEMA);
        assertThat(lake.rows(ORDERS)).hasSize(3);
    }

    private static String refusalOf(LakeSession session, Path file, byte[] good, int at) throws Exception {
        byte[] bad = good.clone();
        bad[at] ^= 0x55;
        Files.write(file, bad);
        return refusal(session);
    }

    private static String refusal(LakeSession session) {
        try (CutWriter writer = session.openCut(3, NO_REFETCH)) {
            writer.publishLoad(ORDERS);
            throw new AssertionError("Damaged changes were published");
        } catch (PipelineException e) {
            assertThat(e.kind()).as("%s, for %s", e.getMessage(), e.getCause()).isEqualTo(ErrorKind.DATA_REFUSED);
            assertThat(e.table()).contains(ORDERS);
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void moreChangesThanMemoryWaitInPieces() throws Exception {
        lake.with(options -> options.withMemory(20_000, 8L << 20));
        LakeSession session = begun(lake);
        CutWriter writer = session.openCut(2, NO_REFETCH);
        writer.drain(ORDERS, Drain.INTO_LOAD);
        for (long row = 0; row < 2_000; row++) {
            writer.apply(orders(insert(row, "new", "note " + row)));
        }
        session.commit(writer.prepare(at(200)));
        assertThat(spools(lake, ORDERS))
                .singleElement()
                .satisfies(file -> assertThat(file.blobMetadata())
                        .hasSizeGreaterThan(3)
                        .allSatisfy(blob -> assertThat(blob.type()).isEqualTo("sluice-changes-v1")));
        step(session, ORDERS_SCHEMA, 100, 128, ChunkRange.OPEN, Extent.COMPLETE);
        publishLoads(session, 3, ORDERS_SCHEMA);
        assertThat(lake.rows(ORDERS)).hasSize(2_000);
        lake.assertNoFileLeakedOrMissing(ORDERS);
    }
}
