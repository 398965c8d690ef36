package io.sluice.lake.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.deletes.Deletes;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Key scans and row lookups over our own files and those of Iceberg's generic writer. */
class DataFileReadTest {

    enum WrittenBy {
        SLUICE,
        ICEBERG,
        ICEBERG_V2_PAGES
    }

    @TempDir
    Path folder;

    private final TableSchema schema = Samples.everyType();
    private static final int ROWS = 6000;

    private final ColumnBatch batch = Samples.batch(schema, 0, ROWS, new Random(20));

    private TestTable table(WrittenBy writtenBy) {
        return TestTable.create(
                folder,
                schema,
                Map.of(
                        "write.parquet.row-group-size-bytes", "150000",
                        "write.parquet.page-row-limit", "300",
                        "write.parquet.page-version", writtenBy == WrittenBy.ICEBERG_V2_PAGES ? "v2" : "v1"));
    }

    private InputFile file(TestTable table, WrittenBy writtenBy) throws IOException {
        DataFile file;
        if (writtenBy == WrittenBy.SLUICE) {
            ColumnarFileWriter writer = table.writer();
            writer.append(batch);
            file = writer.close();
        } else {
            file = table.writeGeneric(Samples.records(batch, table.table.schema()));
        }
        assertThat(file.splitOffsets()).hasSizeGreaterThan(1);
        return table.table.io().newInputFile(file.location());
    }

