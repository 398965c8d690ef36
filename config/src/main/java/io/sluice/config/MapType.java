package io.sluice.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * Keys that are not ours with single values, which are taken exactly as written: {@code 2}, {@code true} and
 * {@code "2"} are texts here.
 *
 * @param wrap what a value is kept as
 */
record MapType<V>(Function<String, V> wrap) implements ValueType<Map<String, V>> {

    private static final String EXPECTED = "text, a number, true or false";

    @Override
    public Optional<Map<String, V>> read(Node node, Place place, Reading reading) {
        if (!(node instanceof MappingNode mapping)) {
            reading.problem(place.at(node), "expected keys with values, got " + Reading.words(node));
            return Optional.empty();
        }
        Map<String, V> all = new LinkedHashMap<>();
        boolean complete = true;
        KeyNodes keys = new KeyNodes(place, reading);
        for (NodeTuple tuple : mapping.getValue()) {
            Optional<KeyNodes.Named> key = keys.next(tuple.getKeyNode());
            if (key.isEmpty()) {
                complete = false;
                continue;
            }
            Node child = tuple.getValueNode();
            Place at = key.get().place();
            String expected = child instanceof MappingNode
                    ? EXPECTED + " (write nested keys in one, with dots: "
                            + key.get().name() + ".…)"
                    : EXPECTED;
            Optional<Reading.Scalar> value = reading.scalar(child, at.at(child), expected);
            complete &= value.isPresent();
            value.ifPresent(scalar -> all.put(key.get().name(), wrap.apply(scalar.text())));
        }
        return complete ? Optional.of(all) : Optional.empty();
    }

    /** One pair, written {@code key: value}. */
    @Override
    public Map<String, V> parse(String text) {
        String[] pair = text.split(": ", 2);
        return Map.of(pair[0], wrap.apply(pair[1]));
    }

    @Override
    public JsonNode json(String text) {
        String[] pair = text.split(": ", 2);
        return JsonNodeFactory.instance.objectNode().put(pair[0], pair[1]);
    }

    @Override
    public ObjectNode schema() {
        ObjectNode map = JsonNodeFactory.instance.objectNode().put("type", "object");
        map.putObject("additionalProperties")
                .putArray("type")
                .add("string")
                .add("number")
                .add("boolean");
        return map;
    }
}
