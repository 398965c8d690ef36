package io.sluice.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The keys of one mapping as they come: each a text, none of them twice. */
final class KeyNodes {

    private final Place mapping;
    private final Reading reading;
    private final Map<String, Integer> lines = new HashMap<>();

    KeyNodes(Place mapping, Reading reading) {
        this.mapping = mapping;
        this.reading = reading;
    }

    /** A key and where it stands. */
    record Named(String name, Place place) {}

    /** The next key; empty when it cannot be one, which is then among the problems. */
    Optional<Named> next(Node node) {
        if (!(node instanceof ScalarNode scalar) || Reading.isEmpty(node)) {
            reading.problem(mapping.at(node), "expected a key, got " + Reading.words(node));
            return Optional.empty();
        }
        String name = scalar.getValue();
        Place place = mapping.key(name, node);
        Integer first = lines.putIfAbsent(name, place.line());
        if (first != null) {
            reading.problem(place, "the key '" + name + "' stands here twice; it is already in line " + first);
            return Optional.empty();
        }
        return Optional.of(new Named(name, place));
    }
}
