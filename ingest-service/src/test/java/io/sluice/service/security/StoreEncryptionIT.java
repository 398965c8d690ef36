package io.sluice.service.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.s3.S3Server;
import io.sluice.testkit.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

            try (ChildProcess stranger =
                    sluice(List.of(), "run", file.toString(), "--until-caught-up", "--port", "0", "--plain")) {
                assertThat(stranger.awaitExit(LIMIT)).isEqualTo(1);
                assertThat(String.join("\n", stranger.output()))
                        .contains("The warehouse s3a://lake/warehouse cannot be written", "certification path");
            }
            assertThat(files(objects)).isEmpty();

            try (ChildProcess run =
                    sluice(trusting(authority), "run", file.toString(), "--until-caught-up", "--port", "0")) {
                assertThat(run.awaitExit(LIMIT)).as("%s", run.output()).isZero();
            }
            assertThat(files(objects)).anyMatch(name -> name.endsWith(".parquet"));
            try (ChildProcess verify = sluice(trusting(authority), "verify", file.toString())) {
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

    private static List<String> trusting(TestAuthority authority) {
        return List.of(
                "-Djavax.net.ssl.trustStore=" + authority.trustStore(),
                "-Djavax.net.ssl.trustStorePassword=" + TestAuthority.STORE_PASSWORD);
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

    private Path file(TestDatabase database, S3Server store) throws IOException {
        return Files.writeString(directory.resolve("store.yaml"), """
                pipeline:
                  name: store
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
                    type: jdbc
                    uri: "jdbc:sqlite:%1$s/catalog.db"
                    warehouse: s3a://lake/warehouse
                    properties:
                      fs.s3a.endpoint: %6$s
                      fs.s3a.endpoint.region: us-east-1
                      fs.s3a.path.style.access: true
                      fs.s3a.attempts.maximum: 1
                      fs.s3a.retry.limit: 1
                      fs.s3a.access.key: %7$s
                      fs.s3a.secret.key: %8$s
                """.formatted(
                        directory,
                        database.host(),
                        database.port(),
                        database.name(),
                        database.user(),
                        store.endpoint(),
                        store.accessKey(),
                        store.secretKey()));
    }
}
