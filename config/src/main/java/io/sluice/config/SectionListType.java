package io.sluice.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A list of mappings with known keys.
 *
 * @param element one of them
 */
record SectionListType(SectionType element) implements ValueType<List<Values>> {

    @Override
    public Optional<List<Values>> read(Node node, Place place, Reading reading) {
        if (!(node instanceof SequenceNode sequence)) {
            reading.problem(
                    place,
                    "expected a list, each entry beginning with '- '; got " + Reading.words(node)
                            + (Reading.isEmpty(node) ? "; take the key away when there are no entries" : ""));
            return Optional.empty();
        }
        List<Values> all = new ArrayList<>();
        for (int i = 0; i < sequence.getValue().size(); i++) {
            Node child = sequence.getValue().get(i);
            element.read(child, place.index(i, child), reading).ifPresent(all::add);
        }
        return Optional.of(all);
    }

    @Override
    public List<Values> parse(String text) {
        throw new IllegalArgumentException("A list of sections has no default and no example");
    }

    @Override
    public JsonNode json(String text) {
        throw new IllegalArgumentException("A list of sections has no default and no example");
    }

    @Override
    public ObjectNode schema() {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("type", "array");
        list.set("items", element.schema());
        return list;
    }
}
