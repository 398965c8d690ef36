package io.sluice.snapshot.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.PostgresEndpoint;
import io.sluice.pipeline.source.SourceInspection;
import io.sluice.pipeline.source.SourceProblem;
import io.sluice.pipeline.source.SourceTable;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.postgres.TestDatabase.Privilege;
import io.sluice.testkit.postgres.TestDatabase.Role;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

/** What stands in a pipeline's way is told before anything is changed, with what to do. */
@ExtendWith(PostgresExtension.class)
final class PostgresInspectionIT {

    @Test
    void tablesAreFoundWithTheirKeysAndEstimates(TestDatabase database) {
        database.execute(
                "CREATE TABLE b (x int, id bigint, y text, PRIMARY KEY (id, x))",
                "INSERT INTO b SELECT i, i, 'y' FROM generate_series(1, 1000) i",
                "CREATE TABLE a (id int, code text NOT NULL)",
                "CREATE UNIQUE INDEX by_code ON a (code)",
                "ALTER TABLE a REPLICA IDENTITY USING INDEX by_code",
                "CREATE TABLE c (id int PRIMARY KEY)",
                "ALTER TABLE c REPLICA IDENTITY FULL",
                "CREATE TABLE secret (id int PRIMARY KEY)",
                "ANALYZE b");
        PostgresOptions options =
                Sources.options(database, "public\\..*").withExcludes(List.of(TablePattern.regex("public\\.sec.*")));
        try (PostgresDatabase source = new PostgresDatabase(options)) {
            SourceInspection inspection = source.inspect();

            assertThat(inspection.problems()).isEmpty();
            assertThat(inspection.tables().stream()
                            .map(table -> table.schema().table().name()))
                    .containsExactly("a", "b", "c");
            SourceTable b = inspection.tables().get(1);
            assertThat(b.schema().key()).containsExactly(1, 0);
            assertThat(b.estimatedRows()).isEqualTo(1000);
            assertThat(b.estimatedBytes()).isBetween(40_000L, 200_000L);
            assertThat(b.beforeImage()).isEqualTo(SourceTable.BeforeImage.KEY);
            assertThat(inspection.tables().get(0).schema().key()).containsExactly(1);
            assertThat(inspection.tables().get(2).schema().key()).containsExactly(0);
            assertThat(inspection.tables().get(2).beforeImage()).isEqualTo(SourceTable.BeforeImage.FULL);
            assertThat(database.queryLong("SELECT (SELECT count(*) FROM pg_publication)"
                            + " + (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())"))
                    .isZero();
        }
    }

