package io.sluice.service.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Renders a directory as {@code kubectl kustomize} does, as far as {@code k8s/} uses it: {@code resources}, {@code namespace},
 * {@code configMapGenerator} of files without a hash in the name, {@code patches} by strategic merge, {@code images}. It
 * refuses everything else, so that nothing is left out of what the tests look at.
 */
final class Kustomization {

    private static final Set<String> KNOWN = Set.of(
            "apiVersion",
            "kind",
            "resources",
            "namespace",
            "configMapGenerator",
            "generatorOptions",
            "patches",
            "images");
    private static final Set<String> CLUSTER_WIDE = Set.of("Namespace", "ClusterRole", "ClusterRoleBinding");

    private final Path directory;
    private final ObjectNode file;

    private Kustomization(Path directory) {
        this.directory = directory;
        this.file = YamlFiles.one(directory.resolve("kustomization.yaml"));
        require(file, "kustomization.yaml", KNOWN);
        if (!file.path("kind").asText().equals("Kustomization")) {
            throw refused("kind " + file.path("kind"));
        }
    }

    /** The objects of a directory with a {@code kustomization.yaml}. */
    static List<ObjectNode> render(Path directory) {
        return new Kustomization(directory).render();
    }

    private List<ObjectNode> render() {
        List<ObjectNode> objects = new ArrayList<>();
        for (JsonNode resource : file.path("resources")) {
            Path place = directory.resolve(resource.asText()).normalize();
            objects.addAll(Files.isDirectory(place) ? render(place) : YamlFiles.read(place));
        }
        for (JsonNode generator : file.path("configMapGenerator")) {
            objects.add(configMap((ObjectNode) generator));
        }
        for (JsonNode patch : file.path("patches")) {
            require((ObjectNode) patch, "patches", Set.of("path"));
            YamlFiles.read(directory.resolve(patch.path("path").asText())).forEach(one -> apply(one, objects));
        }
        if (file.has("namespace")) {
            objects.forEach(object -> place(object, file.path("namespace").asText()));
        }
        for (JsonNode image : file.path("images")) {
            require((ObjectNode) image, "images", Set.of("name", "newName", "newTag"));
            objects.forEach(object -> rename(object, image));
        }
        requireUnique(objects);
        return objects;
    }

    private ObjectNode configMap(ObjectNode generator) {
        require(generator, "configMapGenerator", Set.of("name", "files", "options"));
        if (generator.path("options") instanceof ObjectNode options) {
            require(options, "configMapGenerator.options", Set.of("labels"));
        }
        if (!file.at("/generatorOptions/disableNameSuffixHash").asBoolean()) {
            throw refused("a name with a hash, which is not computed here");
        }
        require((ObjectNode) file.path("generatorOptions"), "generatorOptions", Set.of("disableNameSuffixHash"));
        ObjectNode map =
                JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
        ObjectNode metadata = map.putObject("metadata");
        metadata.put("name", generator.path("name").asText());
        if (generator.path("options").has("labels")) {
            metadata.set("labels", generator.at("/options/labels"));
        }
        ObjectNode data = map.putObject("data");
        for (JsonNode source : generator.path("files")) {
            Path path = directory.resolve(source.asText());
            try {
                data.put(String.valueOf(path.getFileName()), Files.readString(path));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return map;
    }

    private void apply(ObjectNode patch, List<ObjectNode> objects) {
        List<ObjectNode> targets = objects.stream()
                .filter(object -> isSame(object, patch, "/kind")
                        && isSame(object, patch, "/apiVersion")
                        && isSame(object, patch, "/metadata/name")
                        && (patch.at("/metadata/namespace").isMissingNode()
                                || isSame(object, patch, "/metadata/namespace")))
                .toList();
        if (targets.size() != 1) {
            throw refused("a patch of " + targets.size() + " objects: " + patch.path("metadata"));
        }
        StrategicMerge.merge(targets.get(0), patch);
    }

    private static boolean isSame(ObjectNode one, ObjectNode other, String pointer) {
        return one.at(pointer).equals(other.at(pointer));
    }

    private static void place(ObjectNode object, String namespace) {
        if (CLUSTER_WIDE.contains(object.path("kind").asText())) {
            return;
        }
        object.withObjectProperty("metadata").put("namespace", namespace);
        for (JsonNode subject : object.path("subjects")) {
            if (subject.path("kind").asText().equals("ServiceAccount")) {
                ((ObjectNode) subject).put("namespace", namespace);
            }
        }
    }

    private static void rename(JsonNode node, JsonNode image) {
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : node.path(list)) {
                if (container.path("image").asText().equals(image.path("name").asText())) {
                    ((ObjectNode) container)
                            .put(
                                    "image",
                                    image.path("newName").asText() + ":"
                                            + image.path("newTag").asText());
                }
            }
        }
        node.forEach(below -> rename(below, image));
    }

    private void requireUnique(List<ObjectNode> objects) {
        long different = objects.stream()
                .map(object -> object.path("kind") + " " + object.at("/metadata/namespace") + " "
                        + object.at("/metadata/name"))
                .distinct()
                .count();
        if (different != objects.size()) {
            throw refused("two objects of one kind and name");
        }
    }

    private void require(ObjectNode node, String where, Set<String> known) {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw refused("'" + name + "' in " + where);
            }
        });
    }

    private IllegalArgumentException refused(String what) {
        return new IllegalArgumentException(directory + " uses " + what
                + ", which the renderer of the tests does not know: teach it, or do without");
    }
}
