package io.sluice.lake;

import static io.sluice.lake.TestLake.NO_REFETCH;
import static io.sluice.lake.TestLake.cut;
import static io.sluice.lake.TestLake.prepare;
import static io.sluice.lake.TestLake.publish;
import static io.sluice.lake.TestLake.spec;
import static io.sluice.lake.TestRows.EVENTS;
import static io.sluice.lake.TestRows.EVENTS_SCHEMA;
import static io.sluice.lake.TestRows.ORDERS;
import static io.sluice.lake.TestRows.ORDERS_SCHEMA;
import static io.sluice.lake.TestRows.UNAVAILABLE;
import static io.sluice.lake.TestRows.delete;
import static io.sluice.lake.TestRows.events;
import static io.sluice.lake.TestRows.insert;
import static io.sluice.lake.TestRows.orders;
import static io.sluice.lake.TestRows.row;
import static io.sluice.lake.TestRows.truncate;
import static io.sluice.lake.TestRows.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.lake.TestLake.Killed;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.LakeProblem;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.LoadStep;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChunkRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold on every catalog and every storage. */
abstract class StoreContract extends StoreFixture {

    @Test
    void changesWaitInALoadBesideItsTableAndNoFileOfThemIsLeftBehind() throws Exception {
        session.askLoad(ORDERS);
        session.beginDrain(ORDERS, TestLake.at(100));
        for (int number = 2; number < 4; number++) {
            CutWriter writer = session.openCut(number, NO_REFETCH);
            writer.drain(ORDERS, CutWriter.Drain.INTO_LOAD_AND_TABLE);
            writer.apply(orders(update((long) number, "paid", UNAVAILABLE)));
            writer.apply(events(insert("y", number)));
            assertThat(session.commit(writer.prepare(TestLake.at(number * 100L)))
                            .kind())
                    .isEqualTo(CommitOutcome.Kind.COMMITTED);
        }
        session.addToLoad(
                ORDERS,
                new LoadStep(
                        List.of(TestLake.write(
                                session, ORDERS_SCHEMA, row(2L, "new", "read anew"), row(3L, "new", "read anew"))),
                        List.of(new ChunkRange("1/1", 0, ChunkRange.OPEN)),
                        TestLake.at(100),
                        TableLoad.Extent.COMPLETE));
        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|paid|b", "3|paid|c");
        lake.restart();

        session = lake.session();
        CutWriter writer = session.openCut(4, NO_REFETCH);
        writer.publishLoad(ORDERS);
        writer.apply(events(insert("y", 4)));
        assertThat(session.commit(writer.prepare(TestLake.at(400))).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("2|paid|read anew", "3|paid|read anew");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    @Test
    void snapshotsAndCutsAreReadBackAlsoAfterARestart() throws Exception {
        cut(
                session,
                2,
                orders(insert(4L, "new", "d"), update(2L, "paid", UNAVAILABLE), delete(1L)),
                events(insert("y", 2), delete("x", 1)));
        assertThat(lake.rows(ORDERS)).containsExactly("2|paid|b", "3|new|c", "4|new|d");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "y|2");

        lake.restart();
        session = lake.session();
        assertThat(session.epoch()).isEqualTo(2);
        assertThat(session.tables()).extracting(LakeTableState::cut).containsExactly(2L, 2L);
        cut(session, 3, orders(update(4L, "sent", UNAVAILABLE)), events(truncate(), insert("z", 9)));
        assertThat(lake.rows(ORDERS)).containsExactly("2|paid|b", "3|new|c", "4|sent|d");
        assertThat(lake.rows(EVENTS)).containsExactly("z|9");
        lake.assertSound(ORDERS, EVENTS);
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    @Test
    void partitionedTablesAreWrittenAndAnEmptyOneCanBePublished() throws Exception {
        TestLake other = newLake(directory.resolve("second"));
        try (LakeSession partitioned = other.session(spec(ORDERS_SCHEMA, "status"), spec(EVENTS_SCHEMA))) {
            publish(partitioned, ORDERS_SCHEMA, 100, row(1L, "new", "a"), row(2L, "old one", "b"));
            publish(partitioned, EVENTS_SCHEMA, 100);
            cut(partitioned, 2, orders(update(1L, "old one", UNAVAILABLE), delete(2L)), events(insert("x", 1)));
            assertThat(other.rows(ORDERS)).containsExactly("1|old one|a");
            assertThat(other.rows(EVENTS)).containsExactly("x|1");
            other.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
        }
        other.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = FailPoint.class,
            names = {"CUT_AFTER_DELETES", "CUT_AFTER_TABLE", "CUT_AFTER_CATALOG"})
    void aKilledCutIsDoneAgainAndDoneOnce(FailPoint failPoint) throws Exception {
        lake.restart();
        lake.with(options -> options.withFailPoints(TestLake.dyingAt(failPoint)));
        LakeSession doomed = lake.session();
        try {
            cut(doomed, 2, orders(update(1L, "sent", UNAVAILABLE), delete(2L)), events(insert("z", 3)));
            // One commit for all tables has no moment after the first of them.
            assertThat(failPoint).isEqualTo(FailPoint.CUT_AFTER_TABLE);
        } catch (Killed killed) {
            assertThat(killed).isNotNull();
        }
        lake.kill();

        lake.with(options -> options);
        session = lake.session();
        for (LakeTableState table : session.tables()) {
            if (table.cut() < 2) {
                cut(
                        session,
                        2,
                        table.table().equals(ORDERS)
                                ? orders(update(1L, "sent", UNAVAILABLE), delete(2L))
                                : events(insert("z", 3)));
            }
        }
        cut(session, 3, orders(insert(5L, "new", "e")));
        assertThat(lake.rows(ORDERS)).containsExactly("1|sent|a", "3|new|c", "5|new|e");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1", "z|3");
        lake.<TableId>read(ORDERS, table -> {
            LakeAudit.assertNoFileMissing(lake.store, table);
            return ORDERS;
        });
    }

    @Test
    void aSecondOwnerFencesTheFirstAndItsFilesAreRemoved() throws Exception {
        PreparedCut stale = prepare(session, 2, NO_REFETCH, orders(update(1L, "stale", "a")), events(insert("s", 1)));
        try (TestLake rival = rival()) {
            LakeSession second = rival.session();
            assertThat(second.epoch()).isEqualTo(2);
            assertThat(session.commit(stale)).isInstanceOf(CommitOutcome.Fenced.class);
            cut(second, 2, orders(update(1L, "second", "a")));
        }
        assertThat(lake.rows(ORDERS)).containsExactly("1|second|a", "2|new|b", "3|new|c");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    @Test
    void aTakeoverBetweenCheckAndSwapFencesTheFirst() throws Exception {
        PreparedCut stale = prepare(session, 2, NO_REFETCH, orders(update(1L, "stale", "a")), events(insert("s", 1)));
        try (TestLake rival = rival()) {
            lake.faults.after(MANIFEST_LIST_OF_ORDERS, rival::session);

            assertThat(session.commit(stale)).isEqualTo(new CommitOutcome.Fenced(ORDERS, 1, 2));
        }
        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|new|b", "3|new|c");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    @Test
    void aPublicationOfAnOwnerBeforeShowsNothing() throws Exception {
        TestLake other = newLake(directory.resolve("second"));
        LakeSession first = other.session();
        SnapshotFiles files = TestLake.write(first, ORDERS_SCHEMA, row(1L, "stale", "a"));
        try (TestLake rival = new TestLake(directory.resolve("rival"), other.store)) {
            rival.session();
            assertThat(first.publish(ORDERS, List.of(files), 1, TestLake.at(100)))
                    .isInstanceOf(CommitOutcome.Fenced.class);
        }
        assertThat(other.rows(ORDERS)).isEmpty();
        other.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
        other.close();
    }

    @Test
    void aStoppedTableSaysWhyStaysAndCanBePublishedAnew() throws Exception {
        assertThat(session.stop(ORDERS, "column dropped").kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        lake.restart();
        session = lake.session();
        assertThat(session.tables())
                .filteredOn(state -> state.table().equals(ORDERS))
                .singleElement()
                .satisfies(state -> {
                    assertThat(state.phase()).isEqualTo(TablePhase.STOPPED);
                    assertThat(state.detail()).isEqualTo("column dropped");
                });
        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|new|b", "3|new|c");

        SnapshotFiles files = TestLake.write(session, ORDERS_SCHEMA, row(7L, "fresh", "z"));
        assertThat(session.publish(ORDERS, List.of(files), 5, TestLake.at(500)).kind())
                .isEqualTo(CommitOutcome.Kind.COMMITTED);
        cut(session, 6, orders(update(7L, "changed", UNAVAILABLE)));
        assertThat(lake.rows(ORDERS)).containsExactly("7|changed|z");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    @ParameterizedTest
    @EnumSource(Answer.class)
    void aCommitWhoseAnswerIsWrongOrMissingIsDoneOnceAndLeavesNoFile(Answer answer) {
        answerNextCommit(answer);

        CommitOutcome outcome = cut(session, 2, orders(update(1L, "paid", "a"), delete(2L)), events(insert("z", 9)));

        assertThat(outcome.kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "3|new|c");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1", "z|9");
        assertThat(cut(session, 3, orders(update(1L, "sent", UNAVAILABLE))).kind())
                .isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|sent|a", "3|new|c");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    @Test
    void aCatalogThatIsAwayForMinutesIsAskedWithGrowingPausesAndLosesNothing() {
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a")), events(insert("z", 9)));
        goAway();
        Duration outage = Duration.ofMinutes(5);
        int calls = 0;
        CommitOutcome outcome = session.commit(prepared);
        while (lake.waited.compareTo(outage) < 0) {
            assertThat(outcome.kind()).isEqualTo(CommitOutcome.Kind.UNKNOWN);
            lake.waited = lake.waited.plus(Duration.ofSeconds(30));
            calls++;
            outcome = session.commit(prepared);
        }
        assertThat(calls).isGreaterThan(5);
        comeBack();

        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b", "3|new|c");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1", "z|9");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {".*/orders/data/.*parquet", ".*/orders/data/.*puffin"})
    void aFileWhoseWritingWasAnsweredWithAFailureIsGivenUpWholeAlsoWhenItIsThere(String file) {
        lake.faults.after("close " + file, () -> {
            throw new UncheckedIOException(new IOException("Connection reset"));
        });

        assertThatThrownBy(() -> cut(session, 2, orders(update(1L, "paid", "a")), events(insert("z", 9))))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_UNAVAILABLE));

        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
        cut(session, 2, orders(update(1L, "paid", "a")), events(insert("z", 9)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b", "3|new|c");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1", "z|9");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {".*/orders/metadata/.*-m\\d+.avro", ".*/orders/metadata/snap-.*"})
    void aManifestThatCannotBeWrittenLeavesNothingAndTheCommitCanBeCalledAgain(String file) {
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a")), events(insert("z", 9)));
        lake.faults.after("close " + file, () -> {
            throw new UncheckedIOException(new IOException("Connection reset"));
        });

        assertThatThrownBy(() -> session.commit(prepared))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_UNAVAILABLE));
        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);

        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b", "3|new|c");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    @Test
    void aForeignWriteStopsThatTableAndTheOthersHaveTheCut() {
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a")), events(insert("z", 9)));
        CutWriter next = session.openCut(3, NO_REFETCH);
        next.apply(orders(delete(2L)));
        next.apply(events(insert("later", 1)));
        new OtherEngine(lake, ORDERS).append(row(7L, "foreign", "x"));

        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);

        assertThat(state(ORDERS)).satisfies(state -> {
            assertThat(state.phase()).isEqualTo(TablePhase.STOPPED);
            assertThat(state.cut()).isEqualTo(1);
            assertThat(state.detail())
                    .contains("shop.orders")
                    .contains("written to by someone else")
                    .contains("drop it and start the pipeline again");
        });
        next.apply(orders(insert(8L, "more", "y")));
        assertThat(session.commit(next.prepare(TestLake.at(300))).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|new|b", "3|new|c", "7|foreign|x");
        assertThat(lake.rows(EVENTS)).containsExactly("later|1", "x|1", "x|1", "z|9");
        assertThat(lake.lake().inspect(List.of(ORDERS))).singleElement().satisfies(state -> {
            assertThat(state.phase()).isEqualTo(TablePhase.STOPPED);
            assertThat(state.detail()).contains("written to by someone else");
        });
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
        SnapshotFiles files = TestLake.write(session, ORDERS_SCHEMA, row(1L, "anew", "z"));
        assertThat(session.publish(ORDERS, List.of(files), 5, TestLake.at(500)).kind())
                .isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|anew|z");
    }

    @Test
    void aRolledBackTableStopsAndTheOthersHaveTheCut() {
        cut(session, 2, orders(update(1L, "paid", "a")), events(insert("y", 2)));
        new OtherEngine(lake, ORDERS).rollBack();

        assertThat(cut(session, 3, orders(delete(1L)), events(insert("z", 3))).kind())
                .isEqualTo(CommitOutcome.Kind.COMMITTED);

        assertThat(state(ORDERS).phase()).isEqualTo(TablePhase.STOPPED);
        assertThat(state(ORDERS).detail()).contains("rolled back");
        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|new|b", "3|new|c");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1", "y|2", "z|3");
    }

    @Test
    void aTableChangedByOthersWhileThePipelineWasStoppedIsLeftBehindAloneAtItsStart() throws Exception {
        lake.restart();
        new OtherEngine(lake, ORDERS).append(row(7L, "foreign", "x"));
        List<LakeProblem> problems = lake.lake().check(TestLake.PIPELINE, List.of(spec(ORDERS_SCHEMA)));
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo(ErrorKind.LAKE_CONFLICT);
            assertThat(problem.table()).contains(ORDERS);
        });

        session = lake.lake()
                .takeOver(
                        TestLake.PIPELINE,
                        List.of(spec(EVENTS_SCHEMA)),
                        Map.of(ORDERS, problems.get(0).message()));
        cut(session, 2, events(insert("z", 3)));
        session.close();

        assertThat(lake.lake().inspect(List.of(ORDERS))).singleElement().satisfies(state -> {
            assertThat(state.phase()).isEqualTo(TablePhase.STOPPED);
            assertThat(state.epoch()).isEqualTo(2);
            assertThat(state.detail()).contains("written to by someone else");
        });
        assertThat(lake.rows(ORDERS)).contains("7|foreign|x");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1", "z|3");
    }

