package io.sluice.service.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.config.PipelineConfigReader;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.service.plan.Planner;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.verify.TableResult;
import io.sluice.service.verify.Verifier;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.tls.TestAuthority;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that lets nobody in without encryption, a password, and a certificate of its authority for that user. */
class SourceEncryptionIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String USER = "ingest";
    private static final String PASSWORD = "canary-password-91c4";

    @TempDir
    static Path keys;

    private static TestAuthority authority;
    private static TestAuthority.Identity client;
    private static EmbeddedPostgresServer server;
    private static TestDatabase database;

    @TempDir
    Path lake;

    @BeforeAll
    static void serve() throws IOException {
        authority = TestAuthority.in(keys.resolve("authority"));
        TestAuthority.Identity named = authority.issue("server", "dns:localhost");
        client = authority.issue(USER);
        // The tests themselves come in as the superuser.
        Path access = Files.writeString(keys.resolve("pg_hba.conf"), """
                host    all postgres 127.0.0.1/32 trust
                hostssl all %1$s 127.0.0.1/32 scram-sha-256 clientcert=verify-full
                """.formatted(USER));
        server = EmbeddedPostgresServer.start(Map.of(
                "ssl", "on",
                "ssl_cert_file", named.certificate().toString(),
                "ssl_key_file", named.key().toString(),
                "ssl_ca_file", authority.certificate().toString(),
                "hba_file", access.toString()));
        database = server.createDatabase();
        database.execute(
                "CREATE ROLE " + USER + " LOGIN REPLICATION PASSWORD '" + PASSWORD + "'",
                "CREATE TABLE items (id bigint PRIMARY KEY, name text)",
                "INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 500) i",
                "ALTER TABLE items OWNER TO " + USER,
                "GRANT CREATE ON DATABASE " + database.name() + " TO " + USER,
                "ANALYZE");
    }

    @AfterAll
    static void end() {
        server.close();
    }

    private String encryption(Path root, Path certificate, Path key) {
        return """
                  ssl-mode: verify-full
                  ssl-root-cert: %s
                  ssl-cert: %s
                  ssl-key: %s
                """.formatted(root, certificate, key);
    }

    private PipelineAssembly assembly(String host, String encryption) {
        return PipelineAssembly.of(PipelineConfigReader.ofProcess().read("encrypted.yaml", """
                pipeline:
                  name: encrypted
                  commit-interval: 200ms
                  state-directory: "%1$s/state"
                source:
                  type: postgres
                  hostname: %2$s
                  port: %3$d
                  database-name: %4$s
                  username: %5$s
                  password: %6$s
                  tables: public.items
                %7$ssink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: jdbc
                    uri: "jdbc:sqlite:%1$s/catalog.db"
                    warehouse: "%1$s/warehouse"
                """.formatted(
                        lake, host, database.port(), database.name(), USER, PASSWORD, encryption)));
    }

    @Test
    void a_pipeline_plans_loads_streams_and_verifies_over_connections_that_are_encrypted_and_prove_themselves()
            throws InterruptedException {
        PipelineAssembly assembly =
                assembly("localhost", encryption(authority.certificate(), client.certificate(), client.key()));
        assertThat(new Planner(assembly).plan().canRun()).isTrue();
        try (Pipeline pipeline = assembly.pipeline(event -> {}, Clock.systemUTC())) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            awaitPublished(pipeline);
            database.execute("UPDATE items SET name = 'changed' WHERE id <= 10", "DELETE FROM items WHERE id > 490");
            awaitPublished(pipeline);

            assertThat(database.queryStrings("SELECT DISTINCT s.ssl::text || ' ' || s.client_dn FROM pg_stat_ssl s"
                            + " JOIN pg_stat_activity a USING (pid) WHERE a.usename = '" + USER + "'"))
                    .containsExactly("true /CN=" + USER);
            var report = new Verifier(assembly, new Verifier.Settings(1 << 20, 5, Duration.ofSeconds(20), 100))
                    .run(step -> {})
                    .report();
            assertThat(report.verdict()).isEqualTo(TableResult.Verdict.SAME);
            assertThat(report.tables().get(0).lakeRows()).isEqualTo(490);
        }
    }

    private static void awaitPublished(Pipeline pipeline) {
        LogSequenceNumber position = database.currentPosition();
        Awaitility.await().atMost(LIMIT).until(() -> {
            assertThat(pipeline.status().state())
                    .as("with failure %s", pipeline.status().error())
                    .isNotEqualTo(PipelineState.FAILED);
            return pipeline.status()
                    .position()
                    .map(LogSequenceNumber::parse)
                    .filter(reached -> reached.covers(position))
                    .isPresent();
        });
    }

    @Test
    void without_a_certificate_the_server_refuses_and_the_pipeline_says_what_it_lacks() {
        assertRefused("localhost", """
                  ssl-mode: verify-full
                  ssl-root-cert: %s
                """.formatted(authority.certificate()), "certificate", "'ssl-cert'", "pg_hba.conf");
    }

    @Test
    void without_encryption_the_server_refuses() {
        assertRefused("localhost", "  ssl-mode: disable\n", "no encryption", "'ssl-mode'");
    }

    @Test
    void a_certificate_for_another_host_is_refused() {
        assertRefused(
                "127.0.0.1",
                encryption(authority.certificate(), client.certificate(), client.key()),
                "is not one for the host '127.0.0.1'",
                "verify-full");
    }

    @Test
    void a_server_of_another_authority_and_a_client_of_another_authority_are_refused() {
        TestAuthority other = TestAuthority.in(keys.resolve("other"));
        TestAuthority.Identity stranger = other.issue(USER);

        assertRefused(
                "localhost",
                encryption(other.certificate(), client.certificate(), client.key()),
                "not trustworthy",
                "'ssl-root-cert'");
        // Whether the server's reason arrives before the connection breaks is a race that the client cannot decide.
        PipelineAssembly strangers =
                assembly("localhost", encryption(authority.certificate(), stranger.certificate(), stranger.key()));
        assertThatThrownBy(() -> new Planner(strangers).plan())
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("does not accept the certificate of 'ssl-cert'");
    }

    @Test
    void files_that_are_not_there_or_not_what_they_should_be_are_named() throws IOException {
        Path nowhere = keys.resolve("nowhere.crt");
        assertRefused("localhost", encryption(nowhere, client.certificate(), client.key()), nowhere.toString());
        assertRefused("localhost", encryption(authority.certificate(), nowhere, client.key()), nowhere.toString());
        assertRefused("localhost", encryption(authority.certificate(), client.certificate(), nowhere), "nowhere");
        Path open = Files.copy(client.key(), keys.resolve("open.key"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(
                "localhost", encryption(authority.certificate(), client.certificate(), open), "cannot be made", "0600");
        Path garbage = Files.writeString(keys.resolve("garbage.key"), PASSWORD);
        Files.setPosixFilePermissions(garbage, PosixFilePermissions.fromString("rw-------"));
        assertRefused("localhost", encryption(authority.certificate(), client.certificate(), garbage), "'ssl-key'");
    }

    /** By every way to the database; the stream's is reached by a pipeline only after the table readers' own. */
    private void assertRefused(String host, String encryption, String... told) {
        PipelineAssembly assembly = assembly(host, encryption);
        PipelineException refused = catchThrowableOfType(PipelineException.class, () -> new Planner(assembly).plan());
        assertThat(refused.kind()).as(refused.getMessage()).isEqualTo(ErrorKind.SOURCE_REFUSED);
        assertThat(refused.getMessage()).contains(told);
        assertThat(everything(refused)).doesNotContain(PASSWORD);
        try (Pipeline pipeline = assembly.pipeline(event -> {}, Clock.systemUTC())) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            Awaitility.await().atMost(LIMIT).until(() -> pipeline.status().state() == PipelineState.FAILED);
            PipelineStatus.Failure failure = pipeline.status().error().orElseThrow();
            assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
            assertThat(failure.message()).contains(told).doesNotContain(PASSWORD);
        }
    }

    private static String everything(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
