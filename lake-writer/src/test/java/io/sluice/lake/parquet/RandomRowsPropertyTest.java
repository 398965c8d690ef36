package io.sluice.lake.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.PositionDeleteIndex;

/** Random schemas and rows, in random layouts: Iceberg reads what was written, and so do our own readers. */
class RandomRowsPropertyTest {

    @Property(tries = 25)
    void what_is_written_is_read_back_by_iceberg_and_by_ourselves(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 18) Integer> types,
            @ForAll @IntRange(min = 1, max = 400) int pageRows,
            @ForAll @IntRange(min = 1, max = 4) int batches,
            @ForAll @IntRange(min = 1, max = 700) int rowsPerBatch,
            @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        TableSchema schema = schema(types, random);
        Path folder = Files.createTempDirectory("rows");
        try {
            TestTable table = TestTable.create(
                    folder,
                    schema,
                    Map.of(
                            "write.parquet.page-row-limit", Integer.toString(pageRows),
                            "write.parquet.page-size-bytes", Integer.toString(64 + random.nextInt(5000)),
                            "write.parquet.dict-size-bytes", Integer.toString(1 + random.nextInt(3000)),
                            "write.parquet.row-group-size-bytes", Integer.toString(1000 + random.nextInt(100_000))));
            ColumnarFileWriter writer = table.writer();
            List<Record> expected = new ArrayList<>();
            for (int i = 0; i < batches; i++) {
                ColumnBatch batch = Samples.batch(schema, expected.size(), rowsPerBatch, random);
                writer.append(batch);
                expected.addAll(Samples.records(batch, table.table.schema()));
            }
            DataFile file = writer.close();

            assertThat(table.read(file)).isEqualTo(expected);
            assertOwnReaders(table, schema, file, expected, random);
        } finally {
            delete(folder);
        }
    }

    private static void assertOwnReaders(
            TestTable table, TableSchema schema, DataFile file, List<Record> expected, Random random) {
        List<Record> scanned = new ArrayList<>();
        new KeyColumnScan(Samples.TABLE, table.table.schema(), schema)
                .scan(
                        table.table.io().newInputFile(file.location()),
                        PositionDeleteIndex.empty(),
                        (rows, positions) -> scanned.addAll(Samples.records(rows, table.table.schema())));
        assertThat(scanned).isEqualTo(expected);

        long[] positions = random.ints(0, expected.size())
                .limit(20)
                .distinct()
                .sorted()
                .asLongStream()
                .toArray();
        ColumnBatch found = new RowLookup(Samples.TABLE, table.table.schema(), schema)
                .read(table.table.io().newInputFile(file.location()), positions, positions.length);
        List<Record> records = Samples.records(found, table.table.schema());
        for (int i = 0; i < positions.length; i++) {
            assertThat(records.get(i)).isEqualTo(expected.get((int) positions[i]));
        }
    }

    private static TableSchema schema(List<Integer> types, Random random) {
        List<Column> columns = new ArrayList<>();
        columns.add(Column.of("id", DataType.INT64, false));
        for (int i = 0; i < types.size(); i++) {
            columns.add(Column.of("c" + i, Samples.TYPES.get(types.get(i)), random.nextBoolean()));
        }
        return new TableSchema(Samples.TABLE, 0, columns, List.of(0));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
