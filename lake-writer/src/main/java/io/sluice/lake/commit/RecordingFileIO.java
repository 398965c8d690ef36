package io.sluice.lake.commit;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/** Remembers what was written through it, so that an attempt that is known to have failed can be cleaned up. */
public final class RecordingFileIO implements FileIO {

    private static final long serialVersionUID = 1;

    private final FileIO delegate;
    private final Queue<String> written = new ConcurrentLinkedQueue<>();

    /** Passes everything on. */
    public RecordingFileIO(FileIO delegate) {
        this.delegate = delegate;
    }

    /** Every location that an output file was asked for. */
    public Queue<String> written() {
        return written;
    }

    @Override
    public InputFile newInputFile(String path) {
        return delegate.newInputFile(path);
    }

    @Override
    public InputFile newInputFile(String path, long length) {
        return delegate.newInputFile(path, length);
    }

    @Override
    public OutputFile newOutputFile(String path) {
        written.add(path);
        return delegate.newOutputFile(path);
    }

    @Override
    public void deleteFile(String path) {
        delegate.deleteFile(path);
    }

    @Override
    public Map<String, String> properties() {
        return delegate.properties();
    }
}
