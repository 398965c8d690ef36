package io.sluice.lake;

import io.sluice.lake.commit.DrainMarks;
import io.sluice.lake.commit.Spools;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.batch.ChangeDecoder;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinReader;
import org.apache.iceberg.util.Pair;
import org.jspecify.annotations.Nullable;

/** Reads the changes that wait in a table's load, in order, a piece at a time. */
final class SpoolReader {

    private SpoolReader() {}

    /**
     * Gives all of them, batch by batch.
     *
     * @throws PipelineException {@code DATA_REFUSED} when some are missing or damaged; some may have been given before
     */
    static void read(LakeTable table, Consumer<ColumnBatch> consumer) {
        DrainMarks marks = table.marks().load().drained();
        if (marks.files() == 0) {
            return;
        }
        List<StatisticsFile> files;
        try {
            table.table().refresh();
            files = Spools.files(
                    ((HasTableOperations) table.table()).operations().current());
        } catch (RuntimeException e) {
            throw StorageFailures.of(table.id(), "list the files of drained changes", e);
        }
        if (files.size() != marks.files()) {
            throw useless(table, "there are " + files.size() + " files of them, expected " + marks.files(), null);
        }
        long rows = 0;
        for (StatisticsFile file : files) {
            rows += read(table, file, consumer);
        }
        if (rows != marks.rows()) {
            throw useless(table, "there are " + rows + " of them, expected " + marks.rows(), null);
        }
    }

    private static long read(LakeTable table, StatisticsFile file, Consumer<ColumnBatch> consumer) {
        long rows = 0;
        try (PuffinReader reader = Puffin.read(table.table().io().newInputFile(file.path()))
                .withFileSize(file.fileSizeInBytes())
                .withFooterSize(file.fileFooterSizeInBytes())
                .build()) {
            List<BlobMetadata> blobs = reader.fileMetadata().blobs();
            for (Pair<BlobMetadata, ByteBuffer> blob : reader.readAll(blobs)) {
                ChangeDecoder changes = new ChangeDecoder(table.schema(), blob.second());
                while (changes.hasNext()) {
                    ColumnBatch batch = changes.next();
                    rows += batch.rowCount();
                    consumer.accept(batch);
                }
            }
            return rows;
        } catch (PipelineException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (isOfStorage(e)) {
                throw StorageFailures.of(table.id(), "read drained changes from " + file.path(), e);
            }
            throw useless(table, "file " + file.path() + ": " + e.getMessage(), e);
        }
    }

    /** Whether reading failed, and not what was read is wrong. */
    private static boolean isOfStorage(Throwable failure) {
        boolean wrong = failure instanceof NotFoundException
                || failure instanceof ChecksumException
                || failure.getCause() instanceof ChecksumException;
        return !wrong
                && (failure instanceof IOException
                        || failure instanceof UncheckedIOException
                        || failure instanceof RuntimeIOException
                        || failure.getCause() instanceof IOException);
    }

    private static PipelineException useless(LakeTable table, String what, @Nullable Throwable cause) {
        return new PipelineException(
                ErrorKind.DATA_REFUSED,
                table.id(),
                "The changes of " + table.id() + " that wait in its load are of no use: " + what
                        + ". Nothing of the load is published; have the table loaded anew: POST …/tables/<table>/resnapshot",
                cause);
    }
}
