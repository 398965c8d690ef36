package io.sluice.lake;

import static io.sluice.lake.TestLake.NO_REFETCH;
import static io.sluice.lake.TestLake.at;
import static io.sluice.lake.TestLake.cut;
import static io.sluice.lake.TestLake.prepare;
import static io.sluice.lake.TestLake.publish;
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
import static io.sluice.lake.TestRows.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CommitListener;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.TablePhase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exactly once: what a commit does when others commit too, when answers are lost, and when the process dies. */
class CommitTest {

    @TempDir
    Path directory;

    TestLake lake;
    FaultyCatalog faults;
    LakeSession session;

    @BeforeEach
    void published() {
        faults = new FaultyCatalog();
        lake = new TestLake(directory).catalogWrappedBy(faults::wrap);
        session = lake.session();
        publish(session, ORDERS_SCHEMA, 100, row(1L, "new", "a"), row(2L, "new", "b"));
        publish(session, EVENTS_SCHEMA, 100, row("x", 1));
    }

    @AfterEach
    void close() throws Exception {
        faults.clear();
        lake.close();
    }

    @Test
    void aRaceThatIsLostToAHarmlessChangeIsTriedAgain() {
        faults.beforeSwap(ORDERS, () -> setProperty("someone", "was here"));

        assertThat(cut(session, 2, orders(update(1L, "paid", "a"))).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b");
        assertThat(lake.properties(ORDERS)).containsEntry("someone", "was here").containsEntry("sluice.cut", "2");
        lake.assertSound(ORDERS);
    }

    @Test
    void aTakeoverBetweenCheckAndSwapFencesTheOldOwner() {
        TestLake other = new TestLake(directory);
        faults.beforeSwap(ORDERS, other::session);
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a")));

        CommitOutcome outcome = session.commit(prepared);

        assertThat(outcome).isEqualTo(new CommitOutcome.Fenced(ORDERS, 1, 2));
        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|new|b");
        assertThat(lake.dataFilesOnDisk()).isEqualTo(lake.referencedFiles(ORDERS, EVENTS));
        closeQuietly(other);
    }

    @Test
    void eachTablesCommitIsTold() throws Exception {
        lake.restart();
        List<String> told = new ArrayList<>();
        lake.with(options -> options.withCommits((cut, tables) -> {
            String parts = "cut " + cut + " " + tables;
            told.add(parts);
            return outcome -> told.add(parts + " " + outcome);
        }));
        session = lake.session();
        cut(session, 2, orders(update(1L, "paid", "a"), insert(3L, "new", "c")), events(delete("x", 1)));

        String orders = "cut 2 [" + new CommitListener.Part(ORDERS, 2, 1, 1) + "]";
        // Its only row goes with its file.
        String events = "cut 2 [" + new CommitListener.Part(EVENTS, 0, 0, 0) + "]";
        assertThat(told)
                .containsExactlyInAnyOrder(
                        orders, orders + " Optional[COMMITTED]", events, events + " Optional[COMMITTED]");

        told.clear();
        TestLake other = new TestLake(directory);
        faults.beforeSwap(ORDERS, other::session);
        cut(session, 3, orders(delete(2L)));
        assertThat(told).hasSize(2).last().asString().startsWith("cut 3").endsWith("Optional[FENCED]");
        closeQuietly(other);
    }

    @Test
    void aForeignWriteBetweenCheckAndSwapStopsThatTable() {
        faults.beforeSwap(ORDERS, () -> foreignDelete());

        assertThat(cut(session, 2, orders(update(1L, "paid", "a"))).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);

        assertThat(lake.properties(ORDERS))
                .containsEntry("sluice.phase", "STOPPED")
                .containsEntry("sluice.cut", "1")
                .extractingByKey("sluice.stopped-reason")
                .asString()
                .contains("shop.orders", "expected cut 1", "found");
        assertThat(lake.rows(ORDERS)).isEmpty();
    }

    @Test
    void aForeignWriteStopsTheNextOwner() throws Exception {
        lake.restart();
        foreignDelete();

        assertThatThrownBy(lake::session)
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_CONFLICT))
                .hasMessageContaining("shop.orders")
                .hasMessageContaining("Drop it and start the pipeline again");
    }

    @Test
    void aDroppedTableStops() {
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a")));
        useCatalog(catalog -> catalog.dropTable(LakeTables.identifier(ORDERS), false));

        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(session.tables())
                .filteredOn(state -> state.table().equals(ORDERS))
                .singleElement()
                .satisfies(state -> {
                    assertThat(state.phase()).isEqualTo(TablePhase.STOPPED);
                    assertThat(state.detail()).contains("is gone");
                });
    }

    @Test
    void aLostAnswerAfterTheEffectIsResolvedByReading() {
        faults.afterSwap(ORDERS, () -> {
            throw new CommitStateUnknownException(new RuntimeException("connection reset"));
        });

        assertThat(cut(session, 2, orders(update(1L, "paid", "a"))).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b");
        assertThat(snapshots()).isEqualTo(2);
        cut(session, 3, orders(update(1L, "sent", UNAVAILABLE)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|sent|a", "2|new|b");
    }

    @Test
    void anErrorOfTheStorageAfterTheEffectIsResolvedByReading() {
        faults.afterSwap(ORDERS, () -> {
            throw new UncheckedIOException(new java.io.IOException("broken pipe"));
        });

        assertThat(cut(session, 2, orders(delete(1L))).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("2|new|b");
        assertThat(snapshots()).isEqualTo(2);
    }

    @Test
    void anErrorBeforeTheEffectIsTriedAgain() {
        faults.beforeSwap(ORDERS, () -> {
            throw new UncheckedIOException(new java.io.IOException("broken pipe"));
        });

        assertThat(cut(session, 2, orders(delete(1L))).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(snapshots()).isEqualTo(2);
    }

    @Test
    void anUnreadableTableLeavesTheOutcomeUnknownAndTheSameCommitCanBeCalledAgain() {
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a")));
        faults.afterSwap(ORDERS, () -> {
            faults.unreachable(ORDERS);
            throw new CommitStateUnknownException(new RuntimeException("connection reset"));
        });

        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.UNKNOWN);
        faults.clear();
        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.ALREADY_COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b");
        cut(session, 3, orders(update(1L, "sent", UNAVAILABLE)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|sent|a", "2|new|b");
    }

    @Test
    void aLaterOwnerDoesNotMakeALandedCommitLookLost() {
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a")));
        TestLake other = new TestLake(directory);
        faults.afterSwap(ORDERS, () -> {
            other.session();
            throw new CommitStateUnknownException(new RuntimeException("connection reset"));
        });

        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b");
        closeQuietly(other);
    }

    @Test
    void aFullDiskGivesTheCommitUpAndItCanBeDoneLater() {
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a")));
        faults.beforeSwap(ORDERS, () -> {
            throw new UncheckedIOException(new java.io.IOException("No space left on device"));
        });

        assertThatThrownBy(() -> session.commit(prepared))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_REFUSED));
        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|new|b");
        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b");
    }

    @Test
    void losingEveryRaceIsUnknownAndNothingIsLost() {
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a")));
        faults.everySwap(ORDERS, () -> {
            throw new CommitFailedException("someone was faster");
        });

        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.UNKNOWN);
        faults.clear();
        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
    }

    @Test
    void aCutThatBrokeOffBetweenTwoTablesIsCompletedByTheSameCommit() {
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a")), events(insert("z", 9)));
        faults.everySwap(EVENTS, () -> {
            throw new CommitFailedException("someone was faster");
        });
        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.UNKNOWN);
        assertThat(lake.properties(ORDERS)).containsEntry("sluice.cut", "2");
        assertThat(lake.properties(EVENTS)).containsEntry("sluice.cut", "1");
        faults.clear();

        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "z|9");
        assertThat(session.commit(prepared).kind()).isEqualTo(CommitOutcome.Kind.ALREADY_COMMITTED);
        lake.assertSound(ORDERS, EVENTS);
    }

    @Test
    void aPreparedCutSurvivesSerialisation() throws Exception {
        PreparedCut prepared = prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a"), insert(3L, "new", "c")));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(prepared);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(session.commit((PreparedCut) in.readObject()).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        }
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b", "3|new|c");
        cut(session, 3, orders(delete(3L)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b");
    }

    @Test
    void aRefusedPublicationDeletesItsFilesAndShowsNothing() {
        TestLake other = new TestLake(directory.resolve("second"));
        LakeSession first = other.session();
        SnapshotFiles files = TestLake.write(first, ORDERS_SCHEMA, row(1L, "new", "a"));
        other.session();

        assertThat(first.publish(ORDERS, List.of(files), 1, at(100)).kind()).isEqualTo(CommitOutcome.Kind.FENCED);
        assertThat(other.dataFilesOnDisk()).isEmpty();
        assertThat(other.rows(ORDERS)).isEmpty();
        closeQuietly(other);
    }

    @Test
    void aStoppedTableSaysWhyAndCanBePublishedAnew() {
        assertThat(session.stop(ORDERS, "column dropped").kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.lake().inspect(List.of(ORDERS))).singleElement().satisfies(state -> {
            assertThat(state.phase()).isEqualTo(TablePhase.STOPPED);
            assertThat(state.detail()).isEqualTo("column dropped");
            assertThat(state.cut()).isEqualTo(1);
        });

        SnapshotFiles files = TestLake.write(session, ORDERS_SCHEMA, row(7L, "fresh", "z"));
        assertThat(session.publish(ORDERS, List.of(files), 5, at(500)).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(lake.rows(ORDERS)).containsExactly("7|fresh|z");
        cut(session, 6, orders(update(7L, "changed", UNAVAILABLE)));
        assertThat(lake.rows(ORDERS)).containsExactly("7|changed|z");
        lake.assertSound(ORDERS);
    }

    private long snapshots() {
        return lake.read(ORDERS, table -> {
            long count = 0;
            for (var snapshot : table.snapshots()) {
                count++;
            }
            return count;
        });
    }

    private void setProperty(String name, String value) {
        useCatalog(catalog -> catalog.loadTable(LakeTables.identifier(ORDERS))
                .updateProperties()
                .set(name, value)
                .commit());
    }

    private void foreignDelete() {
        useCatalog(catalog -> catalog.loadTable(LakeTables.identifier(ORDERS))
                .newDelete()
                .deleteFromRowFilter(org.apache.iceberg.expressions.Expressions.alwaysTrue())
                .commit());
    }

    private void useCatalog(java.util.function.Consumer<org.apache.iceberg.catalog.Catalog> use) {
        org.apache.iceberg.catalog.Catalog catalog =
                IcebergCatalogs.open(lake.options().catalog());
        try {
            use.accept(catalog);
        } finally {
            closeQuietly((AutoCloseable) catalog);
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