    @Test
    void tablesWhoseRowsTheLogCannotIdentifyAreRefusedWithTheStatementToRun(TestDatabase database) {
        database.execute(
                "CREATE TABLE keyless (id int)",
                "CREATE TABLE nothing (id int PRIMARY KEY)",
                "ALTER TABLE nothing REPLICA IDENTITY NOTHING",
                "CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE)",
                "CREATE UNLOGGED TABLE volatile (id int PRIMARY KEY)",
                "CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (9)",
                "ALTER TABLE parts REPLICA IDENTITY FULL");
        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\..*"))) {
            SourceInspection inspection = source.inspect();

            assertThat(inspection.tables()).isEmpty();
            assertThat(Sources.errors(inspection))
                    .satisfiesExactly(
                            m -> assertThat(m)
                                    .contains("deferred", "ALTER TABLE \"public\".\"deferred\" REPLICA IDENTITY FULL"),
                            m -> assertThat(m).contains("keyless", "Add a primary key"),
                            m -> assertThat(m).contains("nothing"),
                            m -> assertThat(m)
                                    .contains("Partition public.part of public.parts", "REPLICA IDENTITY FULL"),
                            m -> assertThat(m).contains("volatile", "SET LOGGED"));
        }
    }

    @Test
    void aPatternThatMatchesNothingNamesWhatIsNear(TestDatabase database) {
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (9)",
                "CREATE VIEW report AS SELECT 1 AS one");
        try (PostgresDatabase source = new PostgresDatabase(
                Sources.options(database, "public\\.order", "public\\.orders_1", "public\\.report", "else\\.where"))) {
            assertThat(Sources.errors(source.inspect()))
                    .satisfiesExactly(
                            m -> assertThat(m).contains("'public\\.order'", "Near: public.orders."),
                            m -> assertThat(m).contains("public.orders_1 is a partition"),
                            m -> assertThat(m).contains("public.report is a view"),
                            m -> assertThat(m)
                                    .contains("No table matches 'else\\.where'")
                                    .doesNotContain("Near"));
        }
    }

    @Test
    void missingPrivilegesAreNamedOneByOne(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY)",
                "CREATE TABLE hidden (id int PRIMARY KEY)",
                "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY");
        Role weak = database.createRole("weak");
        try (PostgresDatabase source = new PostgresDatabase(Sources.optionsOf(database, weak, "public\\.t"))) {
            assertThat(Sources.errors(source.inspect()))
                    .satisfiesExactly(
                            m -> assertThat(m).contains("may not use replication", "REPLICATION"),
                            m -> assertThat(m).contains("public.t", "GRANT SELECT"),
                            m -> assertThat(m).contains("GRANT CREATE ON DATABASE"),
                            m -> assertThat(m).contains("does not own table public.t"));
        }
        Role reader = database.createRole("reader", Privilege.REPLICATION, Privilege.SELECT);
        try (PostgresDatabase source = new PostgresDatabase(Sources.optionsOf(database, reader, "public\\.hidden"))) {
            assertThat(Sources.errors(source.inspect()))
                    .anySatisfy(m -> assertThat(m).contains("public.hidden", "row security"));
        }
    }

    @Test
    void aUserWithoutOwnershipRunsOnAPublicationMadeForIt(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY)",
                "INSERT INTO t VALUES (1)",
                "CREATE PUBLICATION pub_" + database.name() + " FOR ALL TABLES");
        Role reader = database.createRole("reader", Privilege.REPLICATION, Privilege.SELECT);
        try (PostgresDatabase source = new PostgresDatabase(Sources.optionsOf(database, reader, "public\\.t"))) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (var session = source.beginStream(schemas, schemas)) {
                assertThat(Sources.read(session, schemas.get(0).table())).containsExactly("1");
            }
            source.dropStream();
            assertThat(database.queryLong("SELECT count(*) FROM pg_publication"))
                    .isEqualTo(1);
        }
    }

    @Test
    void anOwnerWhoIsNoSuperuserMakesAndDropsWhatItNeeds(TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        Role owner = database.createRole("owner", Privilege.REPLICATION, Privilege.CREATE, Privilege.OWNER);
        try (PostgresDatabase source = new PostgresDatabase(Sources.optionsOf(database, owner, "public\\.t"))) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (var session = source.beginStream(schemas, schemas)) {
                assertThat(Sources.read(session, schemas.get(0).table())).containsExactly("1");
            }
            assertThat(source.currentPosition().covers(source.streamPosition().orElseThrow()))
                    .isTrue();
            source.dropStream();
            source.dropStream();
            assertThat(source.streamPosition()).isEmpty();
            assertThat(database.queryLong("SELECT count(*) FROM pg_publication"))
                    .isZero();
        }
    }

    @Test
    void whoCannotComeInIsToldWhy(TestDatabase database) {
        Role role = database.createRole("someone");
        assertRefused(
                Sources.optionsOf(database, new Role(role.name(), "wrong-" + role.password()), "public\\.t"),
                ErrorKind.SOURCE_REFUSED,
                "does not accept the password",
                "wrong-");
        PostgresOptions options = Sources.options(database, "public\\.t");
        assertRefused(
                at(options, options.endpoint().port(), "nowhere"), ErrorKind.SOURCE_REFUSED, "no such database", "\0");
        assertRefused(
                at(options, 1, options.endpoint().database()), ErrorKind.SOURCE_UNAVAILABLE, "cannot be reached", "\0");
    }

    @Test
    void aServerWhoseSettingsDoNotAllowAStreamIsRefused() {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(
                        Map.of("wal_level", "replica", "max_replication_slots", "1", "max_wal_senders", "0"));
                TestDatabase database = server.createDatabase()) {
            database.execute(
                    "CREATE TABLE t (id int PRIMARY KEY)", "SELECT pg_create_physical_replication_slot('other')");
            try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
                assertThat(Sources.errors(source.inspect()))
                        .satisfiesExactly(
                                m -> assertThat(m).contains("wal_level is 'replica'", "ALTER SYSTEM"),
                                m -> assertThat(m).contains("All 1 replication slots"),
                                m -> assertThat(m).contains("All 0 replication connections"));
                assertThat(source.inspect().tables()).hasSize(1);
                database.execute("SELECT pg_drop_replication_slot('other')");
            }
        }
    }

    @Test
    void aSlotWhoseLogIsGoneIsLost() {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(
                        Map.of("max_slot_wal_keep_size", "1MB", "min_wal_size", "32MB", "max_wal_size", "32MB"));
                TestDatabase database = server.createDatabase()) {
            database.execute("CREATE TABLE t (id int PRIMARY KEY)");
            try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
                List<TableSchema> schemas = Sources.schemas(source);
                assertThat(source.inspect().problems())
                        .anySatisfy(
                                problem -> assertThat(problem.message()).contains("max_slot_wal_keep_size is 1 MB"));
                source.beginStream(schemas, schemas).close();
                for (int i = 0; i < 5; i++) {
                    database.execute("INSERT INTO t VALUES (" + i + ")", "SELECT pg_switch_wal()");
                }
                database.execute("CHECKPOINT");

                PipelineException failure = catchThrowableOfType(PipelineException.class, source::streamPosition);

                assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_LOST);
                assertThat(failure).hasMessageContaining("can no longer be used");
                assertThat(Sources.errors(source.inspect())).isEmpty();
                assertThat(source.inspect().problems())
                        .anySatisfy(problem -> assertThat(problem.message()).contains("have to be read again"));
                source.dropStream();
            }
        }
    }

    @Test
    void aSlotOfSomeoneElseIsRefusedEverywhere(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY)",
                "SELECT pg_create_logical_replication_slot('slot_" + database.name() + "', 'test_decoding')");
        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
            assertThat(Sources.errors(source.inspect()))
                    .satisfiesExactly(m -> assertThat(m).contains("plugin test_decoding", "expected"));
            assertThat(catchThrowableOfType(PipelineException.class, source::streamPosition)
                            .kind())
                    .isEqualTo(ErrorKind.SOURCE_REFUSED);
            assertThat(catchThrowableOfType(PipelineException.class, source::dropStream)
                            .kind())
                    .isEqualTo(ErrorKind.SOURCE_REFUSED);
        }
    }

    @Test
    void aSlotThatSomethingElseReadsIsToldAndNotTakenOver(TestDatabase database) throws SQLException {
        database.execute("CREATE TABLE t (id int PRIMARY KEY)");
        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
            List<TableSchema> schemas = Sources.schemas(source);
            source.beginStream(schemas, schemas).close();
            assertThat(catchThrowableOfType(PipelineException.class, () -> source.beginStream(schemas, schemas)))
                    .hasMessageContaining("exists already");
            Connections connections = new Connections(Sources.options(database, "public\\.t"));
            try (Connection user = connections.openReplication()) {
                user.unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName("slot_" + database.name())
                        .withSlotOption("proto_version", 1)
                        .withSlotOption("publication_names", "pub_" + database.name())
                        .start();

                assertThat(source.streamPosition()).isPresent();
                PipelineException inUse = catchThrowableOfType(PipelineException.class, source::takeStream);
                assertThat(inUse).hasMessageContaining("in use by server process");
                assertThat(inUse.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
                assertThat(source.inspect().problems()).singleElement().satisfies(problem -> {
                    assertThat(problem.severity()).isEqualTo(SourceProblem.Severity.WARNING);
                    assertThat(problem.message()).contains("in use");
                });
            }
            source.dropStream();
        }
    }

    private static void assertRefused(PostgresOptions options, ErrorKind kind, String message, String absent) {
        try (PostgresDatabase source = new PostgresDatabase(options)) {
            PipelineException failure = catchThrowableOfType(PipelineException.class, source::inspect);
            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure)
                    .hasMessageContaining(message)
                    .hasMessageContaining(
                            options.endpoint().host() + ":" + options.endpoint().port())
                    .hasMessageNotContaining(absent);
            assertThat(options.toString()).doesNotContain(absent);
        }
    }

    private static PostgresOptions at(PostgresOptions options, int port, String database) {
        return PostgresOptions.of(
                PostgresEndpoint.of(
                        options.endpoint().host(),
                        port,
                        database,
                        options.endpoint().username(),
                        options.endpoint().password()),
                options.slotName(),
                options.publicationName(),
                options.tables());
    }
}
