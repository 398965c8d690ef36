package io.sluice.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A value that is written as text.
 *
 * @param expected what is wanted, such as {@code a duration such as 10s}
 * @param pattern a regular expression for the JSON Schema; the parser may be stricter
 * @param choices texts to suggest; without a pattern, the only ones that are allowed
 * @param parser reads the text; an {@link IllegalArgumentException} of its becomes the problem, its message being the
 *     rest of a sentence that begins with the value
 * @param shown whether a message may repeat the text
 */
record TextType<T>(
        String expected, Optional<String> pattern, List<String> choices, Function<String, T> parser, Display shown)
        implements ValueType<T> {

    /** Whether a value may be repeated in messages. */
    enum Display {
        SHOWN,
        HIDDEN
    }

    @Override
    public Optional<T> read(Node node, Place place, Reading reading) {
        Optional<Reading.Scalar> scalar = reading.scalar(node, place.at(node), expected);
        return scalar.flatMap(value -> accept(value, place.at(node), reading));
    }

    /** Reads a value that was taken out of its node already. */
    Optional<T> accept(Reading.Scalar value, Place place, Reading reading) {
        String subject = shown == Display.HIDDEN ? "the value" : value.shown();
        if (!value.replaced() && value.kind() != Reading.Kind.TEXT) {
            reading.problem(
                    place, "expected " + expected + ", got " + value.kind().words() + quotesHint());
            return Optional.empty();
        }
        if (value.text().isBlank()) {
            reading.problem(place, (value.replaced() ? subject + " is" : "is") + " empty: expected " + expected);
            return Optional.empty();
        }
        try {
            return Optional.of(parse(value.text()));
        } catch (IllegalArgumentException e) {
            String nearest = value.replaced()
                    ? ""
                    : NearestName.of(value.text(), choices)
                            .map(name -> "; did you mean '" + name + "'?")
                            .orElse("");
            reading.problem(place, subject + " " + e.getMessage() + nearest);
            return Optional.empty();
        }
    }

    private String quotesHint() {
        return pattern.isEmpty() && choices.isEmpty() ? "; put it in quotes" : "";
    }

    @Override
    public T parse(String text) {
        return parser.apply(text);
    }

    @Override
    public JsonNode json(String text) {
        return TextNode.valueOf(text);
    }

    @Override
    public ObjectNode schema() {
        ObjectNode text = JsonNodeFactory.instance.objectNode().put("type", "string");
        if (pattern.isEmpty() && choices.isEmpty()) {
            return text.put("pattern", "\\S");
        }
        pattern.ifPresent(expression -> text.put("pattern", expression));
        if (pattern.isEmpty()) {
            choices.forEach(text.putArray("enum")::add);
        }
        return orReference(text);
    }

    /** The schema, or a text with a reference in it whose value the schema cannot know. */
    static ObjectNode orReference(ObjectNode schema) {
        ObjectNode either = JsonNodeFactory.instance.objectNode();
        either.putArray("anyOf").add(schema).addObject().put("$ref", "#/$defs/reference");
        return either;
    }
}
