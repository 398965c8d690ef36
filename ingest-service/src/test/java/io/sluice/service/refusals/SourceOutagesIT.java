package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.service.plan.PlanReport;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.testkit.faults.TcpProxy;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source goes away under a pipeline that streams, or keeps no log for it. */
class SourceOutagesIT {

    private static final String[] TABLES = {
        "CREATE TABLE orders (id int PRIMARY KEY, note text)",
        "INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 200) i",
        "CREATE TABLE clients (id int PRIMARY KEY, note text)",
        "INSERT INTO clients SELECT i, md5(i::text) FROM generate_series(1, 200) i"
    };

    @TempDir
    Path directory;

    @Test
    void aConnectionThatIsCutInMidTransactionIsMadeAgainAndNothingIsLostOrDoubled()
            throws InterruptedException, SQLException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                TcpProxy proxy = new TcpProxy(database.host(), database.port())) {
            database.execute(TABLES);
            Rig rig = new Rig(database, directory, "orders", "clients")
                    .settings("commit-max-rows: 500")
                    .connectingTo(proxy.port());
            try (Pipeline pipeline = rig.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                rig.awaitPublished(pipeline);
                for (int round = 0; round < 2; round++) {
                    // Published is not yet streaming: there must be a connection to cut.
                    Awaitility.await()
                            .atMost(Rig.LIMIT)
                            .until(() -> !database.queryStrings(
                                            "SELECT 1 FROM pg_replication_slots WHERE active AND slot_name = '"
                                                    + rig.slotName() + "'")
                                    .isEmpty());
                    int failures = rig.failures().size();
                    try (Connection connection = database.connect();
                            Statement statement = connection.createStatement()) {
                        connection.setAutoCommit(false);
                        int from = 1000 * (round + 1);
                        statement.execute(insert("orders", from, from + 400));
                        statement.execute(insert("clients", from, from + 400));
                        connection.commit();
                        // The server is sending the transaction now, and sends no other before it.
                        if (round == 0) {
                            assertThat(database.terminateWalSenders()).isPositive();
                        } else {
                            proxy.cut();
                        }
                        statement.execute("DELETE FROM orders WHERE id % 7 = " + round);
                        connection.commit();
                    }
                    Awaitility.await()
                            .atMost(Rig.LIMIT)
                            .until(() -> rig.failures().size() > failures);
                    PipelineEvent.Failed told = rig.failures().get(failures);
                    rig.told(told.failure(), ErrorKind.SOURCE_UNAVAILABLE);
                    assertThat(told.retryIn()).isPresent();
                    rig.awaitPublished(pipeline);
                    rig.assertEqual();
                }
                assertRetried(rig);
            }
        }
    }

    @Test
    void aServerThatIsRestartedOrKilledIsFollowedAgainByItself() throws InterruptedException {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start()) {
            TestDatabase database = server.createDatabase();
            database.execute(TABLES);
            Rig rig = new Rig(database, directory, "orders", "clients");
            try (Pipeline pipeline = rig.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                rig.awaitPublished(pipeline);
                for (int round = 0; round < 2; round++) {
                    database.inTransaction(
                            insert("orders", 1000 * (round + 1), 1000 * (round + 1) + 300),
                            "DELETE FROM clients WHERE id % 5 = " + round);
                    int failures = rig.failures().size();
                    if (round == 0) {
                        server.stop();
                    } else {
                        server.kill();
                    }
                    Awaitility.await()
                            .atMost(Rig.LIMIT)
                            .until(() -> pipeline.status().state() == PipelineState.RETRYING);
                    PipelineStatus.Failure failure = pipeline.status().error().orElseThrow();
                    rig.told(failure, ErrorKind.SOURCE_UNAVAILABLE);
                    server.restart();
                    database.execute("INSERT INTO clients VALUES (" + (5000 + round) + ", 'after')");
                    rig.awaitPublished(pipeline);
                    assertThat(rig.failures()).hasSizeGreaterThan(failures);
                    rig.assertEqual();
                }
                assertRetried(rig);
            }
        }
    }

    @Test
    void aSlotThatIsDroppedUnderTheStreamIsMadeAgainAndEveryTableLoadedAnew() throws InterruptedException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase()) {
            database.execute(TABLES);
            database.execute("CREATE TABLE events (kind text, n int)", "ALTER TABLE events REPLICA IDENTITY FULL");
            Rig rig = new Rig(database, directory, "orders", "clients", "events");
            try (Pipeline pipeline = rig.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                rig.awaitPublished(pipeline);
                Awaitility.await().atMost(Rig.LIMIT).ignoreExceptions().until(() -> {
                    database.terminateWalSenders();
                    database.execute("SELECT pg_drop_replication_slot('" + rig.slotName() + "')");
                    return true;
                });
                database.execute(
                        "DELETE FROM orders WHERE id < 50",
                        "INSERT INTO events SELECT 'k' || i % 3, i % 2 FROM generate_series(1, 50) i",
                        "UPDATE clients SET note = 'missed'");
                awaitLoadedAnew(rig, pipeline);
                assertThat(rig.events(PipelineEvent.StreamLost.class))
                        .singleElement()
                        .satisfies(event -> assertThat(event.reason()).contains("slot"));
                database.execute("DELETE FROM events WHERE n = 1", "INSERT INTO orders VALUES (5000, 'after')");
                rig.awaitPublished(pipeline);
                rig.assertEqual();
                assertRetried(rig);
            }
            rig.catchUpAndCompare();
        }
    }

    /** They are read anew in any case: as they are now, unless the file no longer fits them. */
    @Test
    void tablesWhoseColumnsChangedWhileTheSlotWasLostComeBackWithThem() throws InterruptedException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase()) {
            database.execute(TABLES);
            database.execute(
                    "CREATE TABLE items (id int PRIMARY KEY, n int, spare text)",
                    "INSERT INTO items SELECT i, i, 'spare' FROM generate_series(1, 100) i",
                    "CREATE TABLE days (id int PRIMARY KEY, d date, note text)",
                    "INSERT INTO days SELECT i, '2024-01-01', 'note' FROM generate_series(1, 10) i",
                    "CREATE TABLE picked (id int PRIMARY KEY, n int)",
                    "INSERT INTO picked SELECT i, i FROM generate_series(1, 10) i");
            Rig rig = new Rig(database, directory, "orders", "clients", "items", "days", "picked")
                    .transform("days", "partition-keys: day(d)")
                    .transform("picked", "projection: \"id, n\"");
            rig.catchUpAndCompare();
            database.execute(
                    "SELECT pg_drop_replication_slot('" + rig.slotName() + "')",
                    "CREATE TABLE frozen AS SELECT * FROM items",
                    "ALTER TABLE items DROP COLUMN spare, ADD COLUMN fresh int DEFAULT 7, ALTER n TYPE bigint",
                    "UPDATE items SET n = 5000000000 WHERE id = 1",
                    // A rewrite that the log does not carry, of a table whose columns stay.
                    "ALTER TABLE clients ALTER note TYPE text USING upper(note)",
                    "ALTER TABLE days ALTER d TYPE text USING d::text",
                    "ALTER TABLE picked DROP COLUMN n",
                    "DELETE FROM orders WHERE id < 50");

            rig.dyingAt(point -> {
                if (point == FailPoint.SLOT_AFTER_CREATION) {
                    throw new AssertionError("died at " + point);
                }
            });
            rig.fails(ErrorKind.INTERNAL);
            rig.assertLake("items", "SELECT * FROM frozen");
            rig.dyingAt(FailPoints.NONE).catchUp();

            for (String table : List.of("orders", "clients", "items")) {
                rig.assertLake(table, "SELECT * FROM " + table);
                assertThat(rig.publishedCut(table)).isEqualTo(rig.publishedCut("orders"));
            }
            assertThat(rig.events(PipelineEvent.StreamLost.class)).hasSize(1);
            assertStopped(rig, "public.days", "partitioned by", "Drop it and start the pipeline again");
            assertStopped(rig, "public.picked", "'n'", "Correct that in the pipeline's file", "loaded anew");

            // What the messages say.
            rig.dropLakeTable("days");
            rig.transform("days").transform("picked", "projection: \"id\"");
            try (Pipeline pipeline = rig.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                rig.awaitPublished(pipeline);
                pipeline.resnapshot("public.picked");
                Awaitility.await()
                        .atMost(Rig.LIMIT)
                        .until(() -> pipeline.status().tables().stream()
                                .allMatch(table -> table.phase() == PipelinePhase.STREAMING && !table.loading()));
            }
            rig.catchUpAndCompare();
        }
    }

    /** The log tells nothing of it, and the slot looks healthy all the time. */
    @Test
    void whatLeavesThePublicationIsNoticedAndLoadedAnewAlsoWhenItIsBack() throws InterruptedException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase()) {
            database.execute(TABLES);
            Rig rig = new Rig(database, directory, "orders", "clients");
            String publication;
            try (Pipeline pipeline = rig.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                rig.awaitPublished(pipeline);
                publication = database.queryString("SELECT pubname FROM pg_publication");
                database.execute("ALTER PUBLICATION " + publication + " DROP TABLE clients");
                database.execute("UPDATE clients SET note = 'not told' WHERE id < 100");
                database.execute("ALTER PUBLICATION " + publication + " ADD TABLE ONLY clients");
                database.execute("INSERT INTO orders VALUES (5000, 'goes on')");
                awaitLosses(rig, 1);
                rig.awaitPublished(pipeline);
                Awaitility.await()
                        .atMost(Rig.LIMIT)
                        .until(() -> pipeline.status().tables().stream()
                                .allMatch(table -> table.phase() == PipelinePhase.STREAMING && !table.loading()));
                rig.assertEqual();
                assertRetried(rig);
            }
            assertThat(rig.events(PipelineEvent.StreamLost.class).get(0).reason())
                    .contains("publication", "does not include public.clients", "read again")
                    .doesNotContain("orders");
            assertThat(rig.events(PipelineEvent.TablePublished.class))
                    .extracting(PipelineEvent.TablePublished::sink)
                    .containsExactlyInAnyOrder("lake.orders", "lake.clients", "lake.clients");

            // While the pipeline is stopped: all of it goes, and comes back as if nothing had been.
            database.execute("DROP PUBLICATION " + publication);
            database.execute("DELETE FROM orders WHERE id < 50", "UPDATE clients SET note = 'missed'");
            database.execute("CREATE PUBLICATION " + publication + " FOR TABLE ONLY orders, ONLY clients"
                    + " WITH (publish_via_partition_root = true)");
            PlanReport plan = rig.plan();
            assertThat(plan.canRun()).isTrue();
            assertThat(plan.notes())
                    .anyMatch(note -> note.contains("does not include public.clients, public.orders")
                            && note.contains("loaded anew"));
            rig.catchUpAndCompare();
            awaitLosses(rig, 2);
            assertThat(rig.events(PipelineEvent.StreamLost.class).get(1).reason())
                    .contains("does not include public.clients, public.orders");

            database.execute("DROP PUBLICATION " + publication, "DELETE FROM clients WHERE id < 50");
            rig.sourceSettings("on-lost-slot: fail");
            assertThat(rig.plan().lakeObjections())
                    .anyMatch(objection -> objection.contains("public.clients, public.orders")
                            && objection.contains("source.on-lost-slot"));
            PipelineStatus.Failure failure = rig.fails(ErrorKind.SOURCE_LOST);
            assertThat(failure.message())
                    .contains("publication", "public.clients, public.orders", "did not for a while");
            assertThat(failure.hint()).contains("on-lost-slot");
            rig.sourceSettings("").catchUpAndCompare();
            awaitLosses(rig, 3);
        }
    }

    private static void awaitLosses(Rig rig, int times) {
        Awaitility.await()
                .atMost(Rig.LIMIT)
                .untilAsserted(() ->
                        assertThat(rig.events(PipelineEvent.StreamLost.class)).hasSize(times));
    }

    private static void assertStopped(Rig rig, String table, String... words) {
        assertThat(rig.events(PipelineEvent.TableStopped.class))
                .filteredOn(event -> event.source().equals(table))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.reason()).contains(words));
    }

    /** The way back is one cut for all tables. */
    private static void awaitLoadedAnew(Rig rig, Pipeline pipeline) {
        Awaitility.await()
                .atMost(Rig.LIMIT)
                .until(() -> !rig.events(PipelineEvent.StreamLost.class).isEmpty()
                        && pipeline.status().phase() == PipelinePhase.STREAMING);
        assertThat(List.of(rig.publishedCut("orders"), rig.publishedCut("clients")))
                .containsOnly(rig.publishedCut("orders"));
        assertThat(pipeline.status().tables())
                .allSatisfy(table -> assertThat(table.phase()).isEqualTo(PipelinePhase.STREAMING));
    }

    @Test
    void aSlotWhoseLogTheServerRemovedIsMadeAgainAndEveryTableLoadedAnew() throws InterruptedException {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(
                Map.of("max_slot_wal_keep_size", "1MB", "min_wal_size", "32MB", "max_wal_size", "32MB"))) {
            TestDatabase database = server.createDatabase();
            database.execute(TABLES);
            Rig rig = new Rig(database, directory, "orders", "clients").sourceSettings("on-lost-slot: fail");
            rig.catchUpAndCompare();
            long cut = rig.publishedCut("orders");
            loseTheLog(database, rig);
            PipelineStatus.Failure failure = rig.fails(ErrorKind.SOURCE_LOST);
            assertThat(failure.message())
                    .contains(rig.slotName(), "can no longer be used", "max_slot_wal_keep_size", "read again");
            assertThat(failure.hint()).contains("read again", "on-lost-slot");
            assertThat(rig.publishedCut("orders")).isEqualTo(cut);
            assertThat(rig.plan().lakeObjections())
                    .singleElement()
                    .satisfies(objection -> assertThat(objection).contains(rig.slotName(), "on-lost-slot"));

            // What the hint says.
            rig.sourceSettings("");
            assertThat(rig.plan().lakeObjections()).isEmpty();
            assertThat(rig.plan().notes()).anySatisfy(note -> assertThat(note).contains("loaded anew"));
            rig.catchUpAndCompare();
            assertThat(rig.events(PipelineEvent.StreamLost.class)).hasSize(1);
            assertThat(rig.publishedCut("clients")).isEqualTo(rig.publishedCut("orders"));
        }
    }

    @Test
    void anotherServerBehindTheSameAddressIsNotLoadedSilently() throws InterruptedException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                EmbeddedPostgresServer other = EmbeddedPostgresServer.start()) {
            database.execute(TABLES);
            Rig rig = new Rig(database, directory, "orders", "clients");
            rig.catchUpAndCompare();
            long cut = rig.publishedCut("orders");
            TestDatabase there = other.createDatabase(database.name());
            there.execute(TABLES);

            rig.connectingTo(there.port());
            PipelineStatus.Failure failure = rig.fails(ErrorKind.CONFIGURATION);

            assertThat(failure.message()).contains("lake.", "was filled from database", database.name(), "address");
            assertThat(rig.publishedCut("orders")).isEqualTo(cut);
            assertThat(there.queryStrings("SELECT slot_name FROM pg_replication_slots"))
                    .isEmpty();

            rig.connectingTo(database.port());
            rig.catchUpAndCompare();
        }
    }

    private static void loseTheLog(TestDatabase database, Rig rig) {
        database.execute("CREATE TABLE noise (t text)");
        Awaitility.await().atMost(Rig.LIMIT).until(() -> {
            database.execute(
                    "INSERT INTO noise SELECT repeat(md5(i::text), 20) FROM generate_series(1, 20000) i",
                    "SELECT pg_switch_wal()",
                    "CHECKPOINT");
            return database.queryString(
                            "SELECT wal_status FROM pg_replication_slots WHERE slot_name = '" + rig.slotName() + "'")
                    .equals("lost");
        });
    }

    @Test
    void anIdlePipelineAndOneWithAStoppedTableLetTheSourceRemoveItsLog() throws InterruptedException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                TestDatabase elsewhere = EmbeddedPostgresServer.shared().createDatabase()) {
            database.execute(TABLES);
            database.execute("CREATE TABLE unrelated (t text)");
            elsewhere.execute("CREATE TABLE unrelated (t text)");
            Rig rig = new Rig(database, directory, "orders", "clients");
            try (Pipeline pipeline = rig.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                rig.awaitPublished(pipeline);
                for (TestDatabase busy : List.of(database, elsewhere)) {
                    busy.execute(
                            "INSERT INTO unrelated SELECT repeat(md5(i::text), 20) FROM generate_series(1, 5000) i");
                    awaitSlotPasses(database, rig, database.queryString("SELECT pg_current_wal_lsn()::text"));
                }
                database.execute(
                        "ALTER TABLE orders ADD COLUMN priority int",
                        "INSERT INTO orders SELECT i FROM generate_series(5000, 6000) i");
                Awaitility.await()
                        .atMost(Rig.LIMIT)
                        .until(() -> pipeline.status().tables().stream()
                                .anyMatch(table -> table.phase() == PipelinePhase.STOPPED));
                database.execute("INSERT INTO orders SELECT i FROM generate_series(6001, 9000) i");
                awaitSlotPasses(database, rig, database.queryString("SELECT pg_current_wal_lsn()::text"));
                assertThat(pipeline.status().state()).isEqualTo(PipelineState.RUNNING);
            }
        }
    }

    /** Both what was confirmed and, a little later, what the server keeps. */
    private static void awaitSlotPasses(TestDatabase database, Rig rig, String position) {
        Awaitility.await().atMost(Rig.LIMIT).until(() -> {
            // A decoder's restart point moves with the records of running transactions, which a checkpoint writes.
            database.execute("CHECKPOINT");
            return database.queryLong("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '" + rig.slotName()
                            + "' AND confirmed_flush_lsn >= '" + position + "' AND restart_lsn >= '" + position + "'")
                    == 1;
        });
    }

    private static void assertRetried(Rig rig) {
        assertThat(rig.events(PipelineEvent.StateChanged.class))
                .extracting(PipelineEvent.StateChanged::to)
                .contains(PipelineState.RETRYING)
                .doesNotContain(PipelineState.FAILED);
    }

    private static String insert(String table, int from, int to) {
        return "INSERT INTO " + table + " SELECT i, repeat(md5(i::text), 10) FROM generate_series(" + from + ", " + to
                + ") i";
    }
}
