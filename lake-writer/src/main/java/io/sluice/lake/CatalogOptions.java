package io.sluice.lake;

import java.util.Map;

/**
 * Which catalog the tables are in, and how it is reached.
 *
 * @param type {@code jdbc}, {@code rest}, {@code hadoop}, {@code glue}, {@code hive}, {@code nessie}, or the name of a
 *     class that implements Iceberg's {@code Catalog}
 * @param name the catalog's name; with a JDBC catalog readers must use the same one
 * @param uri where the catalog is, such as {@code jdbc:sqlite:warehouse/catalog.db}; empty where the type needs none
 * @param warehouse where tables are kept: a path, made absolute when it is relative, or a URI such as {@code
 *     s3a://bucket/path}; empty where the catalog knows
 * @param properties further catalog properties as Iceberg names them; those that begin with {@code hadoop.} go, without
 *     that prefix, into Hadoop's configuration
 */
public record CatalogOptions(String type, String name, String uri, String warehouse, Map<String, String> properties) {

    /** The catalog's name where nothing else is asked for. */
    public static final String DEFAULT_NAME = "sluice";

    public CatalogOptions {
        properties = Map.copyOf(properties);
    }

    /** A catalog of the default name. */
    public static CatalogOptions of(String type, String uri, String warehouse, Map<String, String> properties) {
        return new CatalogOptions(type, DEFAULT_NAME, uri, warehouse, properties);
    }

    /** The same with these properties alone. */
    CatalogOptions withProperties(Map<String, String> newProperties) {
        return new CatalogOptions(type, name, uri, warehouse, newProperties);
    }
}
