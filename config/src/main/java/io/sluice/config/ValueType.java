package io.sluice.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * How a value is written. What the reader accepts and what the JSON Schema allows are two methods of one object, so
 * that they are told once.
 *
 * @param <T> what it is read as
 */
interface ValueType<T> {

    /** Reads a node; empty when something was wrong, which is then among the problems. */
    Optional<T> read(Node node, Place place, Reading reading);

    /** What the JSON Schema allows; a fresh node that the caller adds to. */
    ObjectNode schema();

    /**
     * A default or example from its text.
     *
     * @throws IllegalArgumentException when the text is not one of this type
     */
    T parse(String text);

    /** A default or example as it stands in the JSON Schema. */
    JsonNode json(String text);
}
