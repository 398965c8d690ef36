package io.sluice.lake.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.List;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IcebergSchemasTest {

    private static final TableId ORDERS = new TableId("shop", "orders");

    private final TableSchema orders = new TableSchema(
            ORDERS,
            0,
            List.of(
                    Column.of("id", DataType.INT64, false),
                    Column.of("line", DataType.INT32, true),
                    Column.of("amount", DataType.decimal(12, 2), true),
                    Column.of("created_at", DataType.TIMESTAMP_TZ, true),
                    Column.of("Due", DataType.DATE, true),
                    Column.of("name", DataType.STRING, true),
                    Column.of("weight", DataType.FLOAT64, true),
                    Column.of("at", DataType.TIME, true)),
            List.of(0, 1));

    private final Schema schema = IcebergSchemas.schema(orders);

    private PartitionSpec spec(String... keys) {
        return IcebergSchemas.partitionSpec(ORDERS, schema, List.of(keys));
    }

    @Test
    void key_columns_are_required_identifier_fields_and_the_rest_is_as_nullable_as_at_the_source() {
        assertThat(schema.asStruct())
                .isEqualTo(Types.StructType.of(
                        Types.NestedField.required(1, "id", Types.LongType.get()),
                        Types.NestedField.required(2, "line", Types.IntegerType.get()),
                        Types.NestedField.optional(3, "amount", Types.DecimalType.of(12, 2)),
                        Types.NestedField.optional(4, "created_at", Types.TimestampType.withZone()),
                        Types.NestedField.optional(5, "Due", Types.DateType.get()),
                        Types.NestedField.optional(6, "name", Types.StringType.get()),
                        Types.NestedField.optional(7, "weight", Types.DoubleType.get()),
                        Types.NestedField.optional(8, "at", Types.TimeType.get())));
        assertThat(schema.identifierFieldNames()).containsExactlyInAnyOrder("id", "line");
    }

    @Test
    void a_floating_point_key_gives_no_identifier_fields_because_iceberg_forbids_them() {
        Schema floating = IcebergSchemas.schema(
                new TableSchema(ORDERS, 0, List.of(Column.of("x", DataType.FLOAT64, false)), List.of(0)));

        assertThat(floating.identifierFieldNames()).isEmpty();
        assertThat(floating.findField("x").isRequired()).isTrue();
    }

    @Test
    void every_type_maps_to_iceberg_and_back() {
        for (DataType type : List.of(
                DataType.BOOLEAN,
                DataType.INT32,
                DataType.INT64,
                DataType.FLOAT32,
                DataType.FLOAT64,
                DataType.decimal(38, 0),
                DataType.DATE,
                DataType.TIME,
                DataType.TIMESTAMP,
                DataType.TIMESTAMP_TZ,
                DataType.STRING,
                DataType.BINARY,
                DataType.UUID)) {
            assertThat(IcebergSchemas.dataType(IcebergSchemas.type(type))).contains(type);
        }
        assertThat(IcebergSchemas.dataType(Types.TimestampNanoType.withZone())).isEmpty();
        assertThat(IcebergSchemas.dataType(Types.ListType.ofOptional(9, Types.LongType.get())))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "day(created_at)       | created_at_day: day(4)",
                "days( created_at )    | created_at_day: day(4)",
                "hour(created_at)      | created_at_hour: hour(4)",
                "MONTH(Due)            | Due_month: month(5)",
                "years(due)            | Due_year: year(5)",
                "bucket(16, id)        | id_bucket: bucket[16](1)",
                "bucket(4,at)          | at_bucket: bucket[4](8)",
                "truncate(10, name)    | name_trunc: truncate[10](6)",
                "truncate(5, amount)   | amount_trunc: truncate[5](3)",
                "identity(name)        | name: identity(6)",
                "NAME                  | name: identity(6)",
                "\"name\"              | name: identity(6)",
            })
    void partition_keys_are_icebergs_transforms(String key, String field) {
        assertThat(spec(key).fields()).singleElement().asString().endsWith(field);
    }

    @Test
    void several_partition_keys_keep_their_order() {
        assertThat(spec("day(created_at)", "bucket(8, id)", "name").fields())
                .extracting(field -> field.transform().toString())
                .containsExactly("day", "bucket[8]", "identity");
        assertThat(spec().isUnpartitioned()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "day(created)        | has no column 'created'; it has id, line, amount, created_at, Due",
                "week(created_at)    | no partition function 'week'; write one of year(column), month(column)",
                "day(name)           | column 'name' is string, the function needs a date or timestamp",
                "hour(Due)           | column 'Due' is date, the function needs a timestamp",
                "bucket(16, weight)  | column 'weight' is double, the function needs an integer",
                "truncate(3, at)     | column 'at' is time, the function needs",
                "bucket(id)          | expected a number and a column",
                "bucket(0, id)       | whole number from 1",
                "bucket(x, id)       | got 'x'",
                "day(created_at, id) | expected one column",
                "missing             | has no column 'missing'",
            })
    void a_wrong_partition_key_is_refused_with_what_is_valid(String key, String message) {
        assertThatThrownBy(() -> spec(key))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFIGURATION))
                .hasMessageContaining("Partition key '" + key + "' of shop.orders")
                .hasMessageContaining(message);
    }

    @Test
    void the_same_partition_key_twice_is_refused() {
        assertThatThrownBy(() -> spec("day(created_at)", "days(created_at)"))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFIGURATION));
    }

    @Test
    void the_table_that_a_pipeline_creates_is_compatible_with_it() {
        assertThat(IcebergSchemas.compatible(orders, schema)).isEmpty();
    }

    @Test
    void a_wider_table_with_more_optional_columns_in_another_order_is_compatible() {
        Schema wider = new Schema(
                List.of(
                        Types.NestedField.optional(20, "note", Types.StringType.get()),
                        Types.NestedField.optional(7, "weight", Types.DoubleType.get()),
                        Types.NestedField.required(1, "id", Types.LongType.get()),
                        Types.NestedField.required(2, "line", Types.LongType.get()),
                        Types.NestedField.optional(3, "amount", Types.DecimalType.of(30, 2)),
                        Types.NestedField.optional(4, "created_at", Types.TimestampType.withZone()),
                        Types.NestedField.optional(5, "Due", Types.DateType.get()),
                        Types.NestedField.optional(6, "name", Types.StringType.get()),
                        Types.NestedField.optional(8, "at", Types.TimeType.get())),
                java.util.Set.of(1, 2));

        assertThat(IcebergSchemas.compatible(orders, wider)).isEmpty();
    }

    @Test
    void every_difference_of_an_existing_table_is_a_sentence() {
        Schema other = new Schema(
                List.of(
                        Types.NestedField.required(1, "id", Types.LongType.get()),
                        Types.NestedField.optional(2, "line", Types.StringType.get()),
                        Types.NestedField.optional(3, "amount", Types.DecimalType.of(12, 3)),
                        Types.NestedField.optional(4, "created_at", Types.TimestampType.withoutZone()),
                        Types.NestedField.required(6, "name", Types.StringType.get()),
                        Types.NestedField.optional(7, "weight", Types.FloatType.get()),
                        Types.NestedField.optional(8, "at", Types.TimeType.get()),
                        Types.NestedField.required(9, "extra", Types.LongType.get())),
                java.util.Set.of(1));

        assertThat(IcebergSchemas.compatible(orders, other))
                .containsExactly(
                        "Column 'line' of shop.orders is string in the table, expected int.",
                        "Column 'amount' of shop.orders is decimal(12, 3) in the table, expected decimal(12, 2).",
                        "Column 'created_at' of shop.orders is timestamp in the table, expected timestamptz.",
                        "Column 'Due' (DATE) is missing in the table shop.orders, expected as date.",
                        "Column 'name' of shop.orders is required in the table but can be null in the pipeline; make"
                                + " it optional.",
                        "Column 'weight' of shop.orders is float in the table, expected double.",
                        "Column 'extra' of shop.orders is required in the table but the pipeline does not have it;"
                                + " make it optional or drop it.",
                        "The table shop.orders is identified by [id], expected the pipeline's key [id, line].");
    }
}
