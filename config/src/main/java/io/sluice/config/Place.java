package io.sluice.config;

import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** Where something stands in a document: its path of keys, and line and column counted from 1. */
record Place(String path, int line, int column) {

    static final Place START = new Place("", 1, 1);

    static Place of(Optional<Mark> mark) {
        return mark.map(m -> new Place("", m.getLine() + 1, m.getColumn() + 1)).orElse(START);
    }

    /** The place of a node below this one's path. */
    Place key(String name, Node node) {
        Place place = of(node.getStartMark());
        return new Place(path.isEmpty() ? name : path + "." + name, place.line, place.column);
    }

    /** The place of the element of a list. */
    Place index(int index, Node node) {
        Place place = of(node.getStartMark());
        return new Place(path + "[" + index + "]", place.line, place.column);
    }

    /** The same path at the place of another node: a value rather than its key. */
    Place at(Node node) {
        Place place = of(node.getStartMark());
        return new Place(path, place.line, place.column);
    }
}
