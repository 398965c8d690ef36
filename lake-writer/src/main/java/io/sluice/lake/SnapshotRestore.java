package io.sluice.lake;

import io.sluice.lake.commit.SnapshotClaim;
import io.sluice.lake.commit.TableMarks;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.exceptions.CommitFailedException;

/**
 * Undoes what someone else wrote to a lake table: the snapshot that Sluice left, which the table's marks name, becomes
 * the current one again. One swap of the metadata that was looked at; marks and epoch stay, so that whoever owns the
 * table goes on. Used by one thread.
 */
public final class SnapshotRestore implements AutoCloseable {

    private final Catalog catalog;
    private final String pipeline;

    /**
     * For the tables of one pipeline; connects to the catalog.
     *
     * @throws PipelineException {@code CONFIGURATION}, {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED}
     */
    public SnapshotRestore(CatalogOptions options, String pipeline) {
        this.catalog = IcebergCatalogs.open(options);
        this.pipeline = pipeline;
    }

    /**
     * Restores a table if its current snapshot is not the one that Sluice left.
     *
     * @return the snapshot that is current again; empty when there was nothing to undo
     * @throws PipelineException {@code LAKE_CONFLICT} when it cannot be undone: the snapshot is gone, the table is not
     *     this pipeline's, or it was changed in this moment
     */
    public OptionalLong restore(TableId id) {
        LakeTables tables = new LakeTables(catalog);
        TableOperations operations = tables.load(id)
                .map(table -> ((HasTableOperations) table).operations())
                .orElseThrow(() -> conflict(id, "it does not exist"));
        TableMetadata base = operations.refresh();
        TableMarks marks = TableMarks.read(base.properties())
                .filter(found -> found.pipeline().equals(pipeline))
                .orElseThrow(() -> conflict(id, "it is not a table of pipeline '" + pipeline + "'"));
        Optional<String> contradiction = SnapshotClaim.contradiction(base, marks);
        if (contradiction.isEmpty()) {
            return OptionalLong.empty();
        }
        if (base.snapshot(marks.snapshotId()) == null) {
            throw conflict(
                    id,
                    "snapshot " + marks.snapshotId() + ", which Sluice left, has been removed. Load the table anew");
        }
        TableMetadata restored = TableMetadata.buildFrom(base)
                .setBranchSnapshot(marks.snapshotId(), SnapshotRef.MAIN_BRANCH)
                .build();
        try {
            operations.commit(base, restored);
        } catch (CommitFailedException e) {
            throw conflict(id, "it was changed in this moment. Verify it again");
        }
        return OptionalLong.of(marks.snapshotId());
    }

    private static PipelineException conflict(TableId id, String what) {
        return new PipelineException(
                ErrorKind.LAKE_CONFLICT, id, "Lake table " + id + " cannot be restored: " + what, null);
    }

    @Override
    public void close() {
        if (catalog instanceof Closeable closeable) {
            try {
                closeable.close();
            } catch (IOException e) {
                throw new PipelineException(ErrorKind.LAKE_UNAVAILABLE, "The catalog could not be closed", e);
            }
        }
    }
}
