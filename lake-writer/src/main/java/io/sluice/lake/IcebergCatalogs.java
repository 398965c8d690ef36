package io.sluice.lake;

import io.sluice.lake.commit.TrackedFileIO;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.jdbc.UncheckedSQLException;

/** Builds catalogs from options. */
public final class IcebergCatalogs {

    private static final Set<String> TYPES = Set.of("jdbc", "rest", "hadoop", "glue", "hive", "nessie");
    private static final String SQLITE = "jdbc:sqlite:";

    /** What Iceberg says when the second step of making a JDBC catalog's tables fails. */
    private static final String SCHEMA_STEP = "update SQL schema";

    private static final int MAX_CAUSES = 20;
    private static final String HADOOP_PREFIX = "hadoop.";

    /** Names that can only be Hadoop's: its file systems' own. */
    private static final List<String> HADOOP_NAMES = List.of("fs.", "dfs.");

    /** How it makes itself known. */
    private static final String NESSIE = "nessie.is-nessie-catalog";

    private static final String S3A = "org.apache.hadoop.fs.s3a.S3AFileSystem";

    /** What Hadoop's own files say; read once, for that takes as long as all the rest of opening a catalog. */
    private static final class HadoopDefaults {
        static final Configuration CONFIGURATION = read();

        private static Configuration read() {
            Configuration hadoop = new Configuration();
            // Read when first asked for something, and shared by copies from then on.
            hadoop.setIfUnset("fs.s3.impl", S3A);
            LocalFiles.use(hadoop);
            return hadoop;
        }
    }

    private IcebergCatalogs() {}

    /**
     * Connects to the catalog.
     *
     * @throws PipelineException {@code CONFIGURATION} when the options make no catalog, {@code LAKE_UNAVAILABLE} when it
     *     cannot be reached
     */
    public static Catalog open(CatalogOptions options) {
        Map<String, String> properties = properties(options);
        try {
            return build(options, properties);
        } catch (PipelineException e) {
            throw e;
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new PipelineException(
                    ErrorKind.CONFIGURATION,
                    "No catalog of type '" + options.type() + "' can be made: " + e.getMessage(),
                    e);
        } catch (RuntimeException e) {
            throw new PipelineException(
                    ErrorKind.LAKE_UNAVAILABLE,
                    "The catalog (type " + options.type() + ") cannot be reached: " + reason(e),
                    e);
        }
    }

    /** With the certificate or address at fault, which the REST client tells in a cause only. */
    private static String reason(RuntimeException failure) {
        Throwable last = failure;
        for (int i = 0; last.getCause() != null && i < MAX_CAUSES; i++) {
            last = last.getCause();
        }
        boolean network = last != failure && (last instanceof IOException || last instanceof GeneralSecurityException);
        return network && last.getMessage() != null
                ? failure.getMessage() + ": " + last.getMessage()
                : String.valueOf(failure.getMessage());
    }

    private static Catalog build(CatalogOptions options, Map<String, String> properties) {
        Configuration hadoop = hadoop(options);
        String type = properties.getOrDefault(CatalogUtil.ICEBERG_CATALOG_TYPE, "");
        // As CatalogUtil does, but for the files.
        Map<String, String> own = new HashMap<>(properties);
        own.remove(CatalogUtil.ICEBERG_CATALOG_TYPE);
        return switch (type) {
            case CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC -> jdbc(options.name(), own, hadoop);
            case CatalogUtil.ICEBERG_CATALOG_TYPE_REST -> rest(options.name(), own, hadoop);
            default -> CatalogUtil.buildIcebergCatalog(options.name(), properties, hadoop);
        };
    }

    private static Catalog rest(String name, Map<String, String> properties, Configuration hadoop) {
        HadoopRestCatalog catalog = new HadoopRestCatalog(
                properties.getOrDefault(CatalogProperties.FILE_IO_IMPL, HadoopFileIO.class.getName()), hadoop);
        catalog.setConf(hadoop);
        catalog.initialize(name, properties);
        if (Boolean.parseBoolean(catalog.properties().get(NESSIE))) {
            throw new PipelineException(
                    ErrorKind.CONFIGURATION,
                    "The REST catalog at " + properties.get(CatalogProperties.URI)
                            + " is Nessie, which keeps neither branches nor tags of a table and only its latest snapshot:"
                            + " readers would see half of a first load, and cuts could not be told. Use another catalog");
        }
        return catalog;
    }

