package io.sluice.lake;

import static io.sluice.lake.TestLake.cut;
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
import static io.sluice.lake.TestRows.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.lake.TestLake.Killed;
import io.sluice.lake.index.RocksKeyIndexes;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Taking over: after an end in order, after a kill anywhere, after the loss of the local state. */
class RestartTest {

    @TempDir
    Path directory;

    TestLake lake;
    LakeSession session;

    @BeforeEach
    void published() {
        lake = new TestLake(directory);
        session = lake.session();
        publish(session, ORDERS_SCHEMA, 100, row(1L, "new", "a"), row(2L, "new", "b"), row(3L, "new", "c"));
        publish(session, EVENTS_SCHEMA, 100, row("x", 1), row("x", 1));
        cut(session, 2, orders(update(1L, "paid", "a")), events(insert("y", 2)));
    }

    @AfterEach
    void close() throws Exception {
        lake.assertSound(ORDERS, EVENTS);
        lake.close();
    }

    @Test
    void aLaterOwnerHasAHigherEpochAndGoesOnWhereTheTablesAre() throws Exception {
        lake.restart();
        session = lake.session();

        assertThat(session.epoch()).isEqualTo(2);
        assertThat(session.tables()).extracting(LakeTableState::cut).containsExactly(2L, 2L);
        cut(session, 3, orders(update(1L, "sent", UNAVAILABLE), delete(2L)), events(delete("x", 1)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|sent|a", "3|new|c");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "y|2");
    }

    @Test
    void aLostIndexIsRebuiltFromTheLake() throws Exception {
        lake.restart();
        deleteState();
        session = lake.session();

        cut(session, 3, orders(update(1L, "sent", UNAVAILABLE), delete(2L)), events(delete("x", 1), delete("y", 2)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|sent|a", "3|new|c");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1");
    }

    @Test
    void aStaleIndexIsRebuiltFromTheLake() throws Exception {
        lake.restart();
        TestLake elsewhere =
                new TestLake(directory).with(options -> options.withStateDirectory(directory.resolve("other-state")));
        cut(elsewhere.session(), 3, orders(update(1L, "elsewhere", "a"), insert(4L, "elsewhere", "d")));
        elsewhere.close();
        session = lake.session();

        cut(session, 4, orders(update(1L, "here", UNAVAILABLE), delete(4L)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|here|a", "2|new|b", "3|new|c");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "CUT_.*")
    void aKilledCutIsDoneAgainAndDoneOnce(FailPoint failPoint) throws Exception {
        lake.restart();
        LakeSession doomed = dyingAt(failPoint);
        assertThatThrownBy(() -> cut(
                        doomed,
                        3,
                        orders(update(1L, "sent", UNAVAILABLE), insert(4L, "new", "d"), delete(2L)),
                        events(insert("z", 3))))
                .isInstanceOf(Killed.class);
        lake.kill();

        lake.with(options -> options);
        session = lake.session();
        // The pipeline gives a table only what it does not have yet.
        for (LakeTableState table : session.tables()) {
            if (table.cut() < 3) {
                cut(
                        session,
                        3,
                        table.table().equals(ORDERS)
                                ? orders(update(1L, "sent", UNAVAILABLE), insert(4L, "new", "d"), delete(2L))
                                : events(insert("z", 3)));
            }
        }
        assertThat(lake.rows(ORDERS)).containsExactly("1|sent|a", "3|new|c", "4|new|d");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1", "y|2", "z|3");
        cut(session, 5, orders(update(4L, "later", UNAVAILABLE), delete(1L)), events(delete("z", 3)));
        assertThat(lake.rows(ORDERS)).containsExactly("3|new|c", "4|later|d");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "x|1", "y|2");
    }

    @Test
    void aKillBetweenCatalogAndIndexIsMendedWithoutARebuild() throws Exception {
        lake.restart();
        LakeSession doomed = dyingAt(FailPoint.CUT_AFTER_CATALOG);
        assertThatThrownBy(() -> cut(doomed, 3, orders(update(1L, "sent", "a"), insert(4L, "new", "d"))))
                .isInstanceOf(Killed.class);
        lake.kill();

        lake.with(options -> options);
        session = lake.session();
        cut(session, 4, orders(delete(4L)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|sent|a", "2|new|b", "3|new|c");
        lake.restart();
        // Ordinals go on where they were; a rebuild would have numbered the files anew from 0.
        try (RocksKeyIndexes indexes = new RocksKeyIndexes(directory.resolve("state"), 8L << 20);
                var index = indexes.open(TestLake.PIPELINE, ORDERS)) {
            assertThat(index.files()).hasSize(3);
            assertThat(index.nextFile()).isEqualTo(3);
        }
    }

    @Test
    void aKillWhileTakingOverLeavesAPipelineThatCanBeTakenOver() throws Exception {
        lake.restart();
        assertThatThrownBy(() -> dyingAt(FailPoint.OWN_AFTER_TABLE)).isInstanceOf(Killed.class);
        lake.kill();

        lake.with(options -> options);
        session = lake.session();
        assertThat(session.epoch()).isEqualTo(3);
        cut(session, 3, orders(delete(1L)));
    }

    @Test
    void compactionByAnotherEngineIsAccepted() throws Exception {
        cut(session, 3, orders(insert(9L, "new", "i")));
        lake.restart();
        compact();

        session = lake.session();
        cut(session, 4, orders(update(1L, "after", UNAVAILABLE), delete(9L)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|after|a", "2|new|b", "3|new|c");
    }

    @Test
    void aTableOfAnotherPipelineIsRefused() {
        assertThatThrownBy(() -> lake.lake().takeOver("other", List.of(spec(ORDERS_SCHEMA))))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_CONFLICT))
                .hasMessageContaining("belongs to pipeline 'shop', expected 'other'");
    }

    @Test
    void aSchemaThatDoesNotFitIsRefused() {
        TableSchema other = new TableSchema(
                ORDERS,
                0,
                List.of(Column.of("id", DataType.INT64, false), Column.of("extra", DataType.DATE, true)),
                List.of(0));

        assertThatThrownBy(() -> lake.lake().takeOver(TestLake.PIPELINE, List.of(spec(other))))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_CONFLICT))
                .hasMessageContaining("extra");
        assertThat(lake.lake().check(TestLake.PIPELINE, List.of(spec(other)))).anySatisfy(problem -> {
            assertThat(problem.kind()).isEqualTo(ErrorKind.SCHEMA_CHANGED);
            assertThat(problem.table()).contains(ORDERS);
            assertThat(problem.message()).contains("extra");
        });
    }

    @Test
    void aTableThatIsLeftBehindIsStoppedInTheCommitThatTakesItOverAndKeepsItsNotes() throws Exception {
        session.note(ORDERS, Map.of("columns", "id"));
        cut(session, 3, orders(insert(7L, "seven", "a")));
        lake.restart();
        LakeTableState old = lake.lake().inspect(List.of(ORDERS)).get(0);
        assertThat(old.notes()).containsEntry("columns", "id");
        lake.restart();

        long epoch;
        try (LakeSession later = lake.lake().takeOver(TestLake.PIPELINE, List.of(), Map.of(ORDERS, "it changed"))) {
            assertThat(later.tables()).isEmpty();
            epoch = later.epoch();
        }
        lake.restart();
        LakeTableState left = lake.lake().inspect(List.of(ORDERS)).get(0);
        assertThat(left.phase()).isEqualTo(TablePhase.STOPPED);
        assertThat(left.detail()).isEqualTo("it changed");
        assertThat(left.epoch()).isEqualTo(epoch).isGreaterThan(old.epoch());
        assertThat(left.cut()).isEqualTo(old.cut());
        assertThat(left.position()).isEqualTo(old.position());
        assertThat(left.notes()).isEqualTo(old.notes());
    }

    @Test
    void checkNamesEveryProblemAndLeavesNothingBehind() throws Exception {
        IcebergLake checked = lake.lake();
        var before = allFiles();

        assertThat(checked.check(TestLake.PIPELINE, List.of(spec(ORDERS_SCHEMA))))
                .isEmpty();
        assertThat(checked.check("other", List.of(spec(ORDERS_SCHEMA))))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.kind()).isEqualTo(ErrorKind.LAKE_CONFLICT);
                    assertThat(problem.message()).contains("belongs to pipeline 'shop'");
                });
        TableSchema fresh = new TableSchema(
                new io.sluice.pipeline.schema.TableId("shop", "fresh"), 0, ORDERS_SCHEMA.columns(), List.of(0));
        assertThat(checked.check(TestLake.PIPELINE, List.of(spec(fresh)))).isEmpty();
        assertThat(checked.check(TestLake.PIPELINE, List.of(spec(fresh, "day(nothing)"))))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.kind()).isEqualTo(ErrorKind.CONFIGURATION);
                    assertThat(problem.message()).contains("nothing");
                });
        assertThat(checked.check(
                        TestLake.PIPELINE, List.of(new LakeTableSpec(fresh, List.of(), Map.of("format-version", "2")))))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.kind()).isEqualTo(ErrorKind.CONFIGURATION);
                    assertThat(problem.message()).contains("format-version is '2', expected 3");
                });
        assertThat(allFiles()).isEqualTo(before);
    }

    @Test
    void anUnpublishedTableHasNoSnapshotAndAnEmptyOneCanBePublished() throws Exception {
        TestLake other = new TestLake(directory.resolve("second"));
        LakeSession fresh = other.session();
        assertThat(fresh.tables()).allSatisfy(state -> {
            assertThat(state.phase()).isEqualTo(TablePhase.SNAPSHOT);
            assertThat(state.snapshotId()).isEmpty();
            assertThat(state.position()).isEmpty();
        });
        assertThat(other.<Boolean>read(ORDERS, table -> table.currentSnapshot() == null))
                .isTrue();

        fresh.publish(ORDERS, List.of(), 1, TestLake.at(100));
        assertThat(other.rows(ORDERS)).isEmpty();
        cut(fresh, 2, orders(insert(1L, "first", "a")));
        assertThat(other.rows(ORDERS)).containsExactly("1|first|a");
        other.close();
    }

    @Test
    void partitionedTablesFollowTheirRowsAcrossPartitions() throws Exception {
        TestLake other = new TestLake(directory.resolve("second"));
        LakeSession partitioned = other.session(spec(ORDERS_SCHEMA, "status"));
        publish(partitioned, ORDERS_SCHEMA, 100, row(1L, "new", "a"), row(2L, "new", "b"), row(3L, "old", "c"));
        cut(partitioned, 2, orders(update(1L, "old", UNAVAILABLE), delete(3L), insert(4L, null, "d")));

        assertThat(other.rows(ORDERS)).containsExactly("1|old|a", "2|new|b", "4|null|d");
        other.close();
    }

    private LakeSession dyingAt(FailPoint failPoint) {
        lake.with(options -> options.withFailPoints(TestLake.dyingAt(failPoint)));
        return lake.session();
    }

    /** What any engine's compaction does: one file with the live rows takes the place of all files. */
    private void compact() throws Exception {
        Catalog catalog = IcebergCatalogs.open(lake.options().catalog());
        try (AutoCloseable closing = (AutoCloseable) catalog) {
            Table table = catalog.loadTable(LakeTables.identifier(ORDERS));
            List<Object[]> rows =
                    List.of(row(9L, "new", "i"), row(3L, "new", "c"), row(1L, "paid", "a"), row(2L, "new", "b"));
            var writer = new io.sluice.lake.parquet.PartitionedFileWriter(
                    ORDERS, table, CutFiles.factory(table, org.apache.iceberg.FileFormat.PARQUET, "compaction"));
            var batch = io.sluice.pipeline.batch.ColumnBatch.create(
                    ORDERS_SCHEMA, io.sluice.pipeline.batch.ColumnBatch.Content.SNAPSHOT, 4);
            for (Object[] row : rows) {
                TestRows.append(batch, row);
                batch.endRow();
            }
            writer.append(batch);
            var rewrite = table.newRewrite()
                    .validateFromSnapshot(table.currentSnapshot().snapshotId());
            try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                for (FileScanTask task : tasks) {
                    rewrite.deleteFile(task.file());
                    task.deletes().forEach(rewrite::deleteFile);
                }
            }
            writer.finish().forEach(rewrite::addFile);
            rewrite.commit();
        }
    }

    private void deleteState() throws Exception {
        try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private List<Path> allFiles() throws Exception {
        try (Stream<Path> files = Files.walk(directory.resolve("warehouse"))) {
            return files.sorted().toList();
        }
    }
}
