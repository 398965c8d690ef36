package io.sluice.lake.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.StructLikeWrapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PartitionedFileWriterTest {

    @TempDir
    Path folder;

    private final TableSchema schema = Samples.everyType();

    private PartitionedFileWriter writer(TestTable table) {
        return new PartitionedFileWriter(Samples.TABLE, table.table, table.files());
    }

    /** Every transform that Iceberg has on every type that it takes. */
    static Stream<String> everyPartitionKey() {
        List<String> keys = new ArrayList<>();
        TableSchema schema = Samples.everyType();
        for (int c = 0; c < schema.width(); c++) {
            String name = schema.column(c).name();
            DataType.Kind kind = schema.column(c).type().kind();
            keys.add(name);
            switch (kind) {
                case DATE, TIMESTAMP, TIMESTAMP_TZ -> {
                    keys.add("year(" + name + ")");
                    keys.add("month(" + name + ")");
                    keys.add("day(" + name + ")");
                    keys.add("bucket(7, " + name + ")");
                    if (kind != DataType.Kind.DATE) {
                        keys.add("hour(" + name + ")");
                    }
                }
                case INT32, INT64, DECIMAL, STRING, BINARY -> {
                    keys.add("bucket(13, " + name + ")");
                    keys.add("truncate(3, " + name + ")");
                    keys.add("truncate(1000, " + name + ")");
                }
                case TIME, UUID -> keys.add("bucket(5, " + name + ")");
                default -> {
                    // Booleans and floats have the identity only.
                }
            }
        }
        return keys.stream();
    }

    @ParameterizedTest
    @MethodSource("everyPartitionKey")
    void every_rows_partition_is_the_one_that_iceberg_computes(String key) {
        TestTable table = TestTable.create(folder, schema, Map.of(), key);
        ColumnBatch batch = Samples.batch(schema, -200, 700, new Random(key.hashCode()));
        List<Record> records = Samples.records(batch, table.table.schema());
        PartitionRouter router = new PartitionRouter(Samples.TABLE, table.table.schema(), table.table.spec());
        int[] selection = new int[batch.rowCount()];
        for (int i = 0; i < selection.length; i++) {
            selection[i] = selection.length - 1 - i;
        }

        int[] partitions = router.route(batch, selection, selection.length);

        Set<StructLikeWrapper> distinct = new HashSet<>();
        for (int i = 0; i < selection.length; i++) {
            StructLikeWrapper expected = wrapped(table.table, icebergs(table.table, records.get(selection[i])));
            distinct.add(expected);
            assertThat(wrapped(table.table, router.partition(partitions[i])))
                    .as("row %d", selection[i])
                    .isEqualTo(expected);
        }
        assertThat(router.size()).as("numbers of partitions").isEqualTo(distinct.size());
    }

    private static StructLike icebergs(Table table, Record record) {
        PartitionKey key = new PartitionKey(table.spec(), table.schema());
        key.partition(new InternalRecordWrapper(table.schema().asStruct()).wrap(record));
        return key.copy();
    }

    private static StructLikeWrapper wrapped(Table table, StructLike partition) {
        return StructLikeWrapper.forType(table.spec().partitionType()).set(partition);
    }

    @Test
    void rows_are_found_where_their_locations_say_in_files_of_their_partitions() throws IOException {
        TestTable table = TestTable.create(folder, schema, Map.of(), "bucket(3, id)", "c_boolean");
        PartitionedFileWriter writer =
                new PartitionedFileWriter(Samples.TABLE, table.table, table.files(), new WriterLimits(5, 20_000));
        RowLocations locations = new RowLocations();
        List<Map<Long, Record>> expected = new ArrayList<>();
        Map<Long, Record> all = new HashMap<>();
        Random random = new Random(40);
        for (int n = 0, id = 0; n < 4; n++) {
            ColumnBatch batch = Samples.batch(schema, id, 200 + random.nextInt(300), random);
            id += batch.rowCount();
            int[] selection =
                    random.ints(0, batch.rowCount()).distinct().limit(150).toArray();

            writer.append(batch, selection, selection.length, locations);

            List<Record> records = Samples.records(batch, table.table.schema());
            assertThat(locations.count()).isEqualTo(selection.length);
            for (int i = 0; i < selection.length; i++) {
                while (expected.size() <= locations.files()[i]) {
                    expected.add(new HashMap<>());
                }
                Record record = records.get(selection[i]);
                all.put((Long) record.getField("id"), record);
                assertThat(expected.get(locations.files()[i]).put(locations.positions()[i], record))
                        .isNull();
            }
        }

        List<DataFile> files = writer.finish();

        assertThat(writer.rows()).isEqualTo(all.size());
        assertThat(files).hasSize(expected.size()).hasSize(writer.files());
        for (int ordinal = 0; ordinal < files.size(); ordinal++) {
            DataFile file = files.get(ordinal);
            assertThat(file.location()).isEqualTo(writer.path(ordinal));
            List<Record> rows = table.read(file);
            assertThat(rows).hasSize(expected.get(ordinal).size());
            for (int position = 0; position < rows.size(); position++) {
                assertThat(rows.get(position)).isEqualTo(expected.get(ordinal).get((long) position));
                assertThat(wrapped(table.table, file.partition()))
                        .isEqualTo(wrapped(table.table, icebergs(table.table, rows.get(position))));
            }
        }
        org.apache.iceberg.AppendFiles append = table.table.newAppend();
        files.forEach(append::appendFile);
        append.commit();
        Map<Long, Record> scanned = new HashMap<>();
        for (Record record : table.scan()) {
            scanned.put((Long) record.getField("id"), record);
        }
        assertThat(scanned).isEqualTo(all);
    }

    @Test
    void a_file_that_has_its_size_is_followed_by_another() throws IOException {
        TestTable table = TestTable.create(folder, schema, Map.of("write.target-file-size-bytes", "150000"));
        PartitionedFileWriter writer = writer(table);
        RowLocations locations = new RowLocations();
        int[] rows = new int[20_000];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }

        writer.append(Samples.batch(schema, 0, rows.length, new Random(41)), rows, rows.length, locations);
        List<DataFile> files = writer.finish();

        assertThat(files).hasSizeGreaterThan(1);
        long position = 0;
        int file = 0;
        for (int i = 0; i < rows.length; i++) {
            if (locations.files()[i] != file) {
                assertThat(position).isEqualTo(files.get(file).recordCount());
                file++;
                position = 0;
            }
            assertThat(locations.files()[i]).isEqualTo(file);
            assertThat(locations.positions()[i]).isEqualTo(position++);
        }
        assertThat(table.read(files.get(1)).get(0).getField("id"))
                .isEqualTo(files.get(0).recordCount());
    }

    @Test
    void no_rows_give_no_files() {
        TestTable table = TestTable.create(folder, schema, Map.of());
        PartitionedFileWriter writer = writer(table);

        writer.append(Samples.batch(schema, 0, 0, new Random(42)));

        assertThat(writer.finish()).isEmpty();
        assertThat(table.dataFiles()).isEmpty();
    }

    @Test
    void aborting_deletes_open_and_ended_files() {
        TestTable table = TestTable.create(folder, schema, Map.of(), "bucket(8, id)");
        PartitionedFileWriter writer =
                new PartitionedFileWriter(Samples.TABLE, table.table, table.files(), new WriterLimits(3, 1));
        writer.append(Samples.batch(schema, 0, 1000, new Random(43)));
        assertThat(table.dataFiles()).isNotEmpty();

        writer.abort();

        assertThat(table.dataFiles()).isEmpty();
        assertThatThrownBy(() -> writer.append(Samples.batch(schema, 0, 1, new Random(43))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aborting_after_the_end_deletes_the_files() {
        TestTable table = TestTable.create(folder, schema, Map.of(), "bucket(8, id)");
        PartitionedFileWriter writer = writer(table);
        writer.append(Samples.batch(schema, 0, 1000, new Random(44)));
        assertThat(writer.finish()).hasSize(8);

        writer.abort();

        assertThat(table.dataFiles()).isEmpty();
    }

    @Test
    void an_interrupt_stops_the_writer() {
        TestTable table = TestTable.create(folder, schema, Map.of());
        PartitionedFileWriter writer = writer(table);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> writer.append(Samples.batch(schema, 0, 10, new Random(45))))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INTERRUPTED));

        assertThat(Thread.interrupted()).isTrue();
        writer.abort();
    }

    @Test
    void a_partition_column_that_the_batch_has_not_is_the_null_partition() {
        TestTable table = TestTable.create(folder, schema, Map.of());
        table.table.updateSchema().addColumn("region", Types.StringType.get()).commit();
        table.table.updateSpec().addField("region").commit();
        PartitionedFileWriter writer = writer(table);

        writer.append(Samples.batch(schema, 0, 10, new Random(46)));

        List<DataFile> files = writer.finish();
        assertThat(files).hasSize(1);
        assertThat(files.get(0).partition().get(0, Object.class)).isNull();
    }

    @Test
    void a_malformed_table_property_is_refused_by_name() {
        TestTable table = TestTable.create(folder, schema, Map.of("write.parquet.page-size-bytes", "large"));

        assertThatThrownBy(() -> writer(table))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFIGURATION))
                .hasMessageContaining("write.parquet.page-size-bytes")
                .hasMessageContaining("'large'");
    }
}
