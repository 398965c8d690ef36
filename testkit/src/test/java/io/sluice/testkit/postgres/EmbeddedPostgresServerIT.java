package io.sluice.testkit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.postgres.TestDatabase.Privilege;
import io.sluice.testkit.postgres.TestDatabase.Role;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

@ExtendWith(PostgresExtension.class)
class EmbeddedPostgresServerIT {

    @Test
    void is_ready_for_logical_replication(TestDatabase database) {
        assertThat(database.queryString("SHOW wal_level")).isEqualTo("logical");
        assertThat(database.queryLong("SELECT current_setting('max_replication_slots')::int"))
                .isEqualTo(20);
        assertThat(database.queryString("SELECT version()")).startsWith("PostgreSQL 18");
    }

    @Test
    void text_follows_the_same_rules_on_every_machine(TestDatabase database) {
        assertThat(database.queryString("SELECT upper('stra\u00dfe \u00e4\u00e9')"))
                .isEqualTo("STRA\u00dfE \u00c4\u00c9");
        assertThat(database.queryString("SELECT 'a' < 'B'")).isEqualTo("f");
    }

    @Test
    void each_test_has_a_database_of_its_own(TestDatabase database) {
        assertThat(database.queryLong("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
                .isZero();
        TestDatabase other = EmbeddedPostgresServer.shared().createDatabase();
        other.execute("CREATE TABLE t (id int)");
        other.close();
        assertThat(database.queryLong("SELECT count(*) FROM pg_database WHERE datname = '" + other.name() + "'"))
                .isZero();
    }

    @Test
    void a_wrong_password_is_refused_for_a_role(TestDatabase database) throws SQLException {
        Role role = database.createRole("reader");

        try (Connection connection = database.connect(role.name(), role.password())) {
            assertThat(connection.isValid(5)).isTrue();
        }
        assertThatThrownBy(() -> database.connect(role.name(), "wrong").close())
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
    }

    @Test
    void only_a_role_with_the_privilege_may_create_a_slot(TestDatabase database) throws SQLException {
        database.execute("CREATE TABLE t (id int)");
        Role with = database.createRole("with", Privilege.REPLICATION, Privilege.SELECT, Privilege.OWNER);
        Role without = database.createRole("without", Privilege.SELECT);
        String create = "SELECT pg_create_logical_replication_slot('s_" + database.name() + "', 'pgoutput')";

        try (Connection connection = database.connect(without.name(), without.password())) {
            assertThat(connection
                            .createStatement()
                            .executeQuery("SELECT * FROM t")
                            .next())
                    .isFalse();
            assertThatThrownBy(() -> connection.createStatement().execute(create))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("REPLICATION");
        }
        try (Connection connection = database.connect(with.name(), with.password())) {
            connection.createStatement().execute(create);
            connection.createStatement().execute("CREATE PUBLICATION p FOR TABLE t");
        }
        assertThat(database.queryLong("SELECT count(*) FROM pg_replication_slots"))
                .isEqualTo(1);
    }

    @Test
    void a_reader_of_the_log_can_be_cut_off(TestDatabase database) throws SQLException {
        database.execute(
                "CREATE TABLE t (id int)",
                "CREATE PUBLICATION p FOR TABLE t",
                "SELECT pg_create_logical_replication_slot('cut_" + database.name() + "', 'pgoutput')");
        Properties properties = new Properties();
        PGProperty.USER.set(properties, database.user());
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), properties);
                PGReplicationStream stream = connection
                        .unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName("cut_" + database.name())
                        .withSlotOption("proto_version", 1)
                        .withSlotOption("publication_names", "p")
                        .start()) {
            assertThat(stream.readPending()).isNull();
            assertThat(database.terminateWalSenders()).isEqualTo(1);
            assertThatThrownBy(() -> {
                        while (true) {
                            stream.read();
                        }
                    })
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void committed_rows_survive_a_kill_and_the_port_stays() {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start()) {
            TestDatabase database = server.createDatabase("shop");
            database.execute("CREATE TABLE t (id int)", "INSERT INTO t SELECT generate_series(1, 1000)");

            server.kill();

            assertThat(server.isRunning()).isFalse();
            assertThatThrownBy(() -> database.connect().close()).isInstanceOf(SQLException.class);
            server.restart();
            assertThat(database.queryLong("SELECT count(*) FROM t")).isEqualTo(1000);
            assertThat(server.log()).contains("automatic recovery");
        }
    }

    @Test
    void a_stopped_server_comes_back_with_its_settings(@TempDir Path directory) {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Map.of("wal_level", "replica"))) {
            server.stop();
            server.restart();
            assertThat(server.database("postgres").queryString("SHOW wal_level"))
                    .isEqualTo("replica");
        }
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.startIn(directory, Map.of())) {
            server.createDatabase("kept");
        }
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.startIn(directory, Map.of())) {
            assertThat(server.database("kept").queryLong("SELECT 1")).isEqualTo(1);
        }
    }

    @Test
    void a_server_that_cannot_start_says_why() {
        assertThatThrownBy(() -> EmbeddedPostgresServer.start(Map.of("wal_level", "nonsense")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("invalid value for parameter \"wal_level\"");
    }
}
