package io.sluice.lake.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A storage that fails at any byte gives an error of the right kind and leaves no file behind. */
class FailingStorageTest {

    @TempDir
    Path folder;

    private final TableSchema schema = Samples.everyType();

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new IOException("No space left on device"), ErrorKind.LAKE_REFUSED),
                Arguments.of(new IOException("Disk quota exceeded"), ErrorKind.LAKE_REFUSED),
                Arguments.of(new IOException("Connection reset by peer"), ErrorKind.LAKE_UNAVAILABLE),
                Arguments.of(new IOException((String) null), ErrorKind.LAKE_UNAVAILABLE));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void a_write_that_fails_at_any_point_says_why_and_leaves_nothing(IOException failure, ErrorKind kind) {
        TestTable table = TestTable.create(folder, schema, Map.of("write.parquet.row-group-size-bytes", "50000"));
        ColumnBatch batch = Samples.batch(schema, 0, 2000, new Random(30));
        ColumnarFileWriter complete = table.writer();
        complete.append(batch);
        long length = complete.close().fileSizeInBytes();
        complete.abort();
        for (long allowed : new long[] {0, 3, 4, 1000, length / 2, length - 9, length - 1}) {
            FailingFile file = new FailingFile(table.newFile(), allowed, failure);
            ColumnarFileWriter writer = table.writer(file);

            assertThatThrownBy(() -> {
                        writer.append(batch);
                        writer.close();
                    })
                    .as("after %d of %d bytes", allowed, length)
                    .isInstanceOfSatisfying(
                            PipelineException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                    .hasMessageContaining("shop.samples")
                    .hasMessageContaining(file.location())
                    .hasRootCauseInstanceOf(IOException.class);
            writer.abort();

            assertThat(table.dataFiles()).isEmpty();
            assertThat(file.closed).isTrue();
        }
    }

    @Test
    void a_stream_that_fails_at_its_close_is_a_failed_file() {
        TestTable table = TestTable.create(folder, schema, Map.of());
        FailingFile file = new FailingFile(table.newFile(), Long.MAX_VALUE, new IOException("upload failed"));
        ColumnarFileWriter writer = table.writer(file);
        writer.append(Samples.batch(schema, 0, 100, new Random(31)));

        assertThatThrownBy(writer::close)
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_UNAVAILABLE))
                .hasMessageContaining("upload failed");
        writer.abort();
        assertThat(table.dataFiles()).isEmpty();
    }

    @Test
    void an_interrupt_while_writing_is_an_interrupt_and_keeps_the_threads_flag() {
        TestTable table = TestTable.create(folder, schema, Map.of());
        ColumnarFileWriter writer =
                table.writer(new FailingFile(table.newFile(), 100, new InterruptedIOException("interrupted")));
        writer.append(Samples.batch(schema, 0, 100, new Random(32)));

        assertThatThrownBy(writer::close)
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INTERRUPTED));

        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        writer.abort();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(table.dataFiles()).isEmpty();
    }

    /** Lets a number of bytes through. Without a limit, it fails when the stream is closed. */
    private static final class FailingFile implements OutputFile {
        private final OutputFile file;
        private final long allowed;
        private final IOException failure;
        private boolean closed;

        FailingFile(OutputFile file, long allowed, IOException failure) {
            this.file = file;
            this.allowed = allowed;
            this.failure = failure;
        }

        @Override
        public PositionOutputStream create() {
            return new FailingStream(file.create());
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return new FailingStream(file.createOrOverwrite());
        }

        @Override
        public String location() {
            return file.location();
        }

        @Override
        public InputFile toInputFile() {
            return file.toInputFile();
        }

        private final class FailingStream extends PositionOutputStream {
            private final PositionOutputStream stream;

            FailingStream(PositionOutputStream stream) {
                this.stream = stream;
            }

            @Override
            public long getPos() throws IOException {
                return stream.getPos();
            }

            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] data, int start, int length) throws IOException {
                if (stream.getPos() + length > allowed) {
                    throw failure;
                }
                stream.write(data, start, length);
            }

            @Override
            public void close() throws IOException {
                stream.close();
                closed = true;
                if (allowed == Long.MAX_VALUE) {
                    throw failure;
                }
            }
        }
    }
}
