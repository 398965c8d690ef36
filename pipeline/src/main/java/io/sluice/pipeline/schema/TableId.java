package io.sluice.pipeline.schema;

import java.io.Serializable;
import java.util.Objects;

/**
 * A table's name in two levels: schema and table at the source, namespace and table in the lake.
 *
 * @param namespace the schema or namespace, never empty; may contain dots in a lake (nested namespaces)
 * @param name the table's own name, never empty
 */
public record TableId(String namespace, String name) implements Serializable, Comparable<TableId> {

    public TableId {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(name, "name");
        if (namespace.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException(
                    "A table needs a namespace and a name, got '" + namespace + "." + name + "'");
        }
    }

    /**
     * Parses {@code namespace.name}; the last dot separates the two.
     *
     * @throws IllegalArgumentException when there is no dot, or nothing on one side of it
     */
    public static TableId parse(String text) {
        int dot = text.lastIndexOf('.');
        if (dot <= 0 || dot == text.length() - 1) {
            throw new IllegalArgumentException("Expected <namespace>.<table>, got '" + text + "'");
        }
        return new TableId(text.substring(0, dot), text.substring(dot + 1));
    }

    @Override
    public int compareTo(TableId other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return namespace + "." + name;
    }
}
