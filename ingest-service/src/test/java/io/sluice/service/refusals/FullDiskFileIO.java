package io.sluice.service.refusals;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** A disk with a quota of bytes for some of its files; one for all instances, as catalogs make their own. */
public final class FullDiskFileIO extends HadoopFileIO {

    private static final long serialVersionUID = 1;

    private static volatile Predicate<String> limited = location -> false;
    private static volatile Consumer<String> before = location -> {};
    private static final AtomicLong LEFT = new AtomicLong();

    /** Made by the catalog. */
    public FullDiskFileIO() {}

    /** From now on files whose location fits have this many bytes left together. */
    static void limit(long bytes, Predicate<String> locations) {
        LEFT.set(bytes);
        limited = locations;
    }

    /** Runs something once, just before the first file whose location fits is made. */
    static void beforeFirst(Predicate<String> locations, Consumer<String> action) {
        AtomicBoolean done = new AtomicBoolean();
        before = location -> {
            if (locations.test(location) && done.compareAndSet(false, true)) {
                action.accept(location);
            }
        };
    }

    /** Space for everything again, and nothing happens on the way. */
    static void restore() {
        limited = location -> false;
        before = location -> {};
    }

    @Override
    public OutputFile newOutputFile(String path) {
        before.accept(path);
        return new LimitedFile(super.newOutputFile(path));
    }

    private static void use(String location, long bytes) throws IOException {
        if (limited.test(location) && LEFT.addAndGet(-bytes) < 0) {
            throw new IOException("No space left on device");
        }
    }

    private record LimitedFile(OutputFile file) implements OutputFile {

        @Override
        public PositionOutputStream create() {
            return new LimitedStream(file.location(), file.create());
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return new LimitedStream(file.location(), file.createOrOverwrite());
        }

        @Override
        public String location() {
            return file.location();
        }

        @Override
        public InputFile toInputFile() {
            return file.toInputFile();
        }
    }

    private static final class LimitedStream extends PositionOutputStream {

        private final String location;
        private final PositionOutputStream stream;

        LimitedStream(String location, PositionOutputStream stream) {
            this.location = location;
            this.stream = stream;
        }

        @Override
        public long getPos() throws IOException {
            return stream.getPos();
        }

        @Override
        public long storedLength() throws IOException {
            return stream.storedLength();
        }

        @Override
        public void write(int b) throws IOException {
            use(location, 1);
            stream.write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            use(location, length);
            stream.write(bytes, from, length);
        }

        @Override
        public void flush() throws IOException {
            stream.flush();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
