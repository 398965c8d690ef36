package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.TableStatus;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that are rewritten or altered while a pipeline reads or follows them. */
class TableChangesIT {

    @TempDir
    Path directory;

    private TestDatabase database;
    private Rig rig;

    @BeforeEach
    void tables() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, note text)",
                "INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 2000) i",
                "DELETE FROM orders WHERE id % 3 = 0",
                "CREATE TABLE clients (id int PRIMARY KEY, note text)",
                "INSERT INTO clients SELECT i, md5(i::text) FROM generate_series(1, 2000) i",
                "DELETE FROM clients WHERE id % 3 = 0");
        rig = new Rig(database, directory, "orders", "clients");
    }

    @AfterEach
    void drop() {
        FullDiskFileIO.restore();
        database.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"VACUUM FULL", "TRUNCATE"})
    void aTableRewrittenBetweenPlanningAndReadingIsReadAgainByItself(String rewrite) throws InterruptedException {
        rig.catalogProperty("io-impl", FullDiskFileIO.class.getName());
        // Whichever table is read first, the other one is planned and not yet read.
        FullDiskFileIO.beforeFirst(
                location -> location.contains("/data/"),
                location -> database.execute(rewrite + (location.contains("/orders/data/") ? " clients" : " orders")));
        rig.catchUpAndCompare();
        assertThat(rig.failures()).isNotEmpty().allSatisfy(failed -> {
            assertThat(failed.failure().kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
            assertThat(failed.failure().message()).contains("was rewritten", "VACUUM FULL", "public.");
            assertThat(failed.retryIn()).isPresent();
        });
        assertThat(rig.slots()).containsExactly(rig.slotName());
    }

    @Test
    void aRewriteWithoutAChangeOfTheSchemaDoesNotDisturbTheStream() throws InterruptedException {
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            rig.awaitPublished(pipeline);
            database.execute(
                    "UPDATE orders SET note = 'before' WHERE id < 100",
                    "VACUUM FULL orders",
                    "UPDATE orders SET note = 'between' WHERE id < 50",
                    "CLUSTER orders USING orders_pkey",
                    "ALTER TABLE orders SET (fillfactor = 50)",
                    "ALTER TABLE orders ALTER note SET STORAGE EXTERNAL",
                    "INSERT INTO orders VALUES (10000, 'after')",
                    "TRUNCATE clients",
                    "INSERT INTO clients VALUES (1, 'alone')");
            rig.awaitPublished(pipeline);
            assertThat(pipeline.status().tables()).noneMatch(table -> table.phase() == PipelinePhase.STOPPED);
        }
        rig.assertEqual();
        assertThat(rig.failures()).isEmpty();
    }

    @Test
    void aNewColumnStopsItsTableForGoodWhileTheOthersGoOn() throws InterruptedException {
        database.execute("CREATE TABLE frozen AS SELECT * FROM orders");
        String reason;
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            rig.awaitPublished(pipeline);
            database.execute(
                    "ALTER TABLE orders ADD COLUMN priority int DEFAULT 1",
                    "INSERT INTO orders VALUES (10000, 'with a priority', 2)",
                    "INSERT INTO clients VALUES (10000, 'goes on')");
            rig.awaitPublished(pipeline);
            Awaitility.await()
                    .atMost(Rig.LIMIT)
                    .until(() -> !rig.events(PipelineEvent.TableStopped.class).isEmpty());
            TableStatus stopped = table(pipeline, "public.orders");
            assertThat(stopped.phase()).isEqualTo(PipelinePhase.STOPPED);
            reason = stopped.detail();
            assertThat(reason).contains("public.orders", "column 'priority' integer is new");
            assertThat(table(pipeline, "public.clients").phase()).isNotEqualTo(PipelinePhase.STOPPED);
            assertThat(rig.events(PipelineEvent.TableStopped.class))
                    .singleElement()
                    .satisfies(event -> assertThat(event.reason()).isEqualTo(reason));
        }
        rig.assertLake("clients", "SELECT * FROM clients");
        rig.assertLake("orders", "SELECT * FROM frozen");

        database.execute(
                "INSERT INTO orders VALUES (10001, 'later', 3)", "INSERT INTO clients VALUES (10001, 'still')");
        try (Pipeline again = rig.pipeline()) {
            again.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            assertThat(again.awaitEnd(Rig.LIMIT)).isTrue();
            assertThat(again.status().state())
                    .as("with %s", again.status().error())
                    .isEqualTo(PipelineState.STOPPED);
            assertThat(table(again, "public.orders").phase()).isEqualTo(PipelinePhase.STOPPED);
            assertThat(table(again, "public.orders").detail()).isEqualTo(reason);
        }
        rig.assertLake("clients", "SELECT * FROM clients");
        rig.assertLake("orders", "SELECT * FROM frozen");

        rig.dropLakeTable("orders");
        rig.catchUpAndCompare();
    }

    private static TableStatus table(Pipeline pipeline, String source) {
        return pipeline.status().tables().stream()
                .filter(table -> table.source().equals(source))
                .findFirst()
                .orElseThrow();
    }
}
