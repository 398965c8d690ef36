package io.sluice.config;

import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** One pass over one file: where problems go and how references are replaced. */
final class Reading {

    private static final int SHOWN_CHARACTERS = 60;

    private final Problems problems;
    private final References references;

    Reading(Problems problems, References references) {
        this.problems = problems;
        this.references = references;
    }

    void problem(Place place, String message) {
        problems.add(place, message);
    }

    /** What a plain value looks like to YAML. */
    enum Kind {
        TEXT("text"),
        WHOLE("a whole number"),
        FRACTION("a number with a fraction"),
        FLAG("true or false");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /**
     * A single value.
     *
     * @param text with its references replaced
     * @param kind what it looks like as written; text for anything in quotes
     * @param replaced whether references were replaced: its kind then says nothing, and it must not be shown
     */
    record Scalar(String text, Kind kind, boolean replaced) {

        /** How a message may speak of it. */
        String shown() {
            if (replaced) {
                return "the value that the reference stands for";
            }
            String shown = text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "…" : text;
            return "'" + shown.replaceAll("\\p{Cntrl}", " ") + "'";
        }
    }

    /**
     * A node as a single value.
     *
     * @param expected what is wanted here, for the message when it is something else
     */
    Optional<Scalar> scalar(Node node, Place place, String expected) {
        if (!(node instanceof ScalarNode scalar)) {
            problem(place, "expected " + expected + ", got " + words(node));
            return Optional.empty();
        }
        if (isEmpty(node)) {
            problem(place, "has no value: expected " + expected);
            return Optional.empty();
        }
        Optional<Kind> kind = kind(scalar);
        if (kind.isEmpty()) {
            problem(place, "the tag " + scalar.getTag().getValue() + " is not known here: expected " + expected);
            return Optional.empty();
        }
        References.Expansion expansion = references.expand(scalar.getValue());
        expansion.problems().forEach(message -> problem(place, message));
        if (!expansion.problems().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Scalar(expansion.text(), kind.get(), expansion.replaced()));
    }

    private static Optional<Kind> kind(ScalarNode node) {
        Tag tag = node.getTag();
        if (tag.equals(Tag.STR) || tag.equals(Tag.ENV_TAG)) { // the second: a whole ${NAME} without quotes
            return Optional.of(Kind.TEXT);
        }
        if (tag.equals(Tag.INT)) {
            return Optional.of(Kind.WHOLE);
        }
        if (tag.equals(Tag.FLOAT)) {
            return Optional.of(Kind.FRACTION);
        }
        return tag.equals(Tag.BOOL) ? Optional.of(Kind.FLAG) : Optional.empty();
    }

    /** Whether nothing stands behind the key. */
    static boolean isEmpty(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    /** What a node is, for messages. */
    static String words(Node node) {
        return switch (node.getNodeType()) {
            case MAPPING -> "a section with keys";
            case SEQUENCE -> "a list";
            default ->
                isEmpty(node)
                        ? "nothing"
                        : node instanceof ScalarNode scalar
                                ? kind(scalar).map(Kind::words).orElse("a tagged value")
                                : "something else";
        };
    }
}
