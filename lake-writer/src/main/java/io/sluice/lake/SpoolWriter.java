package io.sluice.lake;

import io.sluice.lake.commit.SpoolFile;
import io.sluice.lake.commit.Spools;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.batch.ChangeEncoder;
import io.sluice.pipeline.batch.ColumnBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.puffin.Blob;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinCompressionCodec;
import org.apache.iceberg.puffin.PuffinWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One cut's changes of a table whose load is under way, on their way into a file that the load keeps them in. A piece at a
 * time is in memory. Used by one thread.
 */
final class SpoolWriter {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolWriter.class);

    /** Bytes of changes that are compressed, written and later read at once. */
    private static final int PIECE_BYTES = 8 << 20;

    /** Of their own, because whoever looks for them would else go through all that a table's metadata ever wrote. */
    static final String DIRECTORY = "sluice-changes";

    private final LakeTable table;
    private final String location;
    private final ChangeEncoder encoder = new ChangeEncoder(PIECE_BYTES);
    private @Nullable PuffinWriter file;
    private boolean created;
    private int pieces;
    private long rows;

    SpoolWriter(LakeTable table, String cutId) {
        this.table = table;
        TableOperations operations = ((HasTableOperations) table.table()).operations();
        this.location =
                operations.metadataFileLocation(DIRECTORY + '/' + prefix(operations.current()) + cutId + ".puffin");
    }

    /** How the names of a table's files begin: several tables may have one directory for their metadata. */
    static String prefix(TableMetadata metadata) {
        return metadata.uuid() + "-";
    }

    void add(ColumnBatch changes) {
        int row = 0;
        while (row < changes.rowCount()) {
            row = encoder.add(changes, row);
            if (row < changes.rowCount()) {
                flush();
            }
        }
        rows += changes.rowCount();
    }

    /** Bytes of heap that are freed by {@link #flush}. */
    long bufferedBytes() {
        return encoder.bufferedBytes();
    }

    /** Writes what is buffered as a piece. */
    void flush() {
        if (encoder.isEmpty()) {
            return;
        }
        ByteBuffer piece = encoder.finish();
        try {
            PuffinWriter out = file;
            if (out == null) {
                created = true;
                out = Puffin.write(table.table().io().newOutputFile(location))
                        .createdBy("Sluice")
                        .build();
                file = out;
            }
            out.write(new Blob(
                    Spools.BLOB,
                    List.of(),
                    table.marks().load().head(),
                    -1,
                    piece,
                    PuffinCompressionCodec.ZSTD,
                    Map.of()));
            pieces++;
        } catch (RuntimeException e) {
            throw StorageFailures.of(table.id(), "write drained changes to " + location, e);
        }
    }

    /** Ends the file, which is durable then; empty when there were no changes. */
    Optional<SpoolFile> finish() {
        flush();
        PuffinWriter out = file;
        if (out == null) {
            return Optional.empty();
        }
        try {
            out.finish();
        } catch (IOException | RuntimeException e) {
            throw StorageFailures.of(table.id(), "write drained changes to " + location, e);
        }
        file = null;
        return Optional.of(new SpoolFile(
                location,
                out.fileSize(),
                out.footerSize(),
                pieces,
                rows,
                out.writtenBlobsMetadata().get(0).snapshotId()));
    }

    /** Nobody refers to the file, and nobody will. */
    void abandon() {
        PuffinWriter out = file;
        file = null;
        // An interrupted thread must still clean up; some file systems refuse to work while the flag is set.
        boolean interrupted = Thread.interrupted();
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("Abandoned file {} could not be ended", location, e);
        } finally {
            delete();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void delete() {
        if (!created) {
            return;
        }
        created = false;
        try {
            table.table().io().deleteFile(location);
        } catch (RuntimeException e) {
            LOG.warn("Abandoned file {} could not be deleted; orphan file removal will take it", location, e);
        }
    }
}
