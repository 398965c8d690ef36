package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/** A source that cannot be reached or says no is told by name, leaves nothing half made, and loses nothing. */
class SourceRefusalsIT {

    @TempDir
    Path directory;

    private TestDatabase database;
    private Rig rig;

    @BeforeEach
    void aTable() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        fill(database);
        rig = new Rig(database, directory, "orders");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    private static void fill(TestDatabase database) {
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, note text)",
                "INSERT INTO orders SELECT i, 'note ' || i FROM generate_series(1, 100) i");
    }

    @Test
    void anUnreachableDatabaseIsTriedAgainUntilItIsBack() throws InterruptedException {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start()) {
            TestDatabase own = server.createDatabase();
            fill(own);
            Rig absent = new Rig(own, directory, "orders");
            server.stop();
            try (Pipeline pipeline = absent.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
                PipelineEvent.Failed told = Awaitility.await()
                        .atMost(Rig.LIMIT)
                        .until(() -> absent.failures().stream().findFirst().orElse(null), failed -> failed != null);
                absent.told(told.failure(), ErrorKind.SOURCE_UNAVAILABLE);
                assertThat(told.retryIn()).isPresent();
                assertThat(told.failure().message())
                        .contains("127.0.0.1:" + own.port(), "cannot be reached", "'hostname' and 'port'");
                absent.assertNoTables();
                server.restart();
                assertThat(pipeline.awaitEnd(Rig.LIMIT)).isTrue();
                assertThat(pipeline.status().error()).isEmpty();
            }
            absent.assertEqual();

            // In mid-life: the outage falls on the stream.
            try (Pipeline pipeline = absent.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                own.execute("INSERT INTO orders VALUES (1000, 'before')");
                absent.awaitPublished(pipeline);
                int before = absent.failures().size();
                server.kill();
                Awaitility.await()
                        .atMost(Rig.LIMIT)
                        .until(() -> absent.failures().size() > before);
                absent.told(absent.failures().get(before).failure(), ErrorKind.SOURCE_UNAVAILABLE);
                server.restart();
                own.execute("INSERT INTO orders VALUES (1001, 'after')");
                absent.awaitPublished(pipeline);
            }
            absent.assertEqual();
        }
    }

    @Test
    void aWrongPasswordIsNamedButNotShown() throws InterruptedException {
        TestDatabase.Role role =
                database.createRole("reader", TestDatabase.Privilege.REPLICATION, TestDatabase.Privilege.OWNER);
        rig.connectingAs(role.name(), "not-the-right-one");
        PipelineStatus.Failure failure = rig.fails(ErrorKind.SOURCE_REFUSED);
        assertThat(failure.message())
                .contains("127.0.0.1:" + database.port(), "does not accept the password", "'username' and 'password'")
                .doesNotContain(role.password());
        rig.assertNothingAtTheSource();
        rig.assertNoTables();

        rig.connectingAs(role.name(), role.password());
        rig.catchUpAndCompare();
    }

    @Test
    void aServerWithoutLogicalLogIsToldWhichSettingToChange() throws InterruptedException {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Map.of("wal_level", "replica"))) {
            TestDatabase own = server.createDatabase();
            fill(own);
            Rig physical = new Rig(own, directory, "orders");
            PipelineStatus.Failure failure = physical.fails(ErrorKind.SOURCE_REFUSED);
            assertThat(failure.message())
                    .contains("wal_level is 'replica'", "needs 'logical'", "ALTER SYSTEM SET wal_level = logical");
            physical.assertNothingAtTheSource();
            physical.assertNoTables();
        }
    }

    @Test
    void aRoleWithoutReplicationIsToldTheStatementThatHelps() throws InterruptedException {
        TestDatabase.Role role =
                database.createRole("plain", TestDatabase.Privilege.OWNER, TestDatabase.Privilege.SELECT);
        rig.connectingAs(role.name(), role.password());
        PipelineStatus.Failure failure = rig.fails(ErrorKind.SOURCE_REFUSED);
        assertThat(failure.message())
                .contains(
                        "'" + role.name() + "' may not use replication",
                        "ALTER ROLE \"" + role.name() + "\" REPLICATION");
        rig.assertNothingAtTheSource();
        rig.assertNoTables();

        database.execute("ALTER ROLE \"" + role.name() + "\" REPLICATION");
        rig.catchUpAndCompare();
    }

    private Connection replication(String application) throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, database.user());
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
        PGProperty.APPLICATION_NAME.set(properties, application);
        return DriverManager.getConnection(database.jdbcUrl(), properties);
    }

    private PGReplicationStream readSlot(Connection connection) throws SQLException {
        return connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(rig.slotName())
                .withSlotOption("proto_version", 1)
                .withSlotOption("publication_names", database.queryString("SELECT pubname FROM pg_publication"))
                .start();
    }

    /** Of another role, which this pipeline's may not end: nothing is left but to wait until it is gone. */
    @Test
    void aSlotThatAnEarlierProcessOfThePipelineStillHoldsIsWaitedFor() throws InterruptedException, SQLException {
        TestDatabase.Role role =
                database.createRole("later", TestDatabase.Privilege.REPLICATION, TestDatabase.Privilege.OWNER);
        rig.connectingAs(role.name(), role.password());
        rig.catchUpAndCompare();
        database.execute("INSERT INTO orders VALUES (1000, 'meanwhile')");
        String name = "sluice " + database.queryString("SELECT pubname FROM pg_publication");
        try (Pipeline pipeline = rig.pipeline()) {
            try (Connection predecessor = replication(name);
                    PGReplicationStream stream = readSlot(predecessor)) {
                assertThat(stream.isClosed()).isFalse();
                pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
                Awaitility.await()
                        .atMost(Rig.LIMIT)
                        .until(() -> pipeline.status().state() == PipelineState.RETRYING
                                || pipeline.status().state() == PipelineState.FAILED);
                PipelineStatus.Failure failure = pipeline.status().error().orElseThrow();
                rig.told(failure, ErrorKind.SOURCE_UNAVAILABLE);
                assertThat(failure.message())
                        .contains("'" + rig.slotName() + "' is still held", "earlier process of this pipeline", name);
            }
            assertThat(pipeline.awaitEnd(Rig.LIMIT)).isTrue();
            assertThat(pipeline.status().state()).isEqualTo(PipelineState.STOPPED);
        }
        rig.assertEqual();
    }

    @Test
    void aSlotThatAnotherProcessReadsIsNamedWithThatProcess() throws InterruptedException, SQLException {
        rig.catchUpAndCompare();
        long cut = rig.publishedCut("orders");
        database.execute("INSERT INTO orders VALUES (1000, 'meanwhile')");
        try (Connection other = replication("someone");
                PGReplicationStream stream = readSlot(other)) {
            assertThat(stream.isClosed()).isFalse();
            long process = database.queryLong(
                    "SELECT active_pid FROM pg_replication_slots WHERE slot_name = '" + rig.slotName() + "'");
            PipelineStatus.Failure failure = rig.fails(ErrorKind.SOURCE_REFUSED);
            assertThat(failure.message()).contains("'" + rig.slotName() + "' is in use", "process " + process);
            assertThat(rig.publishedCut("orders")).isEqualTo(cut);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> database.queryStrings(
                                "SELECT 1 FROM pg_replication_slots WHERE active AND database = current_database()")
                        .isEmpty());
        rig.catchUpAndCompare();
    }

    @Test
    void aMissingTableIsNamedWithTheOneThatWasMeant() throws InterruptedException {
        rig.tables("order");
        PipelineStatus.Failure failure = rig.fails(ErrorKind.SOURCE_REFUSED);
        assertThat(failure.message())
                .contains("No table matches 'public.order'", "Near: public.orders", "Correct the source's 'tables'");
        rig.assertNothingAtTheSource();
        rig.assertNoTables();

        rig.tables("orders");
        rig.catchUpAndCompare();
    }

    @Test
    void aDroppedSlotIsAGapThatIsNotPaperedOver() throws InterruptedException {
        rig.sourceSettings("on-lost-slot: fail");
        rig.catchUpAndCompare();
        long cut = rig.publishedCut("orders");
        database.dropSlots();
        database.execute("DELETE FROM orders WHERE id < 10");
        PipelineStatus.Failure failure = rig.fails(ErrorKind.SOURCE_LOST);
        assertThat(failure.message()).contains("lake.orders", "replication slot", "published at position");
        assertThat(failure.hint()).contains("read again", "drop");
        assertThat(rig.slots()).isEmpty();
        assertThat(rig.publishedCut("orders")).isEqualTo(cut);

        // What the hint says.
        rig.sourceSettings("");
        rig.catchUpAndCompare();
    }
}
