package io.sluice.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An Iceberg catalog.
 *
 * @param type {@code jdbc}, {@code rest}, {@code hadoop}, {@code glue}, {@code hive}, {@code nessie}, or the name of a
 *     class that implements Iceberg's {@code Catalog}
 * @param uri where the catalog is; always set for jdbc, rest, hive and nessie
 * @param warehouse where new tables' files go: a local path, {@code s3a://bucket/path} or {@code hdfs://…}; always set
 *     for jdbc, hadoop, glue and nessie
 * @param properties further catalog and file-system properties, as written; secrets, because access keys, tokens and
 *     passwords are among them
 */
public record CatalogConfig(
        String type, Optional<String> uri, Optional<String> warehouse, Map<String, Secret> properties) {

    public CatalogConfig {
        properties = InOrder.copy(properties);
    }

    /** The further properties in plain text, for the catalog's own initialisation and for nothing that is shown. */
    public Map<String, String> revealProperties() {
        Map<String, String> revealed = new LinkedHashMap<>();
        properties.forEach((key, value) -> revealed.put(key, value.reveal()));
        return revealed;
    }

    /** Without the values of properties, and without the parts of the URI that may hold a password. */
    @Override
    public String toString() {
        return "CatalogConfig[type=" + type + ", uri=" + uri.map(CatalogConfig::withoutCredentials) + ", warehouse="
                + warehouse + ", properties=" + properties + "]";
    }

    private static String withoutCredentials(String uri) {
        return uri.replaceFirst("[?;].*$", "?…").replaceFirst("//[^/@]*@", "//…@");
    }
}
