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
 * One or more texts, written as a list of YAML's or as one text with commas between them.
 *
 * @param element what each is
 */
record TextListType<T>(TextType<T> element) implements ValueType<List<T>> {

    @Override
    public Optional<List<T>> read(Node node, Place place, Reading reading) {
        if (!(node instanceof SequenceNode sequence)) {
            return reading.scalar(node, place.at(node), element.expected() + ", or a list of them")
                    .flatMap(value -> readText(value, place.at(node), reading));
        }
        if (sequence.getValue().isEmpty()) {
            reading.problem(place.at(node), "the list is empty: expected " + element.expected());
            return Optional.empty();
        }
        List<T> all = new ArrayList<>();
        boolean complete = true;
        for (int i = 0; i < sequence.getValue().size(); i++) {
            Node child = sequence.getValue().get(i);
            Place at = place.index(i, child);
            // A text in a list may hold commas too: one ${TABLES} can stand for several.
            Optional<List<T>> some =
                    reading.scalar(child, at, element.expected()).flatMap(value -> readText(value, at, reading));
            complete &= some.isPresent();
            some.ifPresent(all::addAll);
        }
        return complete ? Optional.of(all) : Optional.empty();
    }

    private Optional<List<T>> readText(Reading.Scalar value, Place place, Reading reading) {
        List<T> all = new ArrayList<>();
        boolean complete = true;
        for (String part : TopLevel.split(value.text(), ',')) {
            Optional<T> one = element.accept(new Reading.Scalar(part, value.kind(), value.replaced()), place, reading);
            complete &= one.isPresent();
            one.ifPresent(all::add);
        }
        return complete ? Optional.of(all) : Optional.empty();
    }

    @Override
    public List<T> parse(String text) {
        return TopLevel.split(text, ',').stream().map(element::parse).toList();
    }

    @Override
    public JsonNode json(String text) {
        return element.json(text);
    }

    @Override
    public ObjectNode schema() {
        ObjectNode either = JsonNodeFactory.instance.objectNode();
        ObjectNode list = either.putArray("anyOf").add(text()).addObject();
        list.put("type", "array").put("minItems", 1).set("items", text());
        return either;
    }

    private static ObjectNode text() {
        return JsonNodeFactory.instance.objectNode().put("type", "string").put("pattern", "\\S");
    }
}
