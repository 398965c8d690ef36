package io.sluice.config;

import java.util.Map;

/**
 * The lake to write to.
 *
 * @param namespace where tables without a route go; may contain dots (nested namespaces)
 * @param catalog how the lake's catalog is reached
 * @param tableProperties Iceberg table properties for new tables, as written; unmodifiable, in the file's order
 */
public record SinkConfig(String namespace, CatalogConfig catalog, Map<String, String> tableProperties) {

    public SinkConfig {
        tableProperties = InOrder.copy(tableProperties);
    }
}
