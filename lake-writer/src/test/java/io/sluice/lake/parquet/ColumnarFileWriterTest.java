package io.sluice.lake.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnarFileWriterTest {

    @TempDir
    Path folder;

    private final TableSchema schema = Samples.everyType();

    private DataFile write(TestTable table, ColumnBatch... batches) {
        ColumnarFileWriter writer = table.writer();
        for (ColumnBatch batch : batches) {
            writer.append(batch);
        }
        return writer.close();
    }

    private static void assertSame(List<Record> actual, List<Record> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i)).as("row %d", i).isEqualTo(expected.get(i));
        }
    }

    @Test
    void every_type_with_its_extremes_and_nulls_is_read_back_by_iceberg() throws IOException {
        TestTable table = TestTable.create(folder, schema, Map.of());
        ColumnBatch batch = Samples.batch(schema, 0, 500, new Random(1));

        DataFile file = write(table, batch);

        assertSame(table.read(file), Samples.records(batch, table.table.schema()));
        assertThat(file.recordCount()).isEqualTo(500);
    }

    @Test
    void rows_that_cross_pages_and_row_groups_keep_their_order_and_values() throws IOException {
        TestTable table = TestTable.create(
                folder,
                schema,
                Map.of(
                        "write.parquet.row-group-size-bytes", "100000",
                        "write.parquet.page-size-bytes", "8192",
                        "write.parquet.page-row-limit", "777",
                        "write.parquet.dict-size-bytes", "20000"));
        Random random = new Random(2);
        ColumnarFileWriter writer = table.writer();
        List<Record> expected = new ArrayList<>();
        for (int i = 0, rows = 0; i < 6; i++) {
            ColumnBatch batch = Samples.batch(schema, rows, 1 + random.nextInt(2500), random);
            writer.append(batch);
            expected.addAll(Samples.records(batch, table.table.schema()));
            rows += batch.rowCount();
            assertThat(writer.rows()).isEqualTo(rows);
        }
        DataFile file = writer.close();

        assertSame(table.read(file), expected);
        assertThat(file.splitOffsets()).hasSizeGreaterThan(2).isSorted();
        assertThat(file.fileSizeInBytes())
                .isEqualTo(Path.of(file.location()).toFile().length());
    }

    @Test
    void a_selection_writes_its_rows_in_its_order() throws IOException {
        TestTable table = TestTable.create(folder, schema, Map.of());
        ColumnBatch batch = Samples.batch(schema, 0, 3000, new Random(3));
        int[] selection = new int[1500];
        for (int i = 0; i < selection.length; i++) {
            selection[i] = (i * 1999) % 3000;
        }
        ColumnarFileWriter writer = table.writer();
        writer.append(batch, selection, 1400);

        DataFile file = writer.close();

        assertSame(table.read(file), Samples.records(batch.gather(selection, 1400), table.table.schema()));
    }

    @Test
    void an_empty_file_can_be_written_and_read() throws IOException {
        TestTable table = TestTable.create(folder, schema, Map.of());

        DataFile file = write(table);

        assertThat(file.recordCount()).isZero();
        assertThat(table.read(file)).isEmpty();
    }

    @Test
    void values_of_twenty_megabytes_are_written_and_read() throws IOException {
        TableSchema wide = new TableSchema(
                Samples.TABLE,
                0,
                List.of(Column.of("id", DataType.INT64, false), Column.of("body", DataType.BINARY, true)),
                List.of(0));
        TestTable table = TestTable.create(folder, wide, Map.of());
        ColumnBatch batch = ColumnBatch.create(wide, ColumnBatch.Content.SNAPSHOT, 8);
        byte[] body = new byte[20 << 20];
        for (int i = 0; i < 8; i++) {
            new Random(i).nextBytes(body);
            ((LongVector) batch.column(0)).append(i);
            ((BytesVector) batch.column(1)).append(body);
            batch.endRow();
        }

        DataFile file = write(table, batch);

        assertSame(table.read(file), Samples.records(batch, table.table.schema()));
        assertThat(file.splitOffsets()).hasSizeGreaterThan(1);
    }

    @Test
    void the_table_with_the_file_is_scanned_by_iceberg() throws IOException {
        TestTable table = TestTable.create(folder, schema, Map.of());
        ColumnBatch batch = Samples.batch(schema, 0, 100, new Random(4));

        table.table.newAppend().appendFile(write(table, batch)).commit();

        assertSame(table.scan(), Samples.records(batch, table.table.schema()));
    }

    @Test
    void columns_that_the_batch_has_not_are_null_and_narrower_ones_are_widened() throws IOException {
        TableSchema narrow = new TableSchema(
                Samples.TABLE,
                0,
                List.of(
                        Column.of("id", DataType.INT32, false),
                        Column.of("f", DataType.FLOAT32, true),
                        Column.of("d", DataType.decimal(9, 2), true),
                        Column.of("e", DataType.decimal(18, 2), true)),
                List.of(0));
        TableSchema wide = new TableSchema(
                Samples.TABLE,
                0,
                List.of(
                        Column.of("e", DataType.decimal(38, 2), true),
                        Column.of("extra", DataType.FLOAT64, true),
                        Column.of("id", DataType.INT64, false),
                        Column.of("f", DataType.FLOAT64, true),
                        Column.of("d", DataType.decimal(11, 2), true)),
                List.of(2));
        TestTable table = TestTable.create(folder, wide, Map.of());
        ColumnBatch batch = ColumnBatch.create(narrow, ColumnBatch.Content.SNAPSHOT, 1);
        for (int c = 0; c < 4; c++) {
            Samples.append(
                    batch.column(c),
                    List.<Object>of(-7, 2.5f, -12345L, -999_999_999_999_999_999L)
                            .get(c));
        }
        batch.endRow();

        Record record = table.read(write(table, batch)).get(0);

        assertThat(record.getField("id")).isEqualTo(-7L);
        assertThat(record.getField("f")).isEqualTo(2.5d);
        assertThat(record.getField("d")).hasToString("-123.45");
        assertThat(record.getField("e")).hasToString("-9999999999999999.99");
        assertThat(record.getField("extra")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "gzip", "snappy", "uncompressed", "lz4_raw"})
    void every_codec_is_honoured(String codec) throws IOException {
        TestTable table = TestTable.create(folder, schema, Map.of("write.parquet.compression-codec", codec));
        ColumnBatch batch = Samples.batch(schema, 0, 200, new Random(5));

        DataFile file = write(table, batch);

        assertSame(table.read(file), Samples.records(batch, table.table.schema()));
        assertThat(Footers.codec(table.table.io().newInputFile(file.location())).name())
                .isEqualToIgnoringCase(codec);
    }

    @Test
    void pages_of_version_two_bloom_filters_and_settings_of_single_columns_are_honoured() throws IOException {
        TestTable table = TestTable.create(
                folder,
                schema,
                Map.of(
                        "write.parquet.page-version", "v2",
                        "write.parquet.bloom-filter-enabled.column.id", "true"));
        ColumnBatch batch = Samples.batch(schema, 0, 3000, new Random(6));

        DataFile file = write(table, batch);

        assertSame(table.read(file), Samples.records(batch, table.table.schema()));
        assertThat(Footers.bloomFilterOffset(table.table.io().newInputFile(file.location()), "id"))
                .isPositive();
    }

    @Test
    void an_unavailable_value_never_reaches_a_file() {
        TestTable table = TestTable.create(folder, schema, Map.of());
        ColumnBatch batch = Samples.batch(schema, 0, 10, new Random(7));
        batch.column(3).setUnavailable(8);
        ColumnarFileWriter writer = table.writer();
        int[] without = {0, 1, 2, 3, 4, 5, 6, 7, 9};

        writer.append(batch, without, without.length);

        assertThatThrownBy(() -> writer.append(batch))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("shop.samples")
                .hasMessageContaining("'" + schema.column(3).name() + "'")
                .hasMessageContaining("unavailable");
        writer.abort();
    }

    @Test
    void a_null_in_a_required_column_is_refused_by_name() {
        TestTable table = TestTable.create(folder, schema, Map.of());
        ColumnBatch batch = Samples.batch(schema, 0, 10, new Random(8));
        batch.column(0).setNull(4);
        ColumnarFileWriter writer = table.writer();

        assertThatThrownBy(() -> writer.append(batch))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA_REFUSED))
                .hasMessageContaining("'id'")
                .hasMessageContaining("required");
        writer.abort();
        assertThat(table.dataFiles()).isEmpty();
    }

    @Test
    void a_decimal_with_more_digits_than_its_column_is_refused_and_not_cut() {
        TableSchema narrow =
                new TableSchema(Samples.TABLE, 0, List.of(Column.of("d", DataType.decimal(9, 0), true)), List.of());
        TestTable table = TestTable.create(folder, narrow, Map.of());
        ColumnBatch batch = ColumnBatch.create(narrow, ColumnBatch.Content.SNAPSHOT, 1);
        ((LongVector) batch.column(0)).append(1L << 40);
        batch.endRow();
        ColumnarFileWriter writer = table.writer();

        assertThatThrownBy(() -> writer.append(batch))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA_REFUSED))
                .hasMessageContaining("'d'")
                .hasMessageContaining("decimal(9, 0)");
        writer.abort();
    }

    @Test
    void an_aborted_file_is_gone_before_and_after_its_end() {
        TestTable table = TestTable.create(folder, schema, Map.of("write.parquet.row-group-size-bytes", "10000"));
        ColumnarFileWriter open = table.writer();
        open.append(Samples.batch(schema, 0, 5000, new Random(9)));
        ColumnarFileWriter closed = table.writer();
        closed.append(Samples.batch(schema, 0, 5000, new Random(9)));
        closed.close();
        assertThat(table.dataFiles()).hasSize(2);

        open.abort();
        closed.abort();
        open.abort();

        assertThat(table.dataFiles()).isEmpty();
    }

    @Test
    void a_file_that_exists_already_is_neither_overwritten_nor_deleted() throws IOException {
        TestTable table = TestTable.create(folder, schema, Map.of());
        DataFile existing = write(table, Samples.batch(schema, 0, 10, new Random(10)));
        ColumnarFileWriter second = table.writer(table.table.io().newOutputFile(existing.location()));
        second.append(Samples.batch(schema, 0, 20, new Random(10)));

        assertThatThrownBy(second::close).isInstanceOf(PipelineException.class);
        second.abort();

        assertThat(table.read(existing)).hasSize(10);
    }

    @Test
    void column_names_that_parquet_cannot_spell_are_kept() throws IOException {
        TableSchema odd = new TableSchema(
                Samples.TABLE,
                0,
                List.of(Column.of("9 läñd", DataType.STRING, true), Column.of("a.b", DataType.INT32, true)),
                List.of());
        TestTable table = TestTable.create(folder, odd, Map.of());
        ColumnBatch batch = ColumnBatch.create(odd, ColumnBatch.Content.SNAPSHOT, 1);
        ((BytesVector) batch.column(0)).append("x".getBytes(StandardCharsets.UTF_8));
        Samples.append(batch.column(1), 5);
        batch.endRow();

        DataFile file = write(table, batch);

        Record record = table.read(file).get(0);
        assertThat(record.get(0)).isEqualTo("x");
        assertThat(record.get(1)).isEqualTo(5);
        assertThat(file.valueCounts()).hasSize(2);
    }
}
