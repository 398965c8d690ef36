package io.sluice.lake.read;

import io.sluice.lake.CatalogOptions;
import io.sluice.lake.IcebergCatalogs;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/** Finds published tables. Changes nothing. Safe for use by several threads. */
public final class LakeTableReader implements AutoCloseable {

    private final Catalog catalog;

    private LakeTableReader(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Connects to the catalog.
     *
     * @throws PipelineException {@code CONFIGURATION}, {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED}
     */
    public static LakeTableReader open(CatalogOptions options) {
        return new LakeTableReader(IcebergCatalogs.open(options));
    }

    /**
     * The table as it is now; later commits do not show in it. Empty when the catalog has none of this name.
     *
     * @throws PipelineException {@code LAKE_UNAVAILABLE}
     */
    public Optional<PublishedTable> table(TableId id) {
        try {
            return Optional.of(new PublishedTable(
                    id,
                    catalog.loadTable(
                            TableIdentifier.of(Namespace.of(id.namespace().split("\\.")), id.name()))));
        } catch (NoSuchTableException | NoSuchNamespaceException e) {
            return Optional.empty();
        } catch (RuntimeException e) {
            throw new PipelineException(
                    ErrorKind.LAKE_UNAVAILABLE, id, "Table " + id + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (catalog instanceof Closeable closeable) {
            try {
                closeable.close();
            } catch (IOException e) {
                throw new PipelineException(ErrorKind.LAKE_UNAVAILABLE, "The catalog cannot be closed", e);
            }
        }
    }
}