    /**
     * A new catalog's tables are made in two steps, of which the second fails for all but one of those that take it at
     * once; the others find it done when they look again.
     */
    private static Catalog jdbc(String name, Map<String, String> properties, Configuration hadoop) {
        try {
            return openJdbc(name, properties, hadoop);
        } catch (UncheckedSQLException e) {
            if (!String.valueOf(e.getMessage()).contains(SCHEMA_STEP)) {
                throw e;
            }
            return openJdbc(name, properties, hadoop);
        }
    }

    /** The catalog leaves some files behind. */
    private static Catalog openJdbc(String name, Map<String, String> properties, Configuration hadoop) {
        JdbcCatalog catalog = new JdbcCatalog(
                all -> new TrackedFileIO(CatalogUtil.loadFileIO(all.get(CatalogProperties.FILE_IO_IMPL), all, hadoop)),
                null,
                true);
        catalog.setConf(hadoop);
        catalog.initialize(name, properties);
        return catalog;
    }

    /**
     * Hadoop's configuration: catalog properties that begin with {@code fs.} or {@code dfs.} as they are, others
     * without their prefix {@code hadoop.}. Objects that a catalog calls {@code s3://} are reached as {@code s3a://}.
     */
    static Configuration hadoop(CatalogOptions options) {
        Configuration hadoop = new Configuration(HadoopDefaults.CONFIGURATION);
        options.properties().forEach((name, value) -> {
            if (name.startsWith(HADOOP_PREFIX)) {
                hadoop.set(name.substring(HADOOP_PREFIX.length()), value);
            } else if (isHadoops(name)) {
                hadoop.set(name, value);
            }
        });
        return hadoop;
    }

    private static boolean isHadoops(String name) {
        return name.startsWith(HADOOP_PREFIX) || HADOOP_NAMES.stream().anyMatch(name::startsWith);
    }

    static Map<String, String> properties(CatalogOptions options) {
        Map<String, String> properties = new HashMap<>();
        String type = options.type();
        if (TYPES.contains(type.toLowerCase(Locale.ROOT))) {
            properties.put(CatalogUtil.ICEBERG_CATALOG_TYPE, type.toLowerCase(Locale.ROOT));
        } else if (type.contains(".")) {
            properties.put(CatalogProperties.CATALOG_IMPL, type);
        } else {
            throw new PipelineException(
                    ErrorKind.CONFIGURATION,
                    "Unknown catalog type '" + type + "', expected one of " + TYPES + " or the name of a class");
        }
        if (!options.warehouse().isEmpty()) {
            properties.put(CatalogProperties.WAREHOUSE_LOCATION, warehouse(type, options.warehouse()));
        }
        String uri = options.uri();
        if (!uri.isEmpty()) {
            properties.put(CatalogProperties.URI, uri);
        }
        if (type.equalsIgnoreCase("jdbc")) {
            properties.put("jdbc.schema-version", "V1");
        }
        // Hadoop's file systems are the ones that are here; a catalog without this looks for its own first.
        properties.put(CatalogProperties.FILE_IO_IMPL, HadoopFileIO.class.getName());
        if (uri.startsWith(SQLITE)) {
            sqlite(uri, properties);
        }
        properties.putAll(options.properties());
        properties.keySet().removeIf(IcebergCatalogs::isHadoops);
        return properties;
    }

    /** One connection, since SQLite has one writer; waiting instead of failing while another process writes. */
    private static void sqlite(String uri, Map<String, String> properties) {
        properties.put(CatalogProperties.CLIENT_POOL_SIZE, "1");
        properties.put("jdbc.busy_timeout", "30000");
        String file = uri.substring(SQLITE.length()).replaceFirst("\\?.*", "").replaceFirst("^file:", "");
        if (file.isEmpty() || file.startsWith(":")) {
            return;
        }
        Path parent = Path.of(file).toAbsolutePath().getParent();
        try {
            if (parent != null) {
                Files.createDirectories(parent);
            }
        } catch (IOException e) {
            throw new PipelineException(
                    ErrorKind.LAKE_REFUSED, "The catalog's directory " + parent + " cannot be made", e);
        }
    }

    /** A REST catalog's warehouse is a name of its own choosing; any other is a place. */
    private static String warehouse(String type, String warehouse) {
        if (type.equalsIgnoreCase("rest") || hasScheme(warehouse)) {
            return warehouse;
        }
        return Path.of(warehouse).toAbsolutePath().normalize().toString();
    }

    private static boolean hasScheme(String text) {
        try {
            return URI.create(text).getScheme() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
