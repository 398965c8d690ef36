package io.sluice.config;

/**
 * A table's name in two levels: schema and table at the source, namespace and table in the lake.
 *
 * @param namespace never empty; in a lake it may contain dots (nested namespaces)
 * @param name never empty
 */
public record TableName(String namespace, String name) {

    public TableName {
        if (namespace.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException(
                    "A table needs a namespace and a name, got '" + namespace + "." + name + "'");
        }
    }

    @Override
    public String toString() {
        return namespace + "." + name;
    }
}
