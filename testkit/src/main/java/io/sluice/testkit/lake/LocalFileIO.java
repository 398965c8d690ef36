package io.sluice.testkit.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.iceberg.Files;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/**
 * The files of a local warehouse without Hadoop, whose settings are copied for each Parquet file that is opened: that took longer
 * than reading a small one.
 */
final class LocalFileIO implements FileIO {

    private static final long serialVersionUID = 1L;

    @Override
    public InputFile newInputFile(String location) {
        return Files.localInput(ReferencedFiles.localPath(location).toFile());
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return Files.localOutput(ReferencedFiles.localPath(location).toFile());
    }

    /** With its checksum, as Hadoop's local file system does. */
    @Override
    public void deleteFile(String location) {
        Path file = ReferencedFiles.localPath(location);
        try {
            java.nio.file.Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
            java.nio.file.Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + file, e);
        }
    }
}
