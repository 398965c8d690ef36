package io.sluice.lake.schema;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Parses partition keys as users write them. */
final class PartitionKeys {

    private static final Pattern CALL = Pattern.compile("(\\w+)\\s*\\((.*)\\)", Pattern.DOTALL);
    private static final String FUNCTIONS = "year(column), month(column), day(column), hour(column),"
            + " bucket(number, column), truncate(width, column), identity(column) or a column's name";

    private final TableId table;
    private final Schema schema;
    private final PartitionSpec.Builder builder;

    private PartitionKeys(TableId table, Schema schema) {
        this.table = table;
        this.schema = schema;
        this.builder = PartitionSpec.builderFor(schema);
    }

    static PartitionSpec parse(TableId table, Schema schema, List<String> keys) {
        PartitionKeys parser = new PartitionKeys(table, schema);
        for (String key : keys) {
            parser.add(key.strip());
        }
        return parser.builder.build();
    }

    private void add(String key) {
        Matcher call = CALL.matcher(key);
        try {
            if (columnNamed(key) != null || !call.matches()) {
                builder.identity(column(key, key).name());
            } else {
                addCall(
                        key,
                        call.group(1).toLowerCase(Locale.ROOT),
                        call.group(2).split(",", -1));
            }
        } catch (IllegalArgumentException | ValidationException e) {
            throw refused(key, "it does not go with the table's other columns and partition keys: " + e.getMessage());
        }
    }

    private void addCall(String key, String function, String[] arguments) {
        switch (function) {
            case "identity" -> builder.identity(single(key, arguments).name());
            case "year", "years" -> builder.year(dated(key, arguments).name());
            case "month", "months" -> builder.month(dated(key, arguments).name());
            case "day", "days", "date" -> builder.day(dated(key, arguments).name());
            case "hour", "hours", "date_hour" -> {
                Types.NestedField column = single(key, arguments);
                require(key, column, column.type().typeId() == Type.TypeID.TIMESTAMP, "a timestamp");
                builder.hour(column.name());
            }
            case "bucket" -> {
                int buckets = number(key, arguments);
                Types.NestedField column = column(key, arguments[1].strip());
                boolean hashed = switch (column.type().typeId()) {
                    case INTEGER, LONG, DECIMAL, DATE, TIME, TIMESTAMP, STRING, BINARY, UUID -> true;
                    default -> false;
                };
                require(key, column, hashed, "an integer, decimal, date, time, timestamp, string, binary or uuid");
                builder.bucket(column.name(), buckets);
            }
            case "truncate" -> {
                int width = number(key, arguments);
                Types.NestedField column = column(key, arguments[1].strip());
                boolean cut = switch (column.type().typeId()) {
                    case INTEGER, LONG, DECIMAL, STRING, BINARY -> true;
                    default -> false;
                };
                require(key, column, cut, "an integer, decimal, string or binary");
                builder.truncate(column.name(), width);
            }
            default ->
                throw refused(key, "there is no partition function '" + function + "'; write one of " + FUNCTIONS);
        }
    }

    private Types.NestedField dated(String key, String[] arguments) {
        Types.NestedField column = single(key, arguments);
        Type.TypeID type = column.type().typeId();
        require(key, column, type == Type.TypeID.DATE || type == Type.TypeID.TIMESTAMP, "a date or timestamp");
        return column;
    }

    private Types.NestedField single(String key, String[] arguments) {
        if (arguments.length != 1) {
            throw refused(key, "expected one column between the brackets");
        }
        return column(key, arguments[0].strip());
    }

    private int number(String key, String[] arguments) {
        if (arguments.length != 2) {
            throw refused(key, "expected a number and a column, such as bucket(16, id) or truncate(10, name)");
        }
        try {
            int number = Integer.parseInt(arguments[0].strip());
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as for numbers out of range.
        }
        throw refused(
                key, "expected a whole number from 1 to " + Integer.MAX_VALUE + ", got '" + arguments[0].strip() + "'");
    }

    private Types.NestedField column(String key, String name) {
        Types.NestedField column = columnNamed(name);
        if (column == null) {
            String columns =
                    schema.columns().stream().map(Types.NestedField::name).collect(Collectors.joining(", "));
            throw refused(key, "the table has no column '" + name + "'; it has " + columns);
        }
        return column;
    }

    private Types.@Nullable NestedField columnNamed(String written) {
        if (written.length() > 2 && written.startsWith("\"") && written.endsWith("\"")) {
            return schema.asStruct()
                    .field(written.substring(1, written.length() - 1).replace("\"\"", "\""));
        }
        Types.NestedField exact = schema.asStruct().field(written);
        if (exact != null) {
            return exact;
        }
        Types.NestedField found = null;
        for (Types.NestedField field : schema.columns()) {
            if (field.name().equalsIgnoreCase(written)) {
                if (found != null) {
                    return null;
                }
                found = field;
            }
        }
        return found;
    }

    private void require(String key, Types.NestedField column, boolean fits, String expected) {
        if (!fits) {
            throw refused(
                    key, "column '" + column.name() + "' is " + column.type() + ", the function needs " + expected);
        }
    }

    private PipelineException refused(String key, String why) {
        return new PipelineException(
                ErrorKind.CONFIGURATION, table, "Partition key '" + key + "' of " + table + ": " + why, null);
    }
}
