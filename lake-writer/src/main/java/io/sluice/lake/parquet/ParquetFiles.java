package io.sluice.lake.parquet;

import java.io.IOException;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/** Iceberg's files as parquet-java's: any storage that the table's FileIO reaches. */
final class ParquetFiles {

    private ParquetFiles() {}

    static Output output(org.apache.iceberg.io.OutputFile file) {
        return new Output(file);
    }

    static InputFile input(org.apache.iceberg.io.InputFile file) {
        return new Input(file);
    }

    /** One file to write; keeps its stream so that an abandoned one can be closed. */
    static final class Output implements OutputFile {
        private final org.apache.iceberg.io.OutputFile file;
        private @Nullable OutputStream stream;
        private boolean created;

        private Output(org.apache.iceberg.io.OutputFile file) {
            this.file = file;
        }

        @Override
        public PositionOutputStream create(long blockSize) {
            return opened(new OutputStream(file.create()));
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSize) {
            return opened(new OutputStream(file.createOrOverwrite()));
        }

        private OutputStream opened(OutputStream opened) {
            stream = opened;
            created = true;
            return opened;
        }

        /** Whether the file is this writer's own; one that was there before is not. */
        boolean created() {
            return created;
        }

        /** Closes the stream that was created, if any; parquet-java leaves it open when a write is abandoned. */
        void closeStream() throws IOException {
            OutputStream open = stream;
            stream = null;
            if (open != null) {
                open.close();
            }
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }

        @Override
        public String getPath() {
            return file.location();
        }
    }

    private static final class OutputStream extends DelegatingPositionOutputStream {
        private final org.apache.iceberg.io.PositionOutputStream stream;

        OutputStream(org.apache.iceberg.io.PositionOutputStream stream) {
            super(stream);
            this.stream = stream;
        }

        @Override
        public long getPos() throws IOException {
            return stream.getPos();
        }
    }

    private static final class Input implements InputFile {
        private final org.apache.iceberg.io.InputFile file;

        Input(org.apache.iceberg.io.InputFile file) {
            this.file = file;
        }

        @Override
        public long getLength() {
            return file.getLength();
        }

        @Override
        public SeekableInputStream newStream() {
            return new InputStream(file.newStream());
        }

        @Override
        public String toString() {
            return file.location();
        }
    }

    private static final class InputStream extends DelegatingSeekableInputStream {
        private final org.apache.iceberg.io.SeekableInputStream stream;

        InputStream(org.apache.iceberg.io.SeekableInputStream stream) {
            super(stream);
            this.stream = stream;
        }

        @Override
        public long getPos() throws IOException {
            return stream.getPos();
        }

        @Override
        public void seek(long position) throws IOException {
            stream.seek(position);
        }
    }
}
