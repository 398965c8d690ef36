package io.sluice.service.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.packaged.PackagedSluice;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.rest.RestCatalogServer;
import io.sluice.testkit.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

            try (ChildProcess stranger = PackagedSluice.in(directory)
                    .arguments("plan", file.toString())
                    .start()) {
                assertThat(stranger.awaitExit(LIMIT)).isEqualTo(1);
                assertThat(String.join("\n", stranger.output())).contains("certification path");
            }
            assertThat(catalog.requests()).isEmpty();
            String[] trusting = PackagedSluice.trusting(authority);
            try (ChildProcess run = PackagedSluice.in(directory, trusting)
                    .arguments("run", file.toString(), "--until-caught-up", "--port", "0")
                    .start()) {
                assertThat(run.awaitExit(LIMIT)).as("%s", run.output()).isZero();
            }
            assertThat(catalog.requests()).anyMatch(request -> request.contains("/tables"));
            try (ChildProcess verify = PackagedSluice.in(directory, trusting)
                    .arguments("verify", file.toString())
                    .start()) {
                assertThat(verify.awaitExit(LIMIT)).as("%s", verify.output()).isZero();
                assertThat(String.join("\n", verify.output())).contains("2 rows  ok");
            }
        }
    }

    private Path file(TestDatabase database, RestCatalogServer catalog) throws IOException {
        String rest = """
                type: rest
                uri: %s
                warehouse: "%s"
                """.formatted(catalog.uri(), catalog.warehouse());
        return Files.writeString(
                directory.resolve("rest.yaml"), PackagedSluice.itemsPipeline("rest", directory, database, rest));
    }
}
