package io.sluice.lake.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The metrics in the manifest are those that Iceberg's generic writer gives for the same rows. */
class MetricsTest {

    @TempDir
    Path folder;

    static Stream<Arguments> properties() {
        return Stream.of(
                Arguments.of(Map.of()),
                Arguments.of(Map.of("write.metadata.metrics.default", "full")),
                Arguments.of(Map.of("write.metadata.metrics.default", "counts")),
                Arguments.of(Map.of("write.metadata.metrics.default", "none")),
                Arguments.of(Map.of("write.metadata.metrics.default", "truncate(3)")),
                Arguments.of(Map.of(
                        "write.metadata.metrics.default", "none",
                        "write.metadata.metrics.column.c_string", "truncate(2)",
                        "write.metadata.metrics.column.c_float64", "counts")),
                Arguments.of(Map.of("write.metadata.metrics.max-inferred-column-defaults", "4")),
                Arguments.of(Map.of("write.parquet.row-group-size-bytes", "100000")));
    }

    @ParameterizedTest
    @MethodSource("properties")
    void metrics_are_those_of_icebergs_generic_writer(Map<String, String> properties) throws IOException {
        TableSchema schema = Samples.everyType();
        assertSameMetrics(TestTable.create(folder, schema, properties), Samples.batch(schema, 0, 3000, new Random(11)));
    }

    @Test
    void metrics_of_columns_with_only_nulls_or_nans_are_those_of_icebergs_generic_writer() throws IOException {
        TableSchema schema = Samples.everyType();
        ColumnBatch batch = ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, 3);
        for (int row = 0; row < 3; row++) {
            Samples.append(batch.column(0), (long) row);
            for (int c = 1; c < schema.width(); c++) {
                DataType type = schema.column(c).type();
                if (type.kind() == DataType.Kind.FLOAT32) {
                    Samples.append(batch.column(c), Float.NaN);
                } else if (type.kind() == DataType.Kind.FLOAT64 && row > 0) {
                    Samples.append(batch.column(c), Double.NaN);
                } else {
                    batch.column(c).appendNull();
                }
            }
            batch.endRow();
        }
        assertSameMetrics(TestTable.create(folder, schema, Map.of()), batch);
    }

    @Test
    void metrics_of_columns_with_names_that_parquet_cannot_spell_follow_the_tables_settings() throws IOException {
        List<Column> columns = new ArrayList<>();
        columns.add(Column.of("id", DataType.INT64, false));
        for (DataType type : Samples.TYPES) {
            columns.add(Column.of("a column. of " + type, type, true));
        }
        TableSchema schema = new TableSchema(Samples.TABLE, 0, columns, List.of(0));
        assertSameMetrics(
                TestTable.create(
                        folder,
                        schema,
                        Map.of(
                                "write.metadata.metrics.default", "none",
                                "write.metadata.metrics.column.a column. of STRING", "truncate(4)",
                                "write.metadata.metrics.column.a column. of INT32", "full")),
                Samples.batch(schema, 0, 300, new Random(12)));
    }

    private void assertSameMetrics(TestTable table, ColumnBatch batch) throws IOException {
        ColumnarFileWriter writer = table.writer();
        writer.append(batch);
        DataFile own = writer.close();
        DataFile generic = table.writeGeneric(Samples.records(batch, table.table.schema()));

        assertThat(own.recordCount()).isEqualTo(generic.recordCount());
        assertThat(own.valueCounts()).isEqualTo(generic.valueCounts());
        assertThat(own.nullValueCounts()).isEqualTo(generic.nullValueCounts());
        assertThat(own.nanValueCounts()).isEqualTo(generic.nanValueCounts());
        assertThat(own.lowerBounds()).isEqualTo(generic.lowerBounds());
        assertThat(own.upperBounds()).isEqualTo(generic.upperBounds());
        assertThat(own.columnSizes()).containsOnlyKeys(generic.columnSizes().keySet());
        assertThat(own.sortOrderId()).isEqualTo(generic.sortOrderId());
        assertThat(own.format()).isEqualTo(generic.format());
        assertThat(own.specId()).isEqualTo(generic.specId());
    }
}
