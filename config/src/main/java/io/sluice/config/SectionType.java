package io.sluice.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * A mapping with known keys.
 *
 * @param section the keys
 */
record SectionType(Section section) implements ValueType<Values> {

    /** Reads the section; a value inside it that was refused is absent from the result, and among the problems. */
    @Override
    public Optional<Values> read(Node node, Place place, Reading reading) {
        if (!(node instanceof MappingNode mapping)) {
            String keys = String.join(", ", section.names());
            reading.problem(place, "expected a section with keys (" + keys + "), got " + Reading.words(node));
            return Optional.empty();
        }
        Values values = new Values(place);
        Set<String> meant = new HashSet<>();
        KeyNodes keys = new KeyNodes(place, reading);
        for (NodeTuple tuple : mapping.getValue()) {
            Optional<KeyNodes.Named> named = keys.next(tuple.getKeyNode());
            if (named.isEmpty()) {
                continue;
            }
            Optional<Key<?>> key = section.find(named.get().name());
            if (key.isEmpty()) {
                reading.problem(named.get().place(), unknown(named.get().name()));
                nearest(named.get().name()).ifPresent(meant::add);
            } else {
                readValue(key.get(), tuple.getValueNode(), named.get().place(), values, reading);
            }
        }
        for (Key<?> key : section.keys()) {
            if (key.isRequired() && !values.isPresent(key) && !meant.contains(key.name())) {
                reading.problem(place, "the key '" + key.name() + "' is missing: " + key.doc());
            }
        }
        return Optional.of(values);
    }

    private static <T> void readValue(Key<T> key, Node node, Place place, Values values, Reading reading) {
        values.present(key, place);
        key.type().read(node, place, reading).ifPresent(value -> values.put(key, value));
    }

    private String unknown(String name) {
        String message = "unknown key '" + name + "'; ";
        List<String> homes = Vocabulary.sectionsWith(name);
        if (!homes.isEmpty()) {
            return message + "it belongs under '" + String.join("' or '", homes) + "'";
        }
        return nearest(name)
                .map(key -> message + "did you mean '" + key + "'?")
                .orElseGet(() -> message + "the keys here are " + String.join(", ", section.names()));
    }

    private Optional<String> nearest(String name) {
        return NearestName.of(name, section.names());
    }

    @Override
    public Values parse(String text) {
        throw new IllegalArgumentException("A section has no default and no example");
    }

    @Override
    public JsonNode json(String text) {
        throw new IllegalArgumentException("A section has no default and no example");
    }

    @Override
    public ObjectNode schema() {
        ObjectNode object = JsonNodeFactory.instance.objectNode().put("type", "object");
        object.put("additionalProperties", false);
        List<String> required =
                section.keys().stream().filter(Key::isRequired).map(Key::name).toList();
        if (!required.isEmpty()) {
            required.forEach(object.putArray("required")::add);
        }
        ObjectNode properties = object.putObject("properties");
        for (Key<?> key : section.keys()) {
            properties.set(key.name(), property(key));
        }
        return object;
    }

    private static ObjectNode property(Key<?> key) {
        ObjectNode property = JsonNodeFactory.instance.objectNode().put("description", key.doc());
        property.setAll(key.type().schema());
        key.defaultText().ifPresent(text -> property.set("default", key.type().json(text)));
        key.exampleText()
                .ifPresent(text -> property.putArray("examples").add(key.type().json(text)));
        return property;
    }
}
