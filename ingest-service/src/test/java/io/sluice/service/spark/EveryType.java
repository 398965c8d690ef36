package io.sluice.service.spark;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table with a column of every mapped type but {@code time}, and two values of each. */
final class EveryType {

    /** A source type, two values of it as SQL, and the type that Spark gives the column. */
    private record Case(String type, String first, String second, String sparkType) {}

    private static final List<Case> CASES = List.of(
            new Case("boolean", "true", "false", "boolean"),
            new Case("smallint", "-32768", "32767", "int"),
            new Case("integer", "-2147483648", "2147483647", "int"),
            new Case("bigint", "-9223372036854775808", "9223372036854775807", "bigint"),
            new Case("oid", "4294967295", "0", "bigint"),
            new Case("real", "'NaN'", "1e-45", "float"),
            new Case("real", "'-Infinity'", "3.4028235e38", "float"),
            new Case("double precision", "'-0'", "5e-324", "double"),
            new Case("double precision", "1.7976931348623157e308", "'NaN'", "double"),
            new Case("numeric(9,2)", "-1234567.89", "0.50", "decimal(9,2)"),
            new Case("numeric(18,18)", "-0.999999999999999999", "0", "decimal(18,18)"),
            new Case("numeric(19,1)", "922337203685477580.8", "-0.1", "decimal(19,1)"),
            new Case("numeric(38,0)", "-99999999999999999999999999999999999999", "1", "decimal(38,0)"),
            new Case("numeric(38,10)", "1234567890123456789012345678.0123456789", "-0.5", "decimal(38,10)"),
            new Case("text", "''", "E'tab\\t \\\\ quote '' ä€😀 \\n'", "string"),
            new Case("character varying(10)", "'abc '", "'x'", "string"),
            new Case("character(5)", "'ab'", "'ä'", "string"),
            new Case("\"char\"", "'x'", "'y'", "string"),
            new Case("mood", "'very happy'", "'sad'", "string"),
            new Case("json", "'{\"a\" :  [1, 2.50],\"a\":null}'", "'null'", "string"),
            new Case("jsonb", "'{\"b\": 1.50, \"a\":[true,null]}'", "'\"x\"'", "string"),
            new Case("bytea", "'\\x00ff10'", "''", "binary"),
            new Case(
                    "uuid",
                    "'ffffffff-0000-4000-8000-00000000000a'",
                    "'00000000-0000-0000-0000-000000000001'",
                    "string"),
            new Case("date", "'4714-11-24 BC'", "'5874897-12-31'", "date"),
            new Case("date", "'0001-12-31 BC'", "'2000-02-29'", "date"),
            new Case("date", "'1582-10-10'", "'1970-01-01'", "date"),
            new Case(
                    "timestamp without time zone",
                    "'4714-11-24 00:00:00 BC'",
                    "'294247-01-10 04:00:54.775807'",
                    "timestamp_ntz"),
            new Case(
                    "timestamp without time zone",
                    "'1969-12-31 23:59:59.5'",
                    "'1970-01-01 00:00:00.000001'",
                    "timestamp_ntz"),
            new Case(
                    "timestamp with time zone",
                    "'4714-11-24 00:00:00+00 BC'",
                    "'294247-01-10 04:00:54.775807+00'",
                    "timestamp"),
            new Case(
                    "timestamp with time zone",
                    "'2024-07-01 12:00:00+05:30'",
                    "'0044-03-15 12:00:00+00 BC'",
                    "timestamp"));

    private EveryType() {}

    static String createTable() {
        return "CREATE TABLE every_type (id int PRIMARY KEY, "
                + columns(i -> "c" + i + " " + CASES.get(i).type()) + ")";
    }

    static String insertFirst(int id) {
        return "INSERT INTO every_type VALUES (" + id + ", "
                + columns(i -> CASES.get(i).first()) + ")";
    }

    static String insertSecond(int id) {
        return "INSERT INTO every_type VALUES (" + id + ", "
                + columns(i -> CASES.get(i).second()) + ")";
    }

    static String updateToSecond(int id) {
        return "UPDATE every_type SET "
                + columns(i -> "c" + i + " = " + CASES.get(i).second()) + " WHERE id = " + id;
    }

    static String updateToNull(int id) {
        return "UPDATE every_type SET " + columns(i -> "c" + i + " = NULL") + " WHERE id = " + id;
    }

    /** Names and types, as Spark must see them. */
    static List<String> sparkColumns() {
        return IntStream.range(-1, CASES.size())
                .mapToObj(i -> i < 0 ? "id int" : "c" + i + " " + CASES.get(i).sparkType())
                .toList();
    }

    private static String columns(Function<Integer, String> text) {
        return IntStream.range(0, CASES.size()).boxed().map(text).collect(Collectors.joining(", "));
    }
}