    @Test
    void aCompactionByAnotherEngineIsFollowed() throws Exception {
        cut(session, 2, orders(update(1L, "paid", UNAVAILABLE)), events(insert("y", 2)));
        PreparedCut prepared = prepare(session, 3, NO_REFETCH, events(delete("y", 2)), orders(delete(2L)));
        new OtherEngine(lake, ORDERS).compact();

        assertThatThrownBy(() -> session.commit(prepared))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_UNAVAILABLE))
                .hasMessageContaining("shop.orders")
                .hasMessageContaining("compacted by another engine");

        // What the pipeline does when a failure passes: it begins again where the tables are.
        lake.restart();
        session = lake.session();
        for (LakeTableState table : session.tables()) {
            assertThat(table.phase()).isEqualTo(TablePhase.STREAMING);
            if (table.cut() < 3) {
                cut(session, 3, table.table().equals(ORDERS) ? orders(delete(2L)) : events(delete("y", 2)));
            }
        }
        cut(session, 4, orders(update(1L, "sent", UNAVAILABLE), insert(3L, "again", "c")));
        assertThat(lake.rows(ORDERS)).containsExactly("1|sent|a", "3|again|c");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    @Test
    void checkFindsNothingWrongAndLeavesNothingBehind() {
        TableSchema fresh = new TableSchema(new TableId("shop", "fresh"), 0, ORDERS_SCHEMA.columns(), List.of(0));
        List<String> before = List.copyOf(lake.store.files(lake.store.warehouse()));

        assertThat(lake.lake().check(TestLake.PIPELINE, List.of(spec(ORDERS_SCHEMA), spec(fresh, "status"))))
                .isEmpty();
        assertThat(lake.store.files(lake.store.warehouse())).containsExactlyElementsOf(before);
    }

    static final String MANIFEST_LIST_OF_ORDERS = "close .*/orders/metadata/snap-.*";
}
