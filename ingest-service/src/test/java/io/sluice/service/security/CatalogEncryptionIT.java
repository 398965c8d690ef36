package io.sluice.service.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.rest.RestCatalogServer;
import io.sluice.testkit.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A REST catalog by https, whose authority is one of the trust store that the process was given. */
@ExtendWith(PostgresExtension.class)
class CatalogEncryptionIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    @Test
    void a_lake_of_an_encrypted_catalog_is_written_by_who_trusts_it_and_by_nobody_else(TestDatabase database)
            throws IOException {
        database.execute("CREATE TABLE items (id bigint PRIMARY KEY)", "INSERT INTO items VALUES (1), (2)", "ANALYZE");
        TestAuthority authority = TestAuthority.in(directory.resolve("authority"));
        authority.issue("catalog", "ip:127.0.0.1");
        Path lake = Files.createDirectory(directory.resolve("lake"));
        try (RestCatalogServer catalog = RestCatalogServer.startEncrypted(lake, authority.context("catalog"))) {
            assertThat(catalog.uri()).startsWith("https:");
            Path file = file(database, catalog);

            try (ChildProcess stranger = sluice(List.of(), "plan", file.toString())) {
                assertThat(stranger.awaitExit(LIMIT)).isEqualTo(1);
                assertThat(String.join("\n", stranger.output())).contains("certification path");
            }
            assertThat(catalog.requests()).isEmpty();
            List<String> trusting = List.of(
                    "-Djavax.net.ssl.trustStore=" + authority.trustStore(),
                    "-Djavax.net.ssl.trustStorePassword=" + TestAuthority.STORE_PASSWORD);
            try (ChildProcess run = sluice(trusting, "run", file.toString(), "--until-caught-up", "--port", "0")) {
                assertThat(run.awaitExit(LIMIT)).as("%s", run.output()).isZero();
            }
            assertThat(catalog.requests()).anyMatch(request -> request.contains("/tables"));
            try (ChildProcess verify = sluice(trusting, "verify", file.toString())) {
                assertThat(verify.awaitExit(LIMIT)).as("%s", verify.output()).isZero();
                assertThat(String.join("\n", verify.output())).contains("2 rows  ok");
            }
        }
    }

    private ChildProcess sluice(List<String> settings, String... arguments) {
        List<String> options = new ArrayList<>(List.of("-Xmx512m", "--add-opens=java.base/java.nio=ALL-UNNAMED"));
        options.addAll(settings);
        return ChildProcess.ofJar(Path.of("target", "quarkus-app", "quarkus-run.jar"))
                .jvmOptions(options.toArray(String[]::new))
                .arguments(arguments)
                .directory(directory)
                .start();
    }

    private Path file(TestDatabase database, RestCatalogServer catalog) throws IOException {
        return Files.writeString(directory.resolve("rest.yaml"), """
                pipeline:
                  name: rest
                  state-directory: "%1$s/state"
                source:
                  type: postgres
                  hostname: %2$s
                  port: %3$d
                  database-name: %4$s
                  username: %5$s
                  tables: public.items
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: rest
                    uri: %6$s
                    warehouse: "%7$s"
                """.formatted(
                        directory,
                        database.host(),
                        database.port(),
                        database.name(),
                        database.user(),
                        catalog.uri(),
                        catalog.warehouse()));
    }
}
