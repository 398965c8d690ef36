package io.sluice.lake.schema;

import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Translates between a pipeline's table schemas and Iceberg's. */
public final class IcebergSchemas {

    private IcebergSchemas() {}

    /**
     * The Iceberg schema of a new table: field ids from 1 in column order, not-null columns and the key's columns
     * required, the key's columns as identifier fields. Iceberg allows no floating-point identifier fields: a key with
     * one gives none.
     */
    public static Schema schema(TableSchema table) {
        Set<Integer> key = new HashSet<>(table.key());
        List<Types.NestedField> fields = new ArrayList<>(table.width());
        Set<Integer> identifiers = new HashSet<>();
        boolean identifiable = true;
        for (int i = 0; i < table.width(); i++) {
            Column column = table.column(i);
            Type type = type(column.type());
            int id = i + 1;
            if (column.nullable() && !key.contains(i)) {
                fields.add(Types.NestedField.optional(id, column.name(), type));
            } else {
                fields.add(Types.NestedField.required(id, column.name(), type));
            }
            if (key.contains(i)) {
                identifiers.add(id);
                identifiable &= column.type().kind() != DataType.Kind.FLOAT32
                        && column.type().kind() != DataType.Kind.FLOAT64;
            }
        }
        return identifiable ? new Schema(fields, identifiers) : new Schema(fields);
    }

    /**
     * The partition spec that a user's partition keys describe: {@code day(created_at)}, {@code days(..)}, {@code hour},
     * {@code month}, {@code year}, {@code bucket(16, id)}, {@code truncate(10, name)}, {@code identity(x)} or a bare
     * column. Names are matched exactly first, then without regard to case; a name in double quotes exactly.
     *
     * @param table named in messages
     * @throws io.sluice.pipeline.error.PipelineException {@code CONFIGURATION} when a key names an unknown column or
     *     function, does not fit the column's type or repeats another; the message names what is valid
     */
    public static PartitionSpec partitionSpec(TableId table, Schema schema, List<String> partitionKeys) {
        return PartitionKeys.parse(table, schema, partitionKeys);
    }

    /**
     * What keeps rows of a pipeline's schema from being written to an existing table, in sentences; empty when nothing
     * does. Wider Iceberg types of the same family fit ({@code int} in {@code long}, {@code float} in {@code double},
     * decimals of the same scale and more digits); so do optional columns that the pipeline does not have.
     */
    public static List<String> compatible(TableSchema wanted, Schema existing) {
        List<String> differences = new ArrayList<>();
        Set<Integer> matched = new HashSet<>();
        for (int i = 0; i < wanted.width(); i++) {
            Column column = wanted.column(i);
            Types.NestedField field = existing.asStruct().field(column.name());
            if (field == null) {
                differences.add("Column '" + column.name() + "' (" + column.type() + ") is missing in the table "
                        + wanted.table() + ", expected as " + type(column.type()) + ".");
                continue;
            }
            matched.add(field.fieldId());
            if (!accepts(field.type(), column.type())) {
                differences.add("Column '" + column.name() + "' of " + wanted.table() + " is " + field.type()
                        + " in the table, expected " + type(column.type()) + ".");
            }
            if (field.isRequired() && column.nullable() && !wanted.key().contains(i)) {
                differences.add("Column '" + column.name() + "' of " + wanted.table()
                        + " is required in the table but can be null in the pipeline; make it optional.");
            }
        }
        for (Types.NestedField field : existing.columns()) {
            if (!matched.contains(field.fieldId()) && field.isRequired()) {
                differences.add("Column '" + field.name() + "' of " + wanted.table()
                        + " is required in the table but the pipeline does not have it; make it optional or drop it.");
            }
        }
        Set<String> identifiers = existing.identifierFieldNames();
        Set<String> key = new HashSet<>();
        for (int index : wanted.key()) {
            key.add(wanted.column(index).name());
        }
        if (!identifiers.isEmpty() && !identifiers.equals(key)) {
            differences.add("The table " + wanted.table() + " is identified by " + sorted(identifiers)
                    + ", expected the pipeline's key " + sorted(key) + ".");
        }
        return differences;
    }

    /** The Iceberg type that holds values of a logical type without loss. */
    public static Type type(DataType type) {
        return switch (type.kind()) {
            case BOOLEAN -> Types.BooleanType.get();
            case INT32 -> Types.IntegerType.get();
            case INT64 -> Types.LongType.get();
            case FLOAT32 -> Types.FloatType.get();
            case FLOAT64 -> Types.DoubleType.get();
            case DECIMAL -> Types.DecimalType.of(type.precision(), type.scale());
            case DATE -> Types.DateType.get();
            case TIME -> Types.TimeType.get();
            case TIMESTAMP -> Types.TimestampType.withoutZone();
            case TIMESTAMP_TZ -> Types.TimestampType.withZone();
            case STRING -> Types.StringType.get();
            case BINARY -> Types.BinaryType.get();
            case UUID -> Types.UUIDType.get();
        };
    }

    /** The logical type that {@link #type} maps to this Iceberg type; empty for types that no pipeline writes. */
    public static Optional<DataType> dataType(Type type) {
        return switch (type.typeId()) {
            case BOOLEAN -> Optional.of(DataType.BOOLEAN);
            case INTEGER -> Optional.of(DataType.INT32);
            case LONG -> Optional.of(DataType.INT64);
            case FLOAT -> Optional.of(DataType.FLOAT32);
            case DOUBLE -> Optional.of(DataType.FLOAT64);
            case DECIMAL -> {
                Types.DecimalType decimal = (Types.DecimalType) type;
                yield decimal.scale() < 0 || decimal.scale() > decimal.precision()
                        ? Optional.empty()
                        : Optional.of(DataType.decimal(decimal.precision(), decimal.scale()));
            }
            case DATE -> Optional.of(DataType.DATE);
            case TIME -> Optional.of(DataType.TIME);
            case TIMESTAMP ->
                Optional.of(
                        ((Types.TimestampType) type).shouldAdjustToUTC() ? DataType.TIMESTAMP_TZ : DataType.TIMESTAMP);
            case STRING -> Optional.of(DataType.STRING);
            case BINARY -> Optional.of(DataType.BINARY);
            case UUID -> Optional.of(DataType.UUID);
            default -> Optional.empty();
        };
    }

    /** Whether a field of type {@code lake} holds every value of {@code written} and the writer can put it there. */
    public static boolean accepts(Type lake, DataType written) {
        if (lake.equals(type(written))) {
            return true;
        }
        return switch (written.kind()) {
            case INT32 -> lake.typeId() == Type.TypeID.LONG;
            case FLOAT32 -> lake.typeId() == Type.TypeID.DOUBLE;
            case DECIMAL ->
                lake.typeId() == Type.TypeID.DECIMAL
                        && ((Types.DecimalType) lake).scale() == written.scale()
                        && ((Types.DecimalType) lake).precision() >= written.precision();
            default -> false;
        };
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }
}
