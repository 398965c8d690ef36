package io.sluice.lake;

import static io.sluice.lake.TestLake.at;
import static io.sluice.lake.TestLake.cut;
import static io.sluice.lake.TestLake.publish;
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

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.lake.TablePhase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a cut's changes do to the rows that a reader sees. */
class CutTest {

    @TempDir
    Path directory;

    TestLake lake;
    LakeSession session;

    @BeforeEach
    void published() {
        lake = new TestLake(directory);
        session = lake.session();
        publish(session, ORDERS_SCHEMA, 100, row(1L, "new", "a"), row(2L, "new", "b"), row(3L, "new", "c"));
        publish(session, EVENTS_SCHEMA, 100, row("x", 1), row("x", 1), row("y", 2));
    }

    @AfterEach
    void close() throws Exception {
        lake.assertSound(ORDERS, EVENTS);
        lake.close();
    }

    @Test
    void aSnapshotIsVisibleOncePublished() {
        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|new|b", "3|new|c");
        assertThat(session.tables()).allSatisfy(table -> {
            assertThat(table.phase()).isEqualTo(TablePhase.STREAMING);
            assertThat(table.cut()).isEqualTo(1);
            assertThat(table.position()).contains(at(100).text());
        });
    }

    @Test
    void insertsUpdatesAndDeletesAreAppliedInOneCut() {
        CommitOutcome outcome =
                cut(session, 2, orders(insert(4L, "new", "d"), update(2L, "paid", "b"), delete(1L), delete(99L)));

        assertThat(outcome.kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("2|paid|b", "3|new|c", "4|new|d");
        assertThat(lake.properties(ORDERS))
                .containsEntry("sluice.cut", "2")
                .containsEntry("sluice.position", at(200).text());
    }

    @Test
    void changesOfOneKeyCollapseToTheLast() {
        cut(
                session,
                2,
                orders(
                        insert(4L, "new", "d"),
                        update(4L, "paid", "d"),
                        update(1L, "paid", "a"),
                        delete(1L),
                        insert(1L, "again", "a"),
                        insert(5L, "new", "e"),
                        delete(5L)));

        assertThat(lake.rows(ORDERS)).containsExactly("1|again|a", "2|new|b", "3|new|c", "4|paid|d");
        assertThat(addedRecords()).isEqualTo("2");
    }

    @Test
    void anInsertOfAKeyThatIsThereReplacesItsRow() {
        cut(session, 2, orders(insert(1L, "twice", "z")));

        assertThat(lake.rows(ORDERS)).containsExactly("1|twice|z", "2|new|b", "3|new|c");
    }

    @Test
    void twoCutsInARowMergeTheirDeletionVectors() {
        cut(session, 2, orders(delete(1L)));
        cut(session, 3, orders(update(3L, "paid", "c")));

        assertThat(lake.rows(ORDERS)).containsExactly("2|new|b", "3|paid|c");
    }

    @Test
    void aDataFileWithoutARowLeftIsDropped() {
        cut(session, 2, orders(delete(1L), delete(2L)));
        cut(session, 3, orders(delete(3L)));

        assertThat(lake.rows(ORDERS)).isEmpty();
        assertThat(lake.<Integer>read(
                        ORDERS,
                        table -> table.currentSnapshot().dataManifests(table.io()).stream()
                                .mapToInt(manifest -> manifest.existingFilesCount() + manifest.addedFilesCount())
                                .sum()))
                .isZero();
    }

    @Test
    void aRowThatWasFlushedIsReplacedInTheSameCut() throws Exception {
        tinyMemory();
        cut(
                session,
                2,
                orders(insert(4L, "one", "d"), insert(5L, "one", "e"), update(1L, "one", "a")),
                orders(update(4L, "two", "d"), update(1L, "two", "a")),
                orders(delete(5L), update(4L, "three", "d")));

        assertThat(lake.rows(ORDERS)).containsExactly("1|two|a", "2|new|b", "3|new|c", "4|three|d");
    }

    @Test
    void aTransactionLargerThanMemoryIsOneCommit() throws Exception {
        tinyMemory();
        List<ColumnBatch> batches = new ArrayList<>();
        for (int batch = 0; batch < 20; batch++) {
            TestRows.Change[] changes = new TestRows.Change[200];
            for (int i = 0; i < changes.length; i++) {
                changes[i] = insert((long) (10 + (batch * 150 + i)), "batch " + batch, "n");
            }
            batches.add(orders(changes));
        }
        cut(session, 2, batches.toArray(ColumnBatch[]::new));

        assertThat(lake.rows(ORDERS)).hasSize(3 + 19 * 150 + 200);
        assertThat(lake.rows(ORDERS)).doesNotHaveDuplicates();
        assertThat(lake.<Long>read(
                        ORDERS,
                        table -> java.util.stream.StreamSupport.stream(
                                        table.snapshots().spliterator(), false)
                                .count()))
                .isEqualTo(2);
    }

    @Test
    void aMoveDeletesTheOldKeyAndInsertsTheNew() {
        cut(session, 2, orders(moveOut(1L), moveIn(10L, "moved", "a"), moveOut(2L), moveIn(1L, "moved", "b")));

        assertThat(lake.rows(ORDERS)).containsExactly("10|moved|a", "1|moved|b", "3|new|c");
    }

    @Test
    void truncateForgetsWhatTheCutDidBeforeAndKeepsWhatItDoesAfter() throws Exception {
        tinyMemory();
        cut(
                session,
                2,
                orders(insert(4L, "gone", "d")),
                orders(update(1L, "gone", "a"), truncate(), insert(1L, "after", "z")),
                orders(insert(7L, "after", "y")));

        assertThat(lake.rows(ORDERS)).containsExactly("1|after|z", "7|after|y");
        assertThat(lake.dataFilesOnDisk()).isEqualTo(lake.referencedFiles(ORDERS, EVENTS));

        cut(session, 3, orders(delete(1L), update(7L, "later", "y"), insert(2L, "back", "b")));
        assertThat(lake.rows(ORDERS)).containsExactly("2|back|b", "7|later|y");
    }

    @Test
    void unavailableValuesComeFromTheBufferTheLakeAndFlushedFiles() throws Exception {
        tinyMemory();
        cut(
                session,
                2,
                orders(insert(4L, "one", "long d"), update(4L, "two", UNAVAILABLE), update(1L, "two", UNAVAILABLE)),
                orders(
                        update(4L, "three", UNAVAILABLE),
                        update(1L, "three", UNAVAILABLE),
                        moveOut(2L),
                        moveIn(20L, "moved", UNAVAILABLE)),
                orders(update(20L, UNAVAILABLE, "new note")));

        assertThat(lake.rows(ORDERS)).containsExactly("1|three|a", "20|moved|new note", "3|new|c", "4|three|long d");
    }

    @Test
    void aConditionalUpdateOnlyTouchesRowsThatAreThere() {
        cut(
                session,
                2,
                orders(
                        update(1L, "kept", UNAVAILABLE).ifPresent(),
                        update(50L, "not there", UNAVAILABLE).ifPresent(),
                        moveOut(51L),
                        moveIn(52L, "not there", UNAVAILABLE).ifPresent(),
                        moveOut(2L),
                        moveIn(22L, "moved", UNAVAILABLE).ifPresent()));

        assertThat(lake.rows(ORDERS)).containsExactly("1|kept|a", "22|moved|b", "3|new|c");
    }

    @Test
    void rowsThatNobodyCanCompleteAreReadAgainAndBoundTheCut() {
        List<Long> asked = new ArrayList<>();
        RowRefetch refetch = (table, keys) -> {
            ColumnBatch found = ColumnBatch.create(ORDERS_SCHEMA, ColumnBatch.Content.SNAPSHOT, 4);
            for (int i = 0; i < keys.rowCount(); i++) {
                long id = ((io.sluice.pipeline.batch.LongVector) keys.column(0)).get(i);
                asked.add(id);
                if (id != 61) {
                    TestRows.append(found, id, "from source", "s" + id);
                    found.endRow();
                }
            }
            return new RowRefetch.Refetched(found, at(250));
        };
        try (CutWriter writer = session.openCut(2, refetch)) {
            writer.apply(orders(
                    update(60L, "?", UNAVAILABLE),
                    update(61L, "?", UNAVAILABLE),
                    update(1L, "?", "?").refetch(),
                    update(2L, "?", "?").refetch(),
                    update(2L, "wins", "later")));
            assertThat(writer.notBefore()).contains(at(250));
            assertThatThrownBy(() -> writer.prepare(at(200))).hasMessageContaining("true at");
            session.commit(writer.prepare(at(300)));
        }

        assertThat(asked).containsExactlyInAnyOrder(60L, 61L, 1L);
        assertThat(lake.rows(ORDERS))
                .containsExactly("1|from source|s1", "2|wins|later", "3|new|c", "60|from source|s60");
    }

    @Test
    void aTableWithoutAKeyIsAMultiset() throws Exception {
        tinyMemory();
        cut(session, 2, events(delete("x", 1), insert("z", 3), insert("z", 3), delete("nothing", 9)));
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "y|2", "z|3", "z|3");

        cut(session, 3, events(delete("z", 3), insert("x", 1)), events(delete("x", 1), delete("x", 1), delete("x", 1)));
        assertThat(lake.rows(EVENTS)).containsExactly("y|2", "z|3");

        cut(session, 4, events(moveOut("y", 2), moveIn(UNAVAILABLE, 5)));
        assertThat(lake.rows(EVENTS)).containsExactly("y|5", "z|3");
    }