    private static void assertRow(ColumnBatch actual, int row, ColumnBatch expected, int expectedRow) {
        for (int c = 0; c < actual.schema().width(); c++) {
            String name = actual.schema().column(c).name();
            int of = expected.schema().indexOf(name).orElseThrow();
            assertThat(Samples.generic(actual.column(c), row))
                    .as("column %s of row %d", name, expectedRow)
                    .isEqualTo(Samples.generic(expected.column(of), expectedRow));
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_scan_gives_every_row_that_is_not_deleted_with_its_position(WrittenBy writtenBy) throws IOException {
        TestTable table = table(writtenBy);
        InputFile file = file(table, writtenBy);
        List<Long> gone = new ArrayList<>(List.of(0L, (long) ROWS - 1));
        for (long i = 100; i < 2500; i++) {
            gone.add(i);
        }
        PositionDeleteIndex deleted = Deletes.toPositionIndex(CloseableIterable.withNoopClose(gone));
        List<Long> seen = new ArrayList<>();

        long rows = new KeyColumnScan(Samples.TABLE, table.table.schema(), schema)
                .scan(file, deleted, (got, positions) -> {
                    for (int i = 0; i < got.rowCount(); i++) {
                        seen.add(positions[i]);
                        assertRow(got, i, batch, (int) positions[i]);
                    }
                });

        List<Long> expected = new ArrayList<>();
        for (long i = 0; i < ROWS; i++) {
            if (!deleted.isDeleted(i)) {
                expected.add(i);
            }
        }
        assertThat(seen).isEqualTo(expected);
        assertThat(rows).isEqualTo(expected.size());
    }

    @ParameterizedTest
    @EnumSource
    void a_lookup_gives_exactly_the_wanted_rows(WrittenBy writtenBy) throws IOException {
        TestTable table = table(writtenBy);
        InputFile file = file(table, writtenBy);
        RowLookup lookup = new RowLookup(Samples.TABLE, table.table.schema(), schema);
        Random random = new Random(21);
        for (int wanted : new int[] {1, 2, 10, 500, ROWS}) {
            long[] positions = random.ints(0, ROWS)
                    .asLongStream()
                    .distinct()
                    .limit(wanted)
                    .sorted()
                    .toArray();

            ColumnBatch got = lookup.read(file, Arrays.copyOf(positions, wanted + 3), wanted);

            assertThat(got.rowCount()).isEqualTo(wanted);
            for (int i = 0; i < wanted; i++) {
                assertRow(got, i, batch, (int) positions[i]);
            }
        }
    }

    @Test
    void a_lookup_of_few_rows_reads_a_fraction_of_the_file() throws IOException {
        TestTable table = TestTable.create(
                folder,
                schema,
                Map.of("write.parquet.page-row-limit", "100", "write.parquet.compression-codec", "uncompressed"));
        ColumnarFileWriter writer = table.writer();
        writer.append(batch);
        InputFile file = table.table.io().newInputFile(writer.close().location());
        CountingFile counting = new CountingFile(file);

        ColumnBatch got = new RowLookup(Samples.TABLE, table.table.schema(), columns("id", "c_string"))
                .read(counting, new long[] {3333}, 1);

        assertRow(got, 0, batch, 3333);
        assertThat(counting.bytes.get()).isLessThan(file.getLength() / 5);
    }

    @Test
    void columns_added_after_the_file_was_written_have_their_initial_default_or_null() throws IOException {
        TestTable table = table(WrittenBy.SLUICE);
        InputFile file = file(table, WrittenBy.SLUICE);
        table.table
                .updateSchema()
                .addColumn("added", Types.StringType.get())
                .addColumn("defaulted", Types.IntegerType.get(), null, Literal.of(42))
                .renameColumn("id", "key")
                .deleteColumn("c_int64")
                .addColumn("c_int64", Types.LongType.get())
                .commit();
        TableSchema wanted = new TableSchema(
                Samples.TABLE,
                1,
                List.of(
                        Column.of("added", DataType.STRING, true),
                        Column.of("defaulted", DataType.INT32, true),
                        Column.of("key", DataType.INT64, false),
                        Column.of("c_int64", DataType.INT64, true)),
                List.of());

        ColumnBatch got =
                new RowLookup(Samples.TABLE, table.table.schema(), wanted).read(file, new long[] {7, 4000}, 2);
        long scanned = new KeyColumnScan(Samples.TABLE, table.table.schema(), wanted)
                .scan(file, PositionDeleteIndex.empty(), (rows, positions) -> {
                    for (int i = 0; i < rows.rowCount(); i++) {
                        assertThat(Samples.generic(rows.column(1), i)).isEqualTo(42);
                        assertThat(Samples.generic(rows.column(2), i)).isEqualTo(positions[i]);
                    }
                });

        assertThat(got.column(0).isNull(0)).isTrue();
        assertThat(Samples.generic(got.column(1), 1)).isEqualTo(42);
        assertThat(((LongVector) got.column(2)).get(1)).isEqualTo(4000);
        assertThat(got.column(3).nullCount()).isEqualTo(2);
        assertThat(scanned).isEqualTo(ROWS);
    }

    @Test
    void a_file_without_any_of_the_columns_gives_defaults_for_every_row() throws IOException {
        TestTable table = table(WrittenBy.SLUICE);
        InputFile file = file(table, WrittenBy.SLUICE);
        table.table.updateSchema().addColumn("added", Types.StringType.get()).commit();
        TableSchema wanted =
                new TableSchema(Samples.TABLE, 1, List.of(Column.of("added", DataType.STRING, true)), List.of());

        ColumnBatch got =
                new RowLookup(Samples.TABLE, table.table.schema(), wanted).read(file, new long[] {0, 5999}, 2);
        long scanned = new KeyColumnScan(Samples.TABLE, table.table.schema(), wanted)
                .scan(
                        file,
                        PositionDeleteIndex.empty(),
                        (rows, positions) ->
                                assertThat(rows.column(0).nullCount()).isEqualTo(rows.rowCount()));

        assertThat(got.column(0).nullCount()).isEqualTo(2);
        assertThat(scanned).isEqualTo(ROWS);
    }

    @Test
    void columns_widened_after_the_file_was_written_are_read_as_the_wider_type() throws IOException {
        TestTable table = table(WrittenBy.ICEBERG);
        InputFile file = file(table, WrittenBy.ICEBERG);
        table.table
                .updateSchema()
                .updateColumn("c_int32", Types.LongType.get())
                .updateColumn("c_float32", Types.DoubleType.get())
                .updateColumn("c_decimal_9_4_", Types.DecimalType.of(30, 4))
                .commit();
        TableSchema wanted = new TableSchema(
                Samples.TABLE,
                1,
                List.of(
                        Column.of("c_int32", DataType.INT64, true),
                        Column.of("c_float32", DataType.FLOAT64, true),
                        Column.of("c_decimal_9_4_", DataType.decimal(30, 4), true)),
                List.of());

        ColumnBatch got = new RowLookup(Samples.TABLE, table.table.schema(), wanted).read(file, new long[] {3, 4}, 2);

        assertThat(Samples.generic(got.column(0), 0)).isEqualTo((long) Integer.MAX_VALUE);
        assertThat(Samples.generic(got.column(1), 1)).isEqualTo((double) Float.MAX_VALUE);
        assertThat(Samples.generic(got.column(2), 0)).hasToString("99999.9999");
        assertThat(Samples.generic(got.column(2), 1)).hasToString("-99999.9999");
    }

    @Test
    void a_position_beyond_the_file_is_refused() throws IOException {
        TestTable table = table(WrittenBy.SLUICE);
        InputFile file = file(table, WrittenBy.SLUICE);
        RowLookup lookup = new RowLookup(Samples.TABLE, table.table.schema(), columns("id"));

        assertThatThrownBy(() -> lookup.read(file, new long[] {5, ROWS}, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Position 6000");
        assertThatThrownBy(() -> lookup.read(file, new long[] {5, 5}, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_file_that_is_gone_is_an_unavailable_lake() {
        TestTable table = table(WrittenBy.SLUICE);
        InputFile missing =
                table.table.io().newInputFile(folder.resolve("gone.parquet").toString());

        assertThatThrownBy(() -> new RowLookup(Samples.TABLE, table.table.schema(), columns("id"))
                        .read(missing, new long[] {0}, 1))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_UNAVAILABLE))
                .hasMessageContaining("gone.parquet");
    }

    @Test
    void an_empty_file_has_no_rows() throws IOException {
        TestTable table = table(WrittenBy.SLUICE);
        InputFile file = table.table.io().newInputFile(table.writer().close().location());

        long rows = new KeyColumnScan(Samples.TABLE, table.table.schema(), schema)
                .scan(file, PositionDeleteIndex.empty(), (got, positions) -> {
                    throw new AssertionError("No rows expected");
                });

        assertThat(rows).isZero();
    }

    private TableSchema columns(String... names) {
        return new TableSchema(
                Samples.TABLE,
                0,
                Arrays.stream(names)
                        .map(name -> schema.column(schema.indexOf(name).orElseThrow()))
                        .toList(),
                List.of());
    }

    /** Counts the bytes that are read. */
    private static final class CountingFile implements InputFile {
        private final InputFile file;
        private final AtomicLong bytes = new AtomicLong();

        CountingFile(InputFile file) {
            this.file = file;
        }

        @Override
        public long getLength() {
            return file.getLength();
        }

        @Override
        public SeekableInputStream newStream() {
            SeekableInputStream stream = file.newStream();
            return new SeekableInputStream() {
                @Override
                public long getPos() throws IOException {
                    return stream.getPos();
                }

                @Override
                public void seek(long position) throws IOException {
                    stream.seek(position);
                }

                @Override
                public int read() throws IOException {
                    bytes.incrementAndGet();
                    return stream.read();
                }

                @Override
                public int read(byte[] target, int start, int length) throws IOException {
                    int read = ((InputStream) stream).read(target, start, length);
                    bytes.addAndGet(read);
                    return read;
                }

                @Override
                public void close() throws IOException {
                    stream.close();
                }
            };
        }

        @Override
        public String location() {
            return file.location();
        }

        @Override
        public boolean exists() {
            return file.exists();
        }
    }
}
