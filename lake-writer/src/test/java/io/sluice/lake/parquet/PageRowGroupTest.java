package io.sluice.lake.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.column.columnindex.ColumnIndex;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages encoded by ourselves beside those of parquet-java's column writers. */
class PageRowGroupTest {

    /** Such a setting is only known to parquet-java's column writers; it changes nothing here. */
    private static final Map<String, String> BY_COLUMN_WRITERS =
            Map.of("write.parquet.stats-enabled.column.id", "true");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1 << 20})
    void statistics_and_page_indexes_are_those_of_parquets_column_writers(int dictionaryBytes) throws IOException {
        TableSchema schema = Samples.everyType();
        Map<String, String> settings = Map.of(
                "write.parquet.page-row-limit",
                "1000",
                "write.parquet.dict-size-bytes",
                Integer.toString(dictionaryBytes));
        TestTable ours = TestTable.create(folder, schema, settings);
        Map<String, String> theirSettings = new HashMap<>(settings);
        theirSettings.putAll(BY_COLUMN_WRITERS);
        TestTable theirs = TestTable.create(folder, schema, theirSettings);
        assertThat(ParquetSettings.forTable(theirs.table).needsColumnWriters()).isTrue();
        assertThat(ParquetSettings.forTable(ours.table).needsColumnWriters()).isFalse();
        ColumnBatch batch = Samples.batch(schema, 0, 4300, new Random(21));

        DataFile our = write(ours, batch);
        DataFile their = write(theirs, batch);

        assertThat(ours.read(our)).isEqualTo(Samples.records(batch, ours.table.schema()));
        assertSameIndexes(ours, our, theirs, their);
    }

    private static void assertSameIndexes(TestTable ours, DataFile our, TestTable theirs, DataFile their)
            throws IOException {
        try (ParquetFileReader found = open(ours, our);
                ParquetFileReader expected = open(theirs, their)) {
            List<ColumnChunkMetaData> chunks = found.getRowGroups().get(0).getColumns();
            for (int i = 0; i < chunks.size(); i++) {
                ColumnChunkMetaData chunk = chunks.get(i);
                ColumnChunkMetaData expectedChunk =
                        expected.getRowGroups().get(0).getColumns().get(i);
                String name = chunk.getPath().toDotString();
                assertThat(chunk.getStatistics()).as(name).isEqualTo(expectedChunk.getStatistics());
                assertThat(chunk.getValueCount()).as(name).isEqualTo(expectedChunk.getValueCount());
                assertThat(chunk.getSizeStatistics().getUnencodedByteArrayDataBytes())
                        .as(name)
                        .isEqualTo(expectedChunk.getSizeStatistics().getUnencodedByteArrayDataBytes());
                assertSamePages(name, found.readOffsetIndex(chunk), expected.readOffsetIndex(expectedChunk));
                assertSameBounds(name, found.readColumnIndex(chunk), expected.readColumnIndex(expectedChunk));
            }
        }
    }

    private static void assertSamePages(String name, OffsetIndex found, OffsetIndex expected) {
        assertThat(found.getPageCount()).as(name).isEqualTo(expected.getPageCount());
        for (int page = 0; page < found.getPageCount(); page++) {
            assertThat(found.getFirstRowIndex(page)).as(name).isEqualTo(expected.getFirstRowIndex(page));
        }
    }

    private static void assertSameBounds(String name, ColumnIndex found, ColumnIndex expected) {
        if (expected == null) {
            assertThat(found).as(name).isNull();
            return;
        }
        assertThat(found.getMinValues()).as(name).isEqualTo(expected.getMinValues());
        assertThat(found.getMaxValues()).as(name).isEqualTo(expected.getMaxValues());
        assertThat(found.getNullCounts()).as(name).isEqualTo(expected.getNullCounts());
        assertThat(found.getNullPages()).as(name).isEqualTo(expected.getNullPages());
        assertThat(found.getBoundaryOrder()).as(name).isEqualTo(expected.getBoundaryOrder());
    }

    @Test
    void a_dictionary_that_grows_too_large_is_given_up_in_the_middle_of_a_chunk() throws IOException {
        // Few values at first, then only new ones.
        ColumnBatch batch = numbers(30_000, row -> row < 10_000 ? row % 7 : row);
        TestTable table = TestTable.create(
                folder,
                batch.schema(),
                Map.of("write.parquet.page-row-limit", "1000", "write.parquet.dict-size-bytes", "1000"));

        DataFile file = write(table, batch);

        assertThat(table.read(file)).isEqualTo(Samples.records(batch, table.table.schema()));
        assertThat(encodings(table, file)).contains(Encoding.PLAIN_DICTIONARY, Encoding.PLAIN);
    }

    @Test
    void distinct_values_get_no_dictionary() throws IOException {
        ColumnBatch batch = numbers(30_000, row -> row * 1_000_003L);
        TestTable table = TestTable.create(folder, batch.schema(), Map.of());

        DataFile file = write(table, batch);

        assertThat(table.read(file)).isEqualTo(Samples.records(batch, table.table.schema()));
        assertThat(encodings(table, file)).contains(Encoding.PLAIN).doesNotContain(Encoding.PLAIN_DICTIONARY);
    }

    @Test
    void few_values_get_a_dictionary_only() throws IOException {
        ColumnBatch batch = numbers(30_000, row -> row / 10 % 900);
        TestTable table = TestTable.create(folder, batch.schema(), Map.of());

        DataFile file = write(table, batch);

        assertThat(table.read(file)).isEqualTo(Samples.records(batch, table.table.schema()));
        assertThat(encodings(table, file)).contains(Encoding.PLAIN_DICTIONARY).doesNotContain(Encoding.PLAIN);
    }

    @Test
    void columns_that_somebody_added_to_the_table_are_null_whatever_their_shape() throws IOException {
        ColumnBatch batch = numbers(2500, row -> row);
        TestTable table = TestTable.create(folder, batch.schema(), Map.of("write.parquet.page-row-limit", "1000"));
        table.table
                .updateSchema()
                .addColumn("tags", Types.ListType.ofRequired(101, Types.StringType.get()))
                .addColumn("notes", Types.MapType.ofOptional(102, 103, Types.StringType.get(), Types.LongType.get()))
                .addColumn("place", Types.StructType.of(Types.NestedField.optional(104, "x", Types.DoubleType.get())))
                .commit();

        DataFile file = write(table, batch);

        List<Record> records = table.read(file);
        assertThat(records).hasSize(2500).allSatisfy(record -> {
            assertThat(record.getField("tags")).isNull();
            assertThat(record.getField("notes")).isNull();
            assertThat(record.getField("place")).isNull();
        });
    }

    private interface Sequence {
        long at(int row);
    }

    private static ColumnBatch numbers(int rows, Sequence values) {
        TableSchema schema =
                new TableSchema(Samples.TABLE, 0, List.of(Column.of("n", DataType.INT64, true)), List.of());
        ColumnBatch batch = ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, rows);
        for (int row = 0; row < rows; row++) {
            ((LongVector) batch.column(0)).append(values.at(row));
            batch.endRow();
        }
        return batch;
    }

    private static DataFile write(TestTable table, ColumnBatch batch) {
        ColumnarFileWriter writer = table.writer();
        writer.append(batch);
        return writer.close();
    }

    private static ParquetFileReader open(TestTable table, DataFile file) throws IOException {
        return ParquetFileReader.open(ParquetFiles.input(table.table.io().newInputFile(file.location())));
    }

    private static Set<Encoding> encodings(TestTable table, DataFile file) throws IOException {
        return Footers.read(table.table.io().newInputFile(file.location()))
                .getBlocks()
                .get(0)
                .getColumns()
                .get(0)
                .getEncodings();
    }
}
