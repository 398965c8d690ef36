package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.TableStatus;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another engine changes a lake table: a compaction is followed, anything else stops that table and no other. */
class OutsideHandsIT {

    @TempDir
    Path directory;

    private TestDatabase database;
    private Rig rig;

    @BeforeEach
    void tables() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, note text)",
                "INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 500) i",
                "CREATE TABLE clients (id int PRIMARY KEY, note text)",
                "INSERT INTO clients SELECT i, md5(i::text) FROM generate_series(1, 500) i");
        rig = new Rig(database, directory, "orders", "clients");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    @Test
    void aTableWrittenToWhileThePipelineWasStoppedIsLeftBehindAlone() throws InterruptedException {
        rig.catchUpAndCompare();
        rig.changeLakeTable("orders", OutsideHandsIT::deleteAll);
        database.execute("INSERT INTO orders VALUES (1000, 'late')", "INSERT INTO clients VALUES (1000, 'goes on')");

        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            assertThat(pipeline.awaitEnd(Rig.LIMIT)).isTrue();
            assertThat(pipeline.status().state()).isEqualTo(PipelineState.STOPPED);
            assertOrdersStopped(pipeline);
        }
        rig.assertLake("clients", "SELECT * FROM clients");
        rig.assertLake("orders", "SELECT * FROM orders WHERE false");

        rig.dropLakeTable("orders");
        rig.catchUpAndCompare();
    }

    @Test
    void aTableWrittenToUnderTheStreamStopsAndTheOthersStreamOn() throws InterruptedException {
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            rig.awaitPublished(pipeline);
            rig.changeLakeTable("orders", OutsideHandsIT::deleteAll);
            database.execute("INSERT INTO orders VALUES (1000, 'a')", "INSERT INTO clients VALUES (1000, 'a')");
            rig.awaitPublished(pipeline);
            assertOrdersStopped(pipeline);
            assertThat(rig.events(PipelineEvent.TableStopped.class))
                    .singleElement()
                    .satisfies(event -> assertThat(event.source()).isEqualTo("public.orders"))
                    .satisfies(event -> assertThat(event.reason()).contains("written to by someone else"));
            database.execute("UPDATE orders SET note = 'b'", "UPDATE clients SET note = 'b'");
            rig.awaitPublished(pipeline);
            rig.assertLake("clients", "SELECT * FROM clients");
            assertThat(rig.failures()).isEmpty();
            rig.assertLake("orders", "SELECT * FROM orders WHERE false");

            pipeline.resnapshot("public.orders");
            Awaitility.await()
                    .atMost(Rig.LIMIT)
                    .untilAsserted(() -> assertThat(pipeline.status().tables())
                            .allSatisfy(table -> assertThat(table.phase()).isEqualTo(PipelinePhase.STREAMING)));
            database.execute("UPDATE orders SET note = 'c' WHERE id < 10");
            rig.awaitPublished(pipeline);
            rig.assertEqual();
        }
        rig.catchUpAndCompare();
    }

    @Test
    void aTableCompactedUnderTheStreamIsFollowed() throws InterruptedException {
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            rig.awaitPublished(pipeline);
            database.execute("UPDATE orders SET note = 'before' WHERE id < 50");
            rig.awaitPublished(pipeline);
            rig.changeLakeTable("orders", OutsideHandsIT::moveRows);
            database.execute(
                    "UPDATE orders SET note = 'after' WHERE id % 3 = 0",
                    "DELETE FROM orders WHERE id % 7 = 0", "UPDATE clients SET note = 'after'");
            rig.awaitPublished(pipeline);
            rig.assertEqual();
            // A table streams once little is left to read, which may be a moment after the cut was published.
            Awaitility.await()
                    .atMost(Rig.LIMIT)
                    .untilAsserted(() -> assertThat(pipeline.status().tables())
                            .allSatisfy(table -> assertThat(table.phase()).isEqualTo(PipelinePhase.STREAMING)));
        }
        rig.catchUpAndCompare();
    }

    private static void assertOrdersStopped(Pipeline pipeline) {
        TableStatus orders = pipeline.status().tables().stream()
                .filter(table -> table.source().equals("public.orders"))
                .findFirst()
                .orElseThrow();
        assertThat(orders.phase()).isEqualTo(PipelinePhase.STOPPED);
        assertThat(orders.detail()).contains("lake.orders", "written to by someone else", "start the pipeline again");
    }

    private static void deleteAll(Table table) {
        table.newDelete().deleteFromRowFilter(Expressions.alwaysTrue()).commit();
    }

    /** Every data file without deleted rows goes to another place. */
    private static void moveRows(Table table) {
        RewriteFiles rewrite =
                table.newRewrite().validateFromSnapshot(table.currentSnapshot().snapshotId());
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                if (task.deletes().isEmpty()) {
                    rewrite.deleteFile(task.file()).addFile(copy(table, task.file()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rewrite.commit();
    }

    private static DataFile copy(Table table, DataFile file) throws IOException {
        String moved = file.location().replaceFirst("\\.parquet$", "-moved.parquet");
        Files.copy(Path.of(file.location()), Path.of(moved));
        return DataFiles.builder(table.spec()).copy(file).withPath(moved).build();
    }
}
