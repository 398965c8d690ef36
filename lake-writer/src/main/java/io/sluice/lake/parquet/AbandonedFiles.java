package io.sluice.lake.parquet;

import java.io.IOException;
import org.apache.iceberg.io.FileIO;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes files that will never be committed. Nobody refers to them, so a failure costs space and nothing else. */
final class AbandonedFiles {

    private static final Logger LOG = LoggerFactory.getLogger(AbandonedFiles.class);

    private AbandonedFiles() {}

    static void discard(FileIO io, String location, @Nullable ParquetFileWriter writer, ParquetFiles.Output output) {
        // An interrupted thread must still clean up; some file systems refuse to work while the flag is set.
        boolean interrupted = Thread.interrupted();
        try {
            if (writer != null) {
                writer.abort();
                writer.close();
            }
            output.closeStream();
        } catch (IOException | RuntimeException e) {
            LOG.debug("Abandoned file {} could not be closed before its removal", location, e);
        }
        try {
            delete(io, location);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static void delete(FileIO io, String location) {
        boolean interrupted = Thread.interrupted();
        try {
            io.deleteFile(location);
        } catch (RuntimeException e) {
            LOG.warn("Abandoned file {} could not be deleted; orphan file removal will take it", location, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
