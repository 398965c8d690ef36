package io.sluice.incremental.postgres;

import io.sluice.pipeline.schema.DataType;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Names of types, as the log and the catalog give them. The log names a built-in type by its object id (the same in every
 * server, {@code src/include/catalog/pg_type.dat}) and a type of the user by schema and name.
 */
final class PostgresTypes {

    private static final int VARLENA_HEADER = 4;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(16, "boolean"),
            Map.entry(17, "bytea"),
            Map.entry(18, "\"char\""),
            Map.entry(19, "name"),
            Map.entry(20, "bigint"),
            Map.entry(21, "smallint"),
            Map.entry(23, "integer"),
            Map.entry(25, "text"),
            Map.entry(26, "oid"),
            Map.entry(114, "json"),
            Map.entry(142, "xml"),
            Map.entry(600, "point"),
            Map.entry(650, "cidr"),
            Map.entry(700, "real"),
            Map.entry(701, "double precision"),
            Map.entry(790, "money"),
            Map.entry(869, "inet"),
            Map.entry(1042, "character"),
            Map.entry(1043, "character varying"),
            Map.entry(1082, "date"),
            Map.entry(1083, "time without time zone"),
            Map.entry(1114, "timestamp without time zone"),
            Map.entry(1184, "timestamp with time zone"),
            Map.entry(1186, "interval"),
            Map.entry(1266, "time with time zone"),
            Map.entry(1560, "bit"),
            Map.entry(1562, "bit varying"),
            Map.entry(1700, "numeric"),
            Map.entry(2950, "uuid"),
            Map.entry(3802, "jsonb"),
            Map.entry(1000, "boolean[]"),
            Map.entry(1005, "smallint[]"),
            Map.entry(1007, "integer[]"),
            Map.entry(1009, "text[]"),
            Map.entry(1015, "character varying[]"),
            Map.entry(1016, "bigint[]"),
            Map.entry(1231, "numeric[]"));

    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("bool", "boolean"),
            Map.entry("int2", "smallint"),
            Map.entry("int4", "integer"),
            Map.entry("int", "integer"),
            Map.entry("int8", "bigint"),
            Map.entry("float4", "real"),
            Map.entry("float8", "double precision"),
            Map.entry("bpchar", "character"),
            Map.entry("char", "character"),
            Map.entry("varchar", "character varying"),
            Map.entry("decimal", "numeric"),
            Map.entry("time", "time without time zone"),
            Map.entry("timetz", "time with time zone"),
            Map.entry("timestamp", "timestamp without time zone"),
            Map.entry("timestamptz", "timestamp with time zone"),
            Map.entry("varbit", "bit varying"));

    private PostgresTypes() {}

    /** A built-in type as {@code format_type} writes it; empty for one that no mapped column has. */
    static Optional<String> builtIn(int oid, int modifier) {
        String name = NAMES.get(oid);
        if (name == null) {
            return Optional.empty();
        }
        String text = modifierText(oid, modifier);
        if (text.isEmpty()) {
            return Optional.of(name);
        }
        int space = oid == 1083 || oid == 1114 || oid == 1184 || oid == 1266 ? name.indexOf(' ') : name.length();
        return Optional.of(name.substring(0, space) + text + name.substring(space));
    }

    private static String modifierText(int oid, int modifier) {
        if (modifier < 0) {
            return "";
        }
        return switch (oid) {
            case 1700 ->
                "(" + (modifier - VARLENA_HEADER >> 16 & 0xFFFF) + ","
                        + (((modifier - VARLENA_HEADER & 0x7FF) ^ 1024) - 1024) + ")";
            case 1042, 1043 -> "(" + (modifier - VARLENA_HEADER) + ")";
            case 1083, 1114, 1184, 1266, 1560, 1562 -> "(" + modifier + ")";
            default -> "";
        };
    }

    /**
     * Whether a column of the type {@code found} reads the same as one of {@code expected}, with every value that was
     * there before unchanged: the same type, or a wider one for which Postgres rewrites nothing.
     */
    static boolean fits(String expected, String found) {
        if (!base(expected).equals(base(found))) {
            return false;
        }
        String expectedModifier = modifier(expected);
        String foundModifier = modifier(found);
        if (expectedModifier.equals(foundModifier)) {
            return true;
        }
        return switch (base(expected)) {
            case "character varying", "bit varying" -> widens(expectedModifier, foundModifier, Integer.MAX_VALUE);
            case "time without time zone", "timestamp without time zone", "timestamp with time zone" ->
                widens(expectedModifier, foundModifier, 6);
            default -> false;
        };
    }

    /** Whether {@code format_type}'s text, or an alias of it, is a built-in type's. */
    static boolean isBuiltIn(String type) {
        return NAMES.containsValue(base(type));
    }

    /** Whether both are the same type but for the modifier. */
    static boolean sameBase(String type, String other) {
        return base(type).equals(base(other));
    }

    /** Whether values of a built-in type are of this logical type. */
    static boolean holds(String builtIn, DataType type) {
        DataType.Kind kind = type.kind();
        return switch (base(builtIn)) {
            case "boolean" -> kind == DataType.Kind.BOOLEAN;
            case "smallint", "integer" -> kind == DataType.Kind.INT32;
            case "bigint", "oid" -> kind == DataType.Kind.INT64;
            case "real" -> kind == DataType.Kind.FLOAT32;
            case "double precision" -> kind == DataType.Kind.FLOAT64;
            case "numeric" -> kind == DataType.Kind.DECIMAL;
            case "date" -> kind == DataType.Kind.DATE;
            case "time without time zone" -> kind == DataType.Kind.TIME;
            case "timestamp without time zone" -> kind == DataType.Kind.TIMESTAMP;
            case "timestamp with time zone" -> kind == DataType.Kind.TIMESTAMP_TZ;
            case "bytea" -> kind == DataType.Kind.BINARY;
            case "uuid" -> kind == DataType.Kind.UUID;
            default -> kind == DataType.Kind.STRING;
        };
    }

    private static boolean widens(String expected, String found, int unlimited) {
        int from = expected.isEmpty() ? unlimited : Integer.parseInt(expected);
        int to = found.isEmpty() ? unlimited : Integer.parseInt(found);
        return to >= from;
    }

    /** The type without its modifier, quotes and schema, in {@code format_type}'s spelling. */
    private static String base(String type) {
        int open = type.indexOf('(');
        int close = type.lastIndexOf(')');
        String name = open < 0 || close < open ? type : type.substring(0, open) + type.substring(close + 1);
        if (name.startsWith("\"") && name.equals("\"char\"")) {
            return name;
        }
        name = name.trim();
        String unqualified = unqualified(name);
        return ALIASES.getOrDefault(unqualified.toLowerCase(Locale.ROOT), unqualified);
    }

    private static String unqualified(String name) {
        int dot = -1;
        boolean quoted = false;
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) == '"') {
                quoted = !quoted;
            } else if (name.charAt(i) == '.' && !quoted) {
                dot = i;
            }
        }
        return name.substring(dot + 1).replace("\"", "");
    }

    private static String modifier(String type) {
        int open = type.indexOf('(');
        int close = type.lastIndexOf(')');
        return open < 0 || close < open ? "" : type.substring(open + 1, close).replace(" ", "");
    }
}
