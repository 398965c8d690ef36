package io.sluice.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A whole number in a range.
 *
 * @param least the smallest allowed
 * @param most the largest allowed
 */
record WholeType(long least, long most) implements ValueType<Long> {

    @Override
    public Optional<Long> read(Node node, Place place, Reading reading) {
        Place at = place.at(node);
        return reading.scalar(node, at, expected()).flatMap(value -> {
            if (!value.replaced() && value.kind() != Reading.Kind.WHOLE) {
                boolean onlyQuoted = value.text().matches("[0-9]{1,18}");
                reading.problem(
                        at,
                        "expected " + expected() + ", got " + value.kind().words()
                                + (onlyQuoted ? "; take the quotes away" : ""));
                return Optional.empty();
            }
            try {
                return Optional.of(parse(value.text().strip()));
            } catch (IllegalArgumentException e) {
                reading.problem(at, value.shown() + " " + e.getMessage());
                return Optional.empty();
            }
        });
    }

    private String expected() {
        return "a whole number " + range();
    }

    private String range() {
        return most == Long.MAX_VALUE ? "of " + least + " or more" : "from " + least + " to " + most;
    }

    @Override
    public Long parse(String text) {
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is not " + expected(), e);
        }
        if (number < least || number > most) {
            throw new IllegalArgumentException("is out of range: expected " + expected());
        }
        return number;
    }

    @Override
    public JsonNode json(String text) {
        return LongNode.valueOf(parse(text));
    }

    @Override
    public ObjectNode schema() {
        ObjectNode number = JsonNodeFactory.instance.objectNode();
        number.put("type", "integer").put("minimum", least);
        if (most != Long.MAX_VALUE) {
            number.put("maximum", most);
        }
        return TextType.orReference(number);
    }
}
