package io.sluice.service.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.sluice.config.PipelineConfig;
import io.sluice.config.PipelineConfigReader;
import io.sluice.config.TextFiles;
import io.sluice.service.SluiceApplication;
import io.sluice.service.cli.StandaloneCommands;
import io.sluice.service.leader.ElectionSettingNames;
import io.sluice.service.logging.JsonLogging;
import io.sluice.service.security.Authentication;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** That the container in the manifests is the real service: its command line, settings, port, files and pipelines. */
class ServiceInManifestsTest {

    private static final Path ROOT = Manifests.DIRECTORY.getParent();
    private static final Path LAUNCHER = ROOT.resolve("ingest-service/src/dist/bin/sluice");

    static Stream<String> overlays() {
        return Manifests.overlays();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void the_arguments_are_a_command_line_of_sluice_and_its_directory_is_mounted(String overlay) {
        Container container = Manifests.container(Manifests.objects(overlay));
        CommandLine.ParseResult parsed = SluiceApplication.commandLine(new StandaloneCommands())
                .parseArgs(container.getArgs().toArray(new String[0]));
        assertThat(parsed.subcommand().commandSpec().name()).isEqualTo("run");
        List<Path> places = parsed.subcommand().matchedPositionalValue(0, List.of());
        assertThat(places)
                .singleElement()
                .satisfies(place -> assertThat(mounts(container)).contains(place.toString()));
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void every_variable_is_read_by_the_service_or_by_a_pipeline(String overlay) throws IOException {
        KubernetesObjects objects = Manifests.objects(overlay);
        Set<String> known = new HashSet<>(ElectionSettingNames.asVariables());
        known.addAll(variables(Authentication.class));
        known.add("QUARKUS_HTTP_HOST");
        known.add(JsonLogging.SETTING.toUpperCase(Locale.ROOT).replace('.', '_'));
        if (Files.readString(LAUNCHER).contains("${SLUICE_JAVA_OPTS:-}")) {
            known.add("SLUICE_JAVA_OPTS");
        }
        Collection<String> pipelines = pipelines(objects).values();
        for (String name : Manifests.environment(objects).keySet()) {
            assertThat(known.contains(name) || pipelines.stream().anyMatch(text -> text.contains("${" + name + "}")))
                    .as("%s is read by somebody", name)
                    .isTrue();
        }
        assertThat(Authentication.isConfigured(Manifests.environment(objects)))
                .as("who asks from another pod has to be known")
                .isTrue();
        assertThat(mounts(Manifests.container(objects)))
                .contains(String.valueOf(Path.of(Manifests.environment(objects).get("SLUICE_API_TOKENS_FILE"))
                        .getParent()));
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void the_pipelines_are_right_and_find_their_variables(String overlay) {
        KubernetesObjects objects = Manifests.objects(overlay);
        Map<String, String> environment = Manifests.environment(objects);
        PipelineConfigReader reader =
                new PipelineConfigReader(name -> Optional.ofNullable(environment.get(name)), TextFiles.ofFileSystem());
        Map<String, String> pipelines = pipelines(objects);
        assertThat(pipelines).isNotEmpty();
        pipelines.forEach((file, text) -> {
            PipelineConfig config = reader.read(file, text);
            assertThat(file).isEqualTo(config.name() + ".yaml");
        });
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void the_port_is_the_one_that_the_service_listens_to(String overlay) throws IOException {
        Properties defaults = new Properties();
        try (InputStream in =
                Files.newInputStream(ROOT.resolve("ingest-service/src/main/resources/application.properties"))) {
            defaults.load(in);
        }
        assertThat(Manifests.container(Manifests.objects(overlay)).getPorts())
                .singleElement()
                .satisfies(port ->
                        assertThat(port.getContainerPort()).hasToString(defaults.getProperty("quarkus.http.port")));
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void what_is_written_is_on_volumes(String overlay) throws IOException {
        KubernetesObjects objects = Manifests.objects(overlay);
        // Relative paths, as state directories have by default, begin at the working directory of the image.
        String work = Dockerfile.read("Dockerfile").last("WORKDIR");
        Map<String, String> volumes = Manifests.container(objects).getVolumeMounts().stream()
                .filter(mount -> !Boolean.TRUE.equals(mount.getReadOnly()))
                .collect(Collectors.toMap(VolumeMount::getMountPath, VolumeMount::getName));
        assertThat(volumes).containsOnlyKeys(work, "/tmp");
        assertThat(Manifests.sluice(objects).claims())
                .as("each replica has its own cache")
                .containsExactly(volumes.get(work));
    }

    @Test
    void the_dev_lake_is_on_the_volume_and_that_of_production_is_not_on_any() {
        assertThat(pipelines(Manifests.objects("dev")).values())
                .allMatch(text -> text.contains("warehouse: /var/lib/sluice/"));
        // A lake on the volume of one replica would not be that of the other.
        for (String overlay : List.of("production", "oidc")) {
            assertThat(pipelines(Manifests.objects(overlay)).values())
                    .noneMatch(text -> Pattern.compile("(warehouse|uri): *(/|jdbc:sqlite)")
                            .matcher(text)
                            .find());
        }
    }

    private static Map<String, String> pipelines(KubernetesObjects objects) {
        return objects.find(ConfigMap.class, "sluice-pipelines").orElseThrow().getData();
    }

    private static List<String> mounts(Container container) {
        return container.getVolumeMounts().stream()
                .map(VolumeMount::getMountPath)
                .toList();
    }

    /** The variables behind the settings that a bean is made from. */
    private static Set<String> variables(Class<?> bean) {
        return Arrays.stream(bean.getDeclaredConstructors())
                .flatMap(constructor -> Arrays.stream(constructor.getParameters()))
                .map((Parameter parameter) -> parameter.getAnnotation(ConfigProperty.class))
                .filter(setting -> setting != null)
                .map(setting -> setting.name().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"))
                .collect(Collectors.toSet());
    }
}
