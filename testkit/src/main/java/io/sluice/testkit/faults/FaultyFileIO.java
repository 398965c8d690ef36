package io.sluice.testkit.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/**
 * Iceberg's files on Hadoop's file systems, with {@link Faults} at every step: {@code create}, {@code close},
 * {@code read} and {@code delete}, each with the location. A file exists from its {@code close} on.
 *
 * <p>Any catalog uses it that is given {@link #properties}.
 */
public final class FaultyFileIO extends HadoopFileIO {

    private static final long serialVersionUID = 1;
    private static final String PLAN = "sluice.test.faults";
    private static final Map<String, Faults> PLANS = new ConcurrentHashMap<>();

    private transient Faults faults = new Faults();

    /** For Iceberg, which calls {@link #initialize}. */
    public FaultyFileIO() {}

    /** Catalog properties that make a catalog's tables go through the faults. */
    public static Map<String, String> properties(Faults faults) {
        String name = Integer.toHexString(System.identityHashCode(faults));
        PLANS.put(name, faults);
        return Map.of("io-impl", FaultyFileIO.class.getName(), PLAN, name);
    }

    @Override
    public void initialize(Map<String, String> properties) {
        super.initialize(properties);
        faults = Optional.ofNullable(PLANS.get(properties.getOrDefault(PLAN, "")))
                .orElseThrow(() -> new IllegalArgumentException("The catalog lacks the property " + PLAN));
    }

    @Override
    public InputFile newInputFile(String path) {
        return faults.run("read " + path, () -> super.newInputFile(path));
    }

    @Override
    public InputFile newInputFile(String path, long length) {
        return faults.run("read " + path, () -> super.newInputFile(path, length));
    }

    @Override
    public OutputFile newOutputFile(String path) {
        return new Output(super.newOutputFile(path), faults);
    }

    @Override
    public void deleteFile(String path) {
        faults.run("delete " + path, () -> {
            super.deleteFile(path);
            return path;
        });
    }

    private record Output(OutputFile real, Faults faults) implements OutputFile {

        @Override
        public PositionOutputStream create() {
            return new Stream(faults.run("create " + location(), real::create), this);
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return new Stream(faults.run("create " + location(), real::createOrOverwrite), this);
        }

        @Override
        public String location() {
            return real.location();
        }

        @Override
        public InputFile toInputFile() {
            return real.toInputFile();
        }
    }

    private static final class Stream extends PositionOutputStream {
        private final PositionOutputStream real;
        private final Output file;
        private boolean closed;

        private Stream(PositionOutputStream real, Output file) {
            this.real = real;
            this.file = file;
        }

        @Override
        public long getPos() throws IOException {
            return real.getPos();
        }

        @Override
        public long storedLength() throws IOException {
            return real.storedLength();
        }

        @Override
        public void write(int value) throws IOException {
            real.write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            real.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            real.flush();
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                file.faults().run("close " + file.location(), () -> {
                    real.close();
                    return file;
                });
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }
}
