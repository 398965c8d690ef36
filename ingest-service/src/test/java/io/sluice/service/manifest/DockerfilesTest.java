package io.sluice.service.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The images that the files in {@code k8s/} say, as far as that can be seen without a builder. */
class DockerfilesTest {

    private static final Path SERVICE = Manifests.DIRECTORY.resolveSibling("ingest-service");
    private static final Path DIST = SERVICE.resolve("src/dist");

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile", "Dockerfile.native"})
    void the_base_is_pinned_and_the_user_is_that_of_the_manifests(String name) {
        Dockerfile file = Dockerfile.read(name);
        assertThat(file.all("FROM"))
                .allMatch(base -> Pattern.matches(
                        "[a-z0-9./-]+:[0-9]+\\.[0-9][A-Za-z0-9._-]*( AS [a-z]+)?|[a-z0-9./-]+@sha256:[0-9a-f]{64}",
                        base));
        for (String overlay : Manifests.overlays().toList()) {
            long user = Manifests.sluice(Manifests.objects(overlay))
                    .template()
                    .getSpec()
                    .getSecurityContext()
                    .getRunAsUser();
            assertThat(file.last("USER")).isEqualTo(user + ":" + user);
            assertThat(file.last("EXPOSE"))
                    .isEqualTo(Manifests.container(Manifests.objects(overlay))
                            .getPorts()
                            .get(0)
                            .getContainerPort()
                            .toString());
        }
        assertThat(file.all("RUN").toString()).contains("--uid 10001", "--home-dir " + file.last("WORKDIR"));
    }

    @Test
    void what_is_copied_is_what_the_dist_profile_makes_and_the_entry_point_is_in_it() throws Exception {
        Dockerfile file = Dockerfile.read("Dockerfile");
        assertThat(file.all("ADD")).containsExactly("ingest-service/target/dist/sluice.tar.gz /opt/");
        // Where the profile puts it.
        String assembly = Files.readString(DIST.resolve("assembly.xml"));
        assertThat(assembly).contains("<baseDirectory>sluice</baseDirectory>", "<format>tar.gz</format>");
        assertThat(Files.readString(SERVICE.resolve("pom.xml")))
                .contains(
                        "<outputDirectory>${project.build.directory}/dist</outputDirectory>",
                        "<finalName>sluice</finalName>");
        for (List<String> command : List.of(list(file.last("ENTRYPOINT")), list(file.last("RUN")))) {
            Path program = DIST.resolve(Path.of("/opt/sluice").relativize(Path.of(command.get(0))));
            assertThat(program).isExecutable();
        }
        assertThat(list(file.last("CMD")))
                .isEqualTo(Manifests.container(Manifests.objects("production")).getArgs());
    }

    @Test
    void the_jvm_of_the_image_can_use_the_cache_that_is_trained_in_it() throws Exception {
        Dockerfile file = Dockerfile.read("Dockerfile");
        Matcher base = Pattern.compile("eclipse-temurin:([0-9]+)\\..*-jre-.*").matcher(file.last("FROM"));
        assertThat(base.matches()).isTrue();
        assertThat(Integer.parseInt(base.group(1))).isGreaterThanOrEqualTo(25);
        assertThat(list(file.last("RUN"))).containsExactly("/opt/sluice/bin/train-aot-cache");
        List<String> order =
                file.instructions().stream().map(Dockerfile.Instruction::name).toList();
        assertThat(order.lastIndexOf("RUN"))
                .as("the cache is made of what was copied, by root")
                .isGreaterThan(order.indexOf("ADD"))
                .isLessThan(order.indexOf("USER"));
        assertThat(Files.readString(DIST.resolve("bin/sluice"))).contains("$app/sluice.aot");
        assertThat(Files.readString(DIST.resolve("bin/train-aot-cache"))).contains("$app/sluice.aot");
    }

    @Test
    void the_native_image_is_what_the_native_profile_would_make() throws Exception {
        Dockerfile file = Dockerfile.read("Dockerfile.native");
        assertThat(file.all("COPY"))
                .singleElement()
                .asString()
                .contains("ingest-service/target/sluice-ingest-service-0.1.0-SNAPSHOT-runner /opt/sluice/sluice");
        assertThat(list(file.last("ENTRYPOINT"))).containsExactly("/opt/sluice/sluice");
    }

    private static List<String> list(String json) throws Exception {
        return List.of(new ObjectMapper().readValue(json, String[].class));
    }
}
