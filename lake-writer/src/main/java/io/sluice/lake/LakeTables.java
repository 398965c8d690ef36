package io.sluice.lake;

import io.sluice.lake.commit.LoadShape;
import io.sluice.lake.commit.TableMarks;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.lake.schema.IcebergSchemas;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/** Finds and creates the catalog's tables. */
final class LakeTables {

    private static final int FORMAT_VERSION = 3;

    private final Catalog catalog;

    LakeTables(Catalog catalog) {
        this.catalog = catalog;
    }

    static TableIdentifier identifier(TableId id) {
        return TableIdentifier.of(namespace(id), id.name());
    }

    static Namespace namespace(TableId id) {
        return Namespace.of(id.namespace().split("\\."));
    }

    static TableMetadata metadata(Table table) {
        return ((HasTableOperations) table).operations().current();
    }

    /** The table, freshly read. */
    Optional<Table> load(TableId id) {
        try {
            return Optional.of(catalog.loadTable(identifier(id)));
        } catch (NoSuchTableException | NoSuchNamespaceException e) {
            return Optional.empty();
        } catch (RuntimeException e) {
            throw StorageFailures.of(id, "read the catalog's entry", e);
        }
    }

    /**
     * Creates a table with its marks.
     *
     * @throws AlreadyExistsException when there is one now
     */
    void create(LakeTableSpec spec, TableMarks marks) {
        TableId id = spec.schema().table();
        createNamespaces(namespace(id));
        Schema schema = IcebergSchemas.schema(spec.schema());
        PartitionSpec partitions = IcebergSchemas.partitionSpec(id, schema, spec.partitionKeys());
        Map<String, String> properties = new HashMap<>();
        properties.put(TableProperties.FORMAT_VERSION, Integer.toString(FORMAT_VERSION));
        properties.put(TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true");
        properties.putAll(spec.properties());
        Optional<String> refusal = formatRefusal(properties.getOrDefault(TableProperties.FORMAT_VERSION, "3"));
        if (refusal.isPresent()) {
            throw new PipelineException(ErrorKind.CONFIGURATION, id, "Table " + id + ": " + refusal.get(), null);
        }
        properties.putAll(marks.properties());
        catalog.buildTable(identifier(id), schema)
                .withPartitionSpec(partitions)
                .withProperties(properties)
                .create();
    }

    void createNamespaces(Namespace namespace) {
        if (!(catalog instanceof SupportsNamespaces namespaces)) {
            return;
        }
        for (int levels = 1; levels <= namespace.length(); levels++) {
            Namespace level = Namespace.of(java.util.Arrays.copyOf(namespace.levels(), levels));
            if (!namespaces.namespaceExists(level)) {
                try {
                    namespaces.createNamespace(level);
                } catch (AlreadyExistsException e) {
                    // Someone was faster; it is there.
                    continue;
                }
            }
        }
    }

    /** Why a table with this {@code format-version} cannot be written; empty when it can. */
    static Optional<String> formatRefusal(String version) {
        return version.strip().equals(Integer.toString(FORMAT_VERSION))
                ? Optional.empty()
                : Optional.of("format-version is '" + version + "', expected 3: updates and deletes are written as"
                        + " deletion vectors, which begin with version 3.");
    }

    /** What keeps a load from giving the table another shape. */
    private static List<String> refusedShape(LakeTableSpec spec, TableMetadata metadata) {
        List<String> refused = new ArrayList<>();
        try {
            new LoadShape(spec.schema(), spec.partitionKeys()).applyTo(metadata);
        } catch (PipelineException e) {
            refused.add(String.valueOf(e.getMessage()));
        }
        return refused;
    }

    /** What keeps the spec's rows from being written to an existing table. */
    static List<String> differences(LakeTableSpec spec, TableMetadata metadata) {
        List<String> differences = spec.use() == LakeTableSpec.Use.FOLLOW
                ? new ArrayList<>(IcebergSchemas.compatible(spec.schema(), metadata.schema()))
                : refusedShape(spec, metadata);
        formatRefusal(Integer.toString(metadata.formatVersion())).ifPresent(differences::add);
        if (!differences.isEmpty() && metadata.currentSnapshot() != null && spec.use() == LakeTableSpec.Use.FOLLOW) {
            // Altering the lake table by hand would leave the rows that are there without the source's values.
            differences.add("Table " + spec.schema().table()
                    + " was filled with the schema it has: drop it to have it read again, or change the projection so"
                    + " that its result is as before.");
        }
        return differences;
    }
}
