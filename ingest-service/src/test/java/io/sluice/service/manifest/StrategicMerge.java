package io.sluice.service.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Kubernetes' strategic merge: objects are merged, lists of the kinds named here by their key, all other lists replaced. */
final class StrategicMerge {

    private static final Map<String, String> KEYS = Map.of(
            "containers", "name",
            "env", "name",
            "volumes", "name",
            "volumeMounts", "mountPath",
            "ports", "containerPort",
            "topologySpreadConstraints", "topologyKey");

    private StrategicMerge() {}

    static void merge(ObjectNode into, ObjectNode patch) {
        patch.fields().forEachRemaining(field -> {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.startsWith("$")) {
                throw new IllegalArgumentException("The directive " + name + " is not known to the tests' renderer");
            }
            if (value.isNull()) {
                into.remove(name);
            } else if (value instanceof ObjectNode object && into.get(name) instanceof ObjectNode present) {
                merge(present, object);
            } else if (value instanceof ArrayNode list
                    && KEYS.containsKey(name)
                    && into.get(name) instanceof ArrayNode present) {
                merge(present, list, KEYS.get(name));
            } else {
                into.set(name, value.deepCopy());
            }
        });
    }

    private static void merge(ArrayNode into, ArrayNode patch, String key) {
        for (JsonNode element : patch) {
            ObjectNode match = null;
            for (JsonNode present : into) {
                if (present.path(key).equals(element.path(key))) {
                    match = (ObjectNode) present;
                }
            }
            if (match == null) {
                into.add(element.deepCopy());
            } else {
                merge(match, (ObjectNode) element);
            }
        }
    }
}
