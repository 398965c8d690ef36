package io.sluice.service.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.packaged.PackagedSluice;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.s3.S3Server;
import io.sluice.testkit.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A store by https, whose authority is one of the trust store that the process was given. */
@Tag("slow")
@ExtendWith(PostgresExtension.class)
class StoreEncryptionIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    @Test
    void a_lake_of_an_encrypted_store_is_written_by_who_trusts_it_and_by_nobody_else(TestDatabase database)
            throws IOException {
        database.execute("CREATE TABLE items (id bigint PRIMARY KEY)", "INSERT INTO items VALUES (1), (2)", "ANALYZE");
        TestAuthority authority = TestAuthority.in(directory.resolve("authority"));
        authority.issue("store", "ip:127.0.0.1");
        Path objects = directory.resolve("objects");
        try (S3Server store = S3Server.startEncrypted(objects, authority.context("store"))) {
            assertThat(store.endpoint()).startsWith("https:");
            store.createBucket("lake");
            Path file = file(database, store);

            try (ChildProcess stranger = PackagedSluice.in(directory)
                    .arguments("run", file.toString(), "--until-caught-up", "--port", "0", "--plain")
                    .start()) {
                assertThat(stranger.awaitExit(LIMIT)).isEqualTo(1);
                assertThat(String.join("\n", stranger.output()))
                        .contains("The warehouse s3a://lake/warehouse cannot be written", "certification path");
            }
            assertThat(files(objects)).isEmpty();

            String[] trusting = PackagedSluice.trusting(authority);
            try (ChildProcess run = PackagedSluice.in(directory, trusting)
                    .arguments("run", file.toString(), "--until-caught-up", "--port", "0")
                    .start()) {
                assertThat(run.awaitExit(LIMIT)).as("%s", run.output()).isZero();
            }
            assertThat(files(objects)).anyMatch(name -> name.endsWith(".parquet"));
            try (ChildProcess verify = PackagedSluice.in(directory, trusting)
                    .arguments("verify", file.toString())
                    .start()) {
                assertThat(verify.awaitExit(LIMIT)).as("%s", verify.output()).isZero();
                assertThat(String.join("\n", verify.output())).contains("2 rows  ok");
            }
        }
    }

    private static List<String> files(Path objects) throws IOException {
        try (Stream<Path> all = Files.walk(objects)) {
            return all.filter(Files::isRegularFile).map(Path::toString).toList();
        }
    }

    private Path file(TestDatabase database, S3Server store) throws IOException {
        String catalog = """
                type: jdbc
                uri: "jdbc:sqlite:%1$s/catalog.db"
                warehouse: s3a://lake/warehouse
                properties:
                  fs.s3a.endpoint: %2$s
                  fs.s3a.endpoint.region: us-east-1
                  fs.s3a.path.style.access: true
                  fs.s3a.attempts.maximum: 1
                  fs.s3a.retry.limit: 1
                  fs.s3a.access.key: %3$s
                  fs.s3a.secret.key: %4$s
                """.formatted(directory, store.endpoint(), store.accessKey(), store.secretKey());
        return Files.writeString(
                directory.resolve("store.yaml"), PackagedSluice.itemsPipeline("store", directory, database, catalog));
    }
}
