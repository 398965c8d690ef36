package io.sluice.service.manifest;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Probe;
import io.sluice.service.manifest.KubernetesObjects.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The repository's {@code k8s/}. */
final class Manifests {

    static final Path DIRECTORY = Path.of("..", "k8s").toAbsolutePath().normalize();

    private static final Pattern SECRET = Pattern.compile("create secret generic (\\S+)((?:[^\\n]|\\\\\\n)*)");
    private static final Pattern KEY = Pattern.compile("--from-(?:literal|file)=([A-Za-z0-9._-]+)");

    private Manifests() {}

    /** The names of the overlays. */
    static Stream<String> overlays() {
        try (Stream<Path> found = Files.list(DIRECTORY.resolve("overlays"))) {
            return found
                    .filter(Files::isDirectory)
                    .map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static KubernetesObjects objects(String overlay) {
        return KubernetesObjects.parse(
                Kustomization.render(DIRECTORY.resolve("overlays").resolve(overlay)));
    }

    static Workload sluice(KubernetesObjects objects) {
        return objects.workloads().stream()
                .filter(workload -> workload.name().equals("sluice"))
                .findFirst()
                .orElseThrow();
    }

    static Container container(KubernetesObjects objects) {
        return sluice(objects).template().getSpec().getContainers().get(0);
    }

    /** The container's environment; what is filled in by Kubernetes has a placeholder. */
    static Map<String, String> environment(KubernetesObjects objects) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (EnvVar variable : container(objects).getEnv()) {
            String before =
                    environment.put(variable.getName(), variable.getValue() == null ? "provided" : variable.getValue());
            if (before != null) {
                throw new IllegalArgumentException(variable.getName() + " is set twice");
            }
        }
        return environment;
    }

    static List<Probe> probes(Container container) {
        return Stream.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe())
                .filter(Objects::nonNull)
                .toList();
    }

    /** The secrets that the README tells how to make, each as name/key. */
    static Set<String> documentedSecrets() throws IOException {
        Set<String> keys = new TreeSet<>();
        Matcher secret = SECRET.matcher(Files.readString(DIRECTORY.resolve("README.md")));
        while (secret.find()) {
            Matcher key = KEY.matcher(secret.group(2));
            while (key.find()) {
                keys.add(secret.group(1) + "/" + key.group(1));
            }
        }
        return keys;
    }
}
