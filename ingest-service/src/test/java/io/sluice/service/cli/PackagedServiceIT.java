package io.sluice.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.packaged.PackagedSluice;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The service as it is packaged, in a process of its own. */
@ExtendWith(PostgresExtension.class)
class PackagedServiceIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @Test
    void a_running_service_answers_and_a_signal_stops_it_cleanly(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE items (id bigint PRIMARY KEY, name text)",
                "INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 500) i",
                "ANALYZE");
        Path file = file(database, "packaged");
        Process service = start("run", file.toString(), "--port", "0");
        try {
            String api = awaitLine(service, "API +(http\\S+)");
            Awaitility.await()
                    .atMost(LIMIT)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(get(api + "/packaged"))
                            .contains("\"state\":\"RUNNING\"", "\"sink\":\"shop.items\"", "\"rowsRead\":500"));
            database.execute("UPDATE items SET name = 'changed' WHERE id <= 10");
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(get(api + "/packaged/cuts")).contains("\"rows\":10"));
            assertThat(get(api.replace("/api/v1/pipelines", "/q/health/ready"))).contains("\"UP\"");
            assertThat(get(api.replace("/api/v1/pipelines", "/q/metrics"))).contains("sluice_rows_read_total");
            service.destroy();
            assertThat(service.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(service.exitValue()).as(output()).isZero();
        } finally {
            service.destroyForcibly();
        }
        Process verify = start("verify", file.toString(), "--attempts", "1");
        assertThat(verify.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(verify.exitValue()).as(output()).isZero();
        assertThat(output()).contains("public.items → shop.items  500 rows  ok");
    }

    @Test
    void a_service_that_another_one_takes_over_from_ends_with_3(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE items (id bigint PRIMARY KEY, name text)");
        Path file = file(database, "taken-over");
        Process first = start("run", file.toString(), "--port", "0");
        try {
            awaitLine(first, "(handover)");
            Process second = start("run", file.toString(), "--port", "0");
            try {
                assertThat(first.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                assertThat(first.exitValue()).as(output()).isEqualTo(RunCommand.TAKEN_OVER);
                assertThat(second.isAlive()).as(output()).isTrue();
            } finally {
                second.destroyForcibly();
            }
        } finally {
            first.destroyForcibly();
        }
    }

    private Path file(TestDatabase database, String name) throws IOException {
        return Files.writeString(
                directory.resolve("shop.yaml"),
                PackagedSluice.itemsPipeline(name, directory, database, PackagedSluice.localCatalog(directory)));
    }

    @Test
    void the_schema_is_printed_within_seconds() throws Exception {
        Process schema = start("schema");

        assertThat(schema.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(schema.exitValue()).isZero();
        assertThat(output()).startsWith("{").contains("Sluice pipeline");
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dstdout.encoding=UTF-8",
                "-Dfile.encoding=UTF-8",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-jar",
                Path.of("target", "quarkus-app", "quarkus-run.jar")
                        .toAbsolutePath()
                        .toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("output.txt").toFile()))
                .start();
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output.txt"));
    }

    private String awaitLine(Process process, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return Awaitility.await()
                .atMost(LIMIT)
                .until(
                        () -> {
                            Matcher matcher = pattern.matcher(output());
                            if (matcher.find()) {
                                return matcher.group(1);
                            }
                            if (!process.isAlive()) {
                                throw new AssertionError("The service ended: " + output());
                            }
                            return "";
                        },
                        found -> !found.isEmpty());
    }

    private static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
