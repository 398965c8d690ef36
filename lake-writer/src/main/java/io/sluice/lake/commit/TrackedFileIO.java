package io.sluice.lake.commit;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SupportsBulkOperations;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Another FileIO with a note of each metadata file that is written: the JDBC catalog writes one before it swaps and
 * leaves it behind when the swap fails. Safe for use by several threads.
 */
public final class TrackedFileIO implements DelegateFileIO {

    private static final long serialVersionUID = 1;
    private static final String METADATA_SUFFIX = ".metadata.json";

    /** Bounds the note where nobody takes it, such as a reader's. */
    private static final int MOST = 64;

    private final FileIO real;
    private final Queue<String> metadataFiles = new ConcurrentLinkedQueue<>();

    /** Closes the real one when it is closed. */
    public TrackedFileIO(FileIO real) {
        this.real = real;
    }

    /** Metadata files below a table's location that were written since this was last asked. */
    List<String> takeMetadataFiles(String tableLocation) {
        List<String> own = metadataFiles.stream()
                .filter(path -> path.startsWith(tableLocation))
                .toList();
        metadataFiles.removeAll(own);
        return own;
    }

    @Override
    public OutputFile newOutputFile(String path) {
        if (path.endsWith(METADATA_SUFFIX)) {
            metadataFiles.add(path);
            while (metadataFiles.size() > MOST) {
                metadataFiles.poll();
            }
        }
        return real.newOutputFile(path);
    }

    @Override
    public InputFile newInputFile(String path) {
        return real.newInputFile(path);
    }

    @Override
    public InputFile newInputFile(String path, long length) {
        return real.newInputFile(path, length);
    }

    @Override
    public void deleteFile(String path) {
        real.deleteFile(path);
    }

    @Override
    public Map<String, String> properties() {
        return real.properties();
    }

    @Override
    public void deleteFiles(Iterable<String> paths) throws BulkDeletionFailureException {
        if (real instanceof SupportsBulkOperations bulk) {
            bulk.deleteFiles(paths);
        } else {
            paths.forEach(real::deleteFile);
        }
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        return prefixes().listPrefix(prefix);
    }

    @Override
    public void deletePrefix(String prefix) {
        prefixes().deletePrefix(prefix);
    }

    private SupportsPrefixOperations prefixes() {
        if (real instanceof SupportsPrefixOperations prefixes) {
            return prefixes;
        }
        throw new UnsupportedOperationException(real.getClass().getName() + " cannot list files");
    }

    @Override
    public void close() {
        real.close();
    }
}
