package io.sluice.service.dist;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The archive of {@code -Pdist}, unpacked elsewhere and run. */
@EnabledIfSystemProperty(named = "sluice.dist", matches = ".+", disabledReason = "only mvn -Pdist makes the archive")
class DistributionIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    static Path directory;

    @BeforeAll
    static void unpack() throws Exception {
        Process tar = new ProcessBuilder("tar", "xzf", System.getProperty("sluice.dist"), "-C", directory.toString())
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
    }

    @Test
    void the_schema_is_printed() throws Exception {
        Process schema = start("schema.txt", "schema");
        assertThat(schema.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(schema.exitValue()).isZero();
        assertThat(output("schema.txt")).startsWith("{").contains("Sluice pipeline");
    }

    @Test
    void the_service_becomes_ready_and_stops() throws Exception {
        Path pipelines = Files.createDirectory(directory.resolve("pipelines"));
        Process service = start("run.txt", "run", pipelines.toString(), "--port", "0", "--plain");
        try {
            Pattern address = Pattern.compile("API +(http\\S+)/api/v1/pipelines");
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> address.matcher(output("run.txt")).find());
            Matcher found = address.matcher(output("run.txt"));
            assertThat(found.find()).isTrue();
            HttpRequest ready = HttpRequest.newBuilder(URI.create(found.group(1) + "/q/health/ready"))
                    .build();
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> HttpClient.newHttpClient()
                                    .send(ready, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200);
            service.destroy();
            assertThat(service.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(service.exitValue()).as(output("run.txt")).isZero();
        } finally {
            service.destroyForcibly();
        }
    }

    @Test
    void the_demo_says_where_it_is() throws Exception {
        Process demo = start("demo.txt", "demo");
        assertThat(demo.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).isNotZero();
        assertThat(output("demo.txt")).contains("a checkout of Sluice");
    }

    @Test
    void every_library_is_named_with_its_licence() throws Exception {
        String licences = Files.readString(directory.resolve("sluice/licences/THIRD-PARTY.txt"));
        try (Stream<Path> jars = Files.list(directory.resolve("sluice/quarkus-app/lib/main"))) {
            assertThat(jars.map(jar -> String.valueOf(jar.getFileName()))
                            .filter(name -> !name.startsWith("io.sluice."))
                            .map(name -> name.replaceAll("-[0-9]+[.][0-9].*[.]jar$", "")))
                    .isNotEmpty()
                    .allSatisfy(name -> {
                        // The file is named group.artifact, the list says group:artifact.
                        boolean told = false;
                        for (int dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
                            told |= licences.contains(
                                    "(" + name.substring(0, dot) + ":" + name.substring(dot + 1) + ":");
                        }
                        assertThat(told).as(name).isTrue();
                    });
        }
        assertThat(licences).doesNotContain("Unknown license");
        assertThat(directory.resolve("sluice/LICENSE")).exists();
    }

    private static Process start(String output, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(directory.resolve("sluice/bin/sluice").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(output).toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    private static String output(String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }
}
