package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.DataType;
import io.sluice.snapshot.postgres.CatalogTable.CatalogColumn;
import java.util.Optional;

/**
 * Where the values of a column go. A type has a place only if every value of it does (single values such as infinity
 * are found out while reading) and if its text in the log can be read to the same value as its form in {@code COPY}.
 *
 * @param type the logical type; empty when there is none without loss
 * @param form how it is read; empty when there is no type
 * @param refusal why there is no type, and what to do; blank when there is one
 */
record ColumnMapping(Optional<DataType> type, Optional<WireForm> form, String refusal) {

    /** The most bytes of a value that Postgres never moves out of line: {@code MAXALIGN(TOAST_POINTER_SIZE)}. */
    private static final int NEVER_MOVED_BYTES = 24;

    private static final int VARLENA_HEADER = 4;
    private static final int MAX_UTF8_BYTES = 4;

    static ColumnMapping of(CatalogColumn column) {
        if (column.baseKind() == 'e') {
            return mapped(DataType.STRING, WireForm.RAW);
        }
        if (column.baseKind() == 'r' || column.baseKind() == 'm') {
            return refused("is a range, which is not supported. Split it into two columns, store it as text, or leave"
                    + " the table out");
        }
        if (column.baseKind() == 'c') {
            return refused("is a composite type, which is not supported. Split it into columns, store it as jsonb, or"
                    + " leave the table out");
        }
        if (column.baseCategory() == 'A') {
            return refused(
                    "is an array, which is not supported. Store it as jsonb or in a table of its own, or leave the"
                            + " table out");
        }
        if (!column.baseNamespace().equals("pg_catalog")) {
            return column.baseType().equals("citext") ? mapped(DataType.STRING, WireForm.RAW) : unknown();
        }
        return builtIn(column);
    }

    private static ColumnMapping builtIn(CatalogColumn column) {
        return switch (column.baseType()) {
            case "bool" -> mapped(DataType.BOOLEAN, WireForm.BOOL);
            case "int2" -> mapped(DataType.INT32, WireForm.INT2);
            case "int4" -> mapped(DataType.INT32, WireForm.INT4);
            case "int8" -> mapped(DataType.INT64, WireForm.INT8);
            case "oid" -> mapped(DataType.INT64, WireForm.OID);
            case "float4" -> mapped(DataType.FLOAT32, WireForm.FLOAT4);
            case "float8" -> mapped(DataType.FLOAT64, WireForm.FLOAT8);
            case "numeric" -> numeric(column.modifier());
            case "text", "varchar", "bpchar", "name", "json" -> mapped(DataType.STRING, WireForm.RAW);
            case "jsonb" -> mapped(DataType.STRING, WireForm.JSONB);
            case "xml" -> mapped(DataType.STRING, WireForm.XML_AS_TEXT);
            case "char" -> mapped(DataType.STRING, WireForm.CHAR_AS_TEXT);
            case "bytea" -> mapped(DataType.BINARY, WireForm.RAW);
            case "date" -> mapped(DataType.DATE, WireForm.DATE);
            case "time" -> mapped(DataType.TIME, WireForm.TIME);
            case "timestamp" -> mapped(DataType.TIMESTAMP, WireForm.TIMESTAMP);
            case "timestamptz" -> mapped(DataType.TIMESTAMP_TZ, WireForm.TIMESTAMP);
            case "uuid" -> mapped(DataType.UUID, WireForm.UUID);
            case "timetz" ->
                refused("is a time with a zone, for which a lake has no type. Store time and zone in two"
                        + " columns, or leave the table out");
            case "interval" ->
                refused("is an interval, for which a lake has no type. Store months, days and"
                        + " microseconds in columns, or leave the table out");
            case "money" ->
                refused("is money, whose text depends on the server's locale. Change it to numeric(19,2)"
                        + " with ALTER COLUMN … TYPE, or leave the table out");
            case "bit", "varbit" ->
                refused("is a bit string, which is not supported. Change it to bytea or text, or"
                        + " leave the table out");
            case "inet", "cidr", "macaddr", "macaddr8" ->
                refused("is a network address, which is not supported." + " Change it to text, or leave the table out");
            case "point", "line", "lseg", "box", "path", "polygon", "circle" ->
                refused("is a geometric type, which is"
                        + " not supported. Store its coordinates in columns or as text, or leave the table out");
            case "tsvector", "tsquery" ->
                refused("is a search document, which is not supported. Move it to a table of"
                        + " its own or to an index over the text, or leave the table out");
            default -> unknown();
        };
    }

    /** The modifier is {@code (precision << 16 | scale in 11 bits, signed) + 4}, -1 for a numeric without precision. */
    private static ColumnMapping numeric(int modifier) {
        if (modifier < VARLENA_HEADER) {
            return refused("is numeric without precision, and no decimal type of a lake holds all its values. Give it"
                    + " one with ALTER COLUMN … TYPE numeric(38,10) or another that its values fit, change it to text or"
                    + " float8, or leave the table out");
        }
        int precision = numericPrecision(modifier);
        int scale = numericScale(modifier);
        if (scale < 0) {
            return refused("has a negative scale, for which a lake has no type. Change it with ALTER COLUMN … TYPE"
                    + " numeric(" + Math.min(DataType.MAX_DECIMAL_PRECISION, precision - scale)
                    + ",0), or leave the table out");
        }
        int digits = Math.max(precision, scale);
        if (digits > DataType.MAX_DECIMAL_PRECISION) {
            return refused("has " + digits + " digits; a lake's decimals have at most "
                    + DataType.MAX_DECIMAL_PRECISION + ". Change it to fewer with ALTER COLUMN … TYPE, to text, or"
                    + " leave the table out");
        }
        return mapped(DataType.decimal(digits, scale), WireForm.NUMERIC);
    }

    /** Whether no value of the column is ever large enough for Postgres to store it outside the row. */
    static boolean alwaysInline(CatalogColumn column) {
        if (!column.variableWidth()) {
            return true;
        }
        int modifier = column.modifier();
        return modifier >= VARLENA_HEADER
                && switch (column.baseType()) {
                    // Four decimal digits to two bytes, on both sides of the point, behind four bytes of their own.
                    case "numeric" ->
                        VARLENA_HEADER
                                        + 4
                                        + 2
                                                * (groups(numericPrecision(modifier) - numericScale(modifier))
                                                        + groups(numericScale(modifier)))
                                <= NEVER_MOVED_BYTES;
                    case "varchar", "bpchar" ->
                        VARLENA_HEADER + (modifier - VARLENA_HEADER) * MAX_UTF8_BYTES <= NEVER_MOVED_BYTES;
                    default -> false;
                };
    }

    private static int numericPrecision(int modifier) {
        return modifier - VARLENA_HEADER >> 16 & 0xFFFF;
    }

    private static int numericScale(int modifier) {
        int bits = modifier - VARLENA_HEADER & 0x7FF;
        return (bits ^ 1024) - 1024;
    }

    private static int groups(int digits) {
        return (Math.max(0, digits) + 3) / 4;
    }

    private static ColumnMapping mapped(DataType type, WireForm form) {
        return new ColumnMapping(Optional.of(type), Optional.of(form), "");
    }

    private static ColumnMapping refused(String why) {
        return new ColumnMapping(Optional.empty(), Optional.empty(), why + ".");
    }

    private static ColumnMapping unknown() {
        return refused("has no mapping. Change it to text or another built-in type, or leave the table out");
    }
}
