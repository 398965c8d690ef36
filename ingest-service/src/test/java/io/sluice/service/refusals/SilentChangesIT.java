package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changes rows without a trace in the log stops its table; what only gives it new files does not. */
class SilentChangesIT {

    private static final String[] SILENT = {
        "ALTER TABLE orders ALTER COLUMN amount TYPE int USING amount * 2",
        "ALTER TABLE parts ALTER COLUMN amount TYPE int USING amount * 2"
    };

    /** New files, new catalog rows of columns, all rows new: each of them alone, and the first two together. */
    private static final String[] HARMLESS = {
        "VACUUM FULL orders",
        "ALTER TABLE orders ALTER amount SET STATISTICS 50",
        "ALTER TABLE orders ALTER amount SET DEFAULT 5",
        "ALTER TABLE orders ALTER note TYPE varchar(200)",
        "CLUSTER orders USING orders_pkey",
        "ALTER TABLE clients ALTER note SET DEFAULT ''",
        "UPDATE clients SET note = note || '!'",
        "TRUNCATE other",
        "INSERT INTO other VALUES (7, 'new')",
        "VACUUM FULL parts",
        "ALTER TABLE parts ALTER amount SET DEFAULT 5",
        "CREATE TABLE parts_3 PARTITION OF parts FOR VALUES FROM (200) TO (300)",
        "INSERT INTO parts VALUES (250, 1)",
        "UPDATE orders SET note = 'x' WHERE id < 100"
    };

    @TempDir
    Path directory;

    private TestDatabase database;
    private Rig rig;

    @BeforeEach
    void tables() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, note varchar(100), amount int)",
                "INSERT INTO orders SELECT i, md5(i::text), i FROM generate_series(1, 500) i",
                "CREATE TABLE clients (id int PRIMARY KEY, note text)",
                "INSERT INTO clients SELECT i, md5(i::text) FROM generate_series(1, 500) i",
                "CREATE TABLE other (id int PRIMARY KEY, note text)",
                "INSERT INTO other SELECT i, md5(i::text) FROM generate_series(1, 10) i",
                "CREATE TABLE parts (id int PRIMARY KEY, amount int) PARTITION BY RANGE (id)",
                "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100)",
                "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (100) TO (200)",
                "INSERT INTO parts SELECT i, i FROM generate_series(50, 150) i");
        rig = new Rig(database, directory, "orders", "clients", "other", "parts");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    @Test
    void aRewriteWhileThePipelineStreamsIsInNoCut() throws InterruptedException {
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            rig.awaitPublished(pipeline);
            database.execute("CREATE TABLE before_orders AS SELECT * FROM orders");
            database.execute("CREATE TABLE before_parts AS SELECT * FROM parts");
            database.execute(SILENT);
            // A change behind the rewrite must not be published with the rows from before it.
            database.execute("UPDATE orders SET note = 'later' WHERE id = 1", "INSERT INTO clients VALUES (1000, 'x')");
            rig.awaitPublished(pipeline);
            assertStopped(pipeline);
        }
        rig.assertLake("orders", "SELECT * FROM before_orders");
        rig.assertLake("parts", "SELECT * FROM before_parts");
        rig.assertLake("clients", "SELECT * FROM clients");
        rig.dropLakeTable("orders");
        rig.dropLakeTable("parts");
        rig.catchUpAndCompare();
    }

    @Test
    void aRewriteWhileThePipelineWasStoppedStopsItsTable() throws InterruptedException {
        rig.catchUpAndCompare();
        database.execute("CREATE TABLE before_orders AS SELECT * FROM orders");
        database.execute(SILENT);
        // The column's catalog row changes again, and rows with it.
        database.execute(
                "ALTER TABLE orders ALTER amount SET STATISTICS 10",
                "UPDATE orders SET note = 'later' WHERE id < 400",
                "VACUUM FULL orders",
                "INSERT INTO clients VALUES (1000, 'x')");
        assertThat(rig.plan().notes())
                .filteredOn(note -> note.contains("without a trace"))
                .satisfiesExactly(
                        note -> assertThat(note).contains("public.orders", "were rewritten"),
                        note -> assertThat(note).contains("public.parts", "were rewritten"));
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            assertThat(pipeline.awaitEnd(Rig.LIMIT)).isTrue();
            assertStopped(pipeline);
        }
        rig.assertLake("orders", "SELECT * FROM before_orders");
        rig.assertLake("clients", "SELECT * FROM clients");
    }

    @Test
    void newFilesAndNewCatalogRowsAloneStopNothing() throws InterruptedException {
        rig.catchUpAndCompare();
        database.execute(HARMLESS);
        assertThat(rig.plan().notes()).noneMatch(note -> note.contains("without a trace"));
        rig.catchUpAndCompare();
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            rig.awaitPublished(pipeline);
            for (String harmless : HARMLESS) {
                if (!harmless.startsWith("CREATE") && !harmless.startsWith("INSERT INTO parts")) {
                    database.execute(harmless);
                    database.execute("UPDATE orders SET amount = amount + 1 WHERE id = 1");
                }
            }
            rig.awaitPublished(pipeline);
            assertThat(pipeline.status().tables()).noneMatch(table -> table.phase() == PipelinePhase.STOPPED);
        }
        rig.assertEqual();
        assertThat(rig.events(PipelineEvent.TableStopped.class)).isEmpty();
    }

    @Test
    void aTableThatIsDroppedOrReplacedUnderTheStreamStopsAlone() throws InterruptedException {
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            rig.awaitPublished(pipeline);
            database.execute(
                    "DROP TABLE other",
                    "DROP TABLE parts",
                    "CREATE TABLE parts (id int PRIMARY KEY, amount int)",
                    "INSERT INTO parts VALUES (1, 1)",
                    "INSERT INTO clients VALUES (1000, 'x')");
            Awaitility.await()
                    .atMost(Rig.LIMIT)
                    .until(() -> rig.events(PipelineEvent.TableStopped.class).size() == 2);
            rig.awaitPublished(pipeline);
            assertThat(rig.events(PipelineEvent.TableStopped.class))
                    .extracting(PipelineEvent.TableStopped::reason)
                    .anySatisfy(reason -> assertThat(reason).contains("public.other", "dropped or renamed"))
                    .anySatisfy(reason -> assertThat(reason).contains("public.parts", "made anew"));
        }
        rig.assertLake("clients", "SELECT * FROM clients");
        rig.assertLake("orders", "SELECT * FROM orders");
    }

    private static void assertStopped(Pipeline pipeline) {
        Awaitility.await()
                .atMost(Rig.LIMIT)
                .untilAsserted(() -> assertThat(pipeline.status().tables())
                        .allSatisfy(table -> assertThat(table.phase() == PipelinePhase.STOPPED)
                                .as("%s: %s", table.source(), table.detail())
                                .isEqualTo(table.source().equals("public.orders")
                                        || table.source().equals("public.parts"))));
        assertThat(pipeline.status().tables())
                .filteredOn(table -> table.phase() == PipelinePhase.STOPPED)
                .allSatisfy(table -> assertThat(table.detail()).contains("USING", "was altered", "loaded anew"));
    }
}
