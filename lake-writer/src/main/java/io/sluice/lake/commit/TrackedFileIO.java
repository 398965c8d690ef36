package io.sluice.lake.commit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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

    /** The files of the swap that a thread is in; each swaps for itself. */
    private static final ThreadLocal<List<String>> SWAP = new ThreadLocal<>();

    private final FileIO real;

    /** Closes the real one when it is closed. */
    public TrackedFileIO(FileIO real) {
        this.real = real;
    }

    /** What a swap does to the catalog. */
    @FunctionalInterface
    interface Swap {
        void run();
    }

    /**
     * Runs a swap on this thread.
     *
     * @param written is given the metadata files that were written meanwhile, however it ends
     */
    static void noting(Collection<String> written, Swap swap) {
        List<String> files = new ArrayList<>();
        SWAP.set(files);
        try {
            swap.run();
        } finally {
            SWAP.remove();
            written.addAll(files);
        }
    }

    @Override
    public OutputFile newOutputFile(String path) {
        List<String> files = SWAP.get();
        if (files != null && path.endsWith(METADATA_SUFFIX)) {
            files.add(path);
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