    @Test
    void aTableWithoutChangesIsNotCommitted() {
        cut(session, 2, orders(delete(1L)), events(delete("nothing", 1)));

        assertThat(lake.properties(EVENTS)).containsEntry("sluice.cut", "1");
        assertThat(lake.properties(ORDERS)).containsEntry("sluice.cut", "2");
    }

    @Test
    void aCutThatIsGivenUpLeavesNoFile() throws Exception {
        tinyMemory();
        var before = lake.dataFilesOnDisk();
        try (CutWriter writer = session.openCut(2, TestLake.NO_REFETCH)) {
            writer.apply(orders(insert(4L, "one", "d"), update(1L, "one", "a")));
            writer.apply(events(insert("z", 3)));
            assertThat(lake.dataFilesOnDisk()).hasSizeGreaterThan(before.size());
        }

        assertThat(lake.dataFilesOnDisk()).isEqualTo(before);
        cut(session, 2, orders(insert(4L, "two", "d"), update(1L, "two", "a")));
        assertThat(lake.rows(ORDERS)).containsExactly("1|two|a", "2|new|b", "3|new|c", "4|two|d");
    }

    @Test
    void theNextCutIsCollectedWhileTheOneBeforeIsCommitted() {
        var second = TestLake.prepare(session, 2, TestLake.NO_REFETCH, orders(insert(4L, "one", "d"), delete(1L)));
        try (CutWriter third = session.openCut(3, TestLake.NO_REFETCH)) {
            third.apply(orders(update(4L, "two", UNAVAILABLE), insert(1L, "back", "a")));
            assertThat(session.commit(second).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
            third.apply(orders(update(2L, "two", "b")));
            session.commit(third.prepare(at(300)));
        }

        assertThat(lake.rows(ORDERS)).containsExactly("1|back|a", "2|two|b", "3|new|c", "4|two|d");
    }

    private String addedRecords() {
        return lake.read(ORDERS, table -> table.currentSnapshot().summary().get("added-records"));
    }

    /** Every batch is flushed at once. */
    private void tinyMemory() throws Exception {
        lake.restart();
        lake.with(options -> options.withMemory(1, 8L << 20));
        session = lake.session();
    }
}
