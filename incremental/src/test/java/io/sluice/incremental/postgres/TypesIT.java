package io.sluice.incremental.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of every mapped type, at their extremes, become exactly the values of the vectors. */
@ExtendWith(PostgresExtension.class)
class TypesIT {

    /** A column's type, a value as SQL, and the vector's value as {@link TestStream#value} writes it. */
    private record Case(String type, String sql, String expected) {}

    private static final long MIN_TIMESTAMP = -210_866_803_200_000_000L;
    private static final long MAX_TIMESTAMP = Long.MAX_VALUE;

    private static final List<Case> CASES = List.of(
            new Case("boolean", "true", "1"),
            new Case("boolean", "false", "0"),
            new Case("smallint", "-32768", "-32768"),
            new Case("integer", "-2147483648", "-2147483648"),
            new Case("integer", "2147483647", "2147483647"),
            new Case("bigint", "-9223372036854775808", "-9223372036854775808"),
            new Case("bigint", "9223372036854775807", "9223372036854775807"),
            new Case("oid", "4294967295", "4294967295"),
            new Case("real", "'NaN'", "NaN"),
            new Case("real", "'-Infinity'", "-Infinity"),
            new Case("real", "3.4028235e38", "3.4028235E38"),
            new Case("real", "1e-45", "1.4E-45"),
            new Case("real", "16777217", "1.6777216E7"),
            new Case("real", "0.1", "0.1"),
            new Case("double precision", "'NaN'", "NaN"),
            new Case("double precision", "'Infinity'", "Infinity"),
            new Case("double precision", "'-0'", "-0.0"),
            new Case("double precision", "1.7976931348623157e308", "1.7976931348623157E308"),
            new Case("double precision", "5e-324", "4.9E-324"),
            new Case("double precision", "0.1", "0.1"),
            new Case("double precision", "9007199254740993", "9.007199254740992E15"),
            new Case("double precision", "-123456.789", "-123456.789"),
            new Case("numeric(9,2)", "-1234567.89", "-123456789"),
            new Case("numeric(9,2)", "0.5", "50"),
            new Case("numeric(18,0)", "999999999999999999", "999999999999999999"),
            new Case("numeric(18,18)", "-0.999999999999999999", "-999999999999999999"),
            new Case("numeric(19,1)", "922337203685477580.8", "9223372036854775808"),
            new Case(
                    "numeric(38,0)",
                    "-99999999999999999999999999999999999999",
                    "-99999999999999999999999999999999999999"),
            new Case("numeric(38,38)", "0.00000000000000000000000000000000000001", "1"),
            new Case(
                    "numeric(38,10)",
                    "1234567890123456789012345678.0123456789",
                    "12345678901234567890123456780123456789"),
            new Case("text", "''", ""),
            new Case("text", "E'tab\\t \\\\ quote '' ä€😀 \\n'", "tab\t \\ quote ' ä€😀 \n"),
            new Case("character varying(10)", "'abc '", "abc "),
            new Case("character(5)", "'ab'", "ab   "),
            new Case("character(3)", "'ä'", "ä  "),
            new Case("name", "'a name'", "a name"),
            new Case("\"char\"", "'x'", "x"),
            new Case("\"char\"", "0::\"char\"", ""),
            new Case("\"char\"", "'\\377'", "\\377"),
            new Case("public.citext", "'MiXed'", "MiXed"),
            new Case("public.mood", "'very happy'", "very happy"),
            new Case("public.small", "7", "7"),
            new Case("public.code", "'abc'", "abc"),
            new Case("json", "'{\"a\" :  [1, 2.50],\"a\":null}'", "{\"a\" :  [1, 2.50],\"a\":null}"),
            new Case(
                    "jsonb",
                    "'{\"b\": 1.50, \"a\":[true,null, \"\\u00e4\"]}'",
                    "{\"a\": [true, null, \"ä\"], \"b\": 1.50}"),
            new Case("xml", "'<?xml version=\"1.0\"?><a b=\"1\">ä</a>'", "<a b=\"1\">ä</a>"),
            new Case("bytea", "'\\x00ff10'", "00ff10"),
            new Case("bytea", "''", ""),
            new Case("uuid", "'ffffffff-0000-4000-8000-00000000000a'", "ffffffff000040008000" + "00000000000a"),
            new Case("date", "'1970-01-01'", "0"),
            new Case("date", "'0001-01-01'", "-719162"),
            new Case("date", "'0001-12-31 BC'", "-719163"),
            new Case("date", "'4714-11-24 BC'", "-2440588"),
            new Case("date", "'5874897-12-31'", "2145042905"),
            new Case("date", "'2000-02-29'", "11016"),
            new Case("time without time zone", "'00:00:00'", "0"),
            new Case("time without time zone", "'23:59:59.999999'", "86399999999"),
            new Case("time(3) without time zone", "'01:02:03.5'", "3723500000"),
            new Case("timestamp without time zone", "'1970-01-01 00:00:00.000001'", "1"),
            new Case("timestamp without time zone", "'1969-12-31 23:59:59.5'", "-500000"),
            new Case("timestamp without time zone", "'4714-11-24 00:00:00 BC'", Long.toString(MIN_TIMESTAMP)),
            new Case("timestamp without time zone", "'294247-01-10 04:00:54.775807'", Long.toString(MAX_TIMESTAMP)),
            new Case("timestamp with time zone", "'2024-07-01 12:00:00+05:30'", "1719815400000000"),
            new Case("timestamp with time zone", "'4714-11-24 00:00:00+00 BC'", Long.toString(MIN_TIMESTAMP)),
            new Case("timestamp with time zone", "'294247-01-10 04:00:54.775807+00'", Long.toString(MAX_TIMESTAMP)),
            new Case("timestamp(0) with time zone", "'0044-03-15 12:00:00+00 BC'", "-63517780800000000"));

    @Test
    void everyTypeKeepsItsExtremes(TestDatabase database) {
        types(database);
        StringBuilder columns = new StringBuilder("id int PRIMARY KEY");
        StringBuilder values = new StringBuilder("1");
        StringBuilder expected = new StringBuilder("INSERT 1");
        for (int i = 0; i < CASES.size(); i++) {
            columns.append(", c").append(i).append(' ').append(CASES.get(i).type());
            values.append(", ").append(CASES.get(i).sql());
            expected.append('|').append(CASES.get(i).expected());
        }
        database.execute("CREATE TABLE t (" + columns + ")");
        // What the role has set must not change the form of the values.
        database.execute(
                "ALTER DATABASE \"" + database.name() + "\" SET TimeZone = 'Asia/Kolkata'",
                "ALTER DATABASE \"" + database.name() + "\" SET bytea_output = 'escape'",
                "ALTER DATABASE \"" + database.name() + "\" SET extra_float_digits = 0",
                "ALTER DATABASE \"" + database.name() + "\" SET DateStyle = 'German'");
        try (TestStream stream = TestStream.create(database, "FOR TABLE t")) {
            stream.start(stream.schema("public.t"));
            database.execute(
                    "SET DateStyle = 'ISO'; INSERT INTO t VALUES (" + values + ")", "INSERT INTO t VALUES (2)");
            stream.catchUp();
            assertThat(stream.stopped()).isEmpty();
            assertThat(stream.rows("public.t"))
                    .containsExactly(expected.toString(), "INSERT 2" + "|-".repeat(CASES.size()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "date, infinity, infinite",
        "time, 24:00, end of the day",
        "timestamp, -infinity, infinite",
        "timestamptz, infinity, infinite",
        "timestamp, 294247-01-10 04:00:54.775808, 64 bits",
        "timestamptz, 294276-12-31 23:59:59.999999+00, 64 bits",
        "'numeric(10,2)', NaN, NaN"
    })
    void aValueWithoutAPlaceIsRefusedWithItsTableColumnAndPosition(
            String type, String value, String reason, TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, c " + type + ")");
        try (TestStream stream = TestStream.create(database, "FOR TABLE t")) {
            stream.start(stream.schema("public.t"));
            database.execute("INSERT INTO t VALUES (1, NULL), (2, '" + value + "')", "INSERT INTO t VALUES (3, NULL)");
            stream.catchUp();
            assertThat(stream.rows("public.t")).containsExactly("INSERT 1|-", "INSERT 2|-", "INSERT 3|-");
            assertThat(stream.refusals("public.t")).singleElement().satisfies(refusal -> {
                assertThat(refusal.row()).isEqualTo(1);
                assertThat(refusal.column()).isEqualTo("c");
                assertThat(refusal.reason()).contains(reason, "Correct the row");
                assertThat(refusal.message())
                        .contains("column 'c'", "table public.t", reason)
                        .matches("(?s).*position [0-9A-F]+/[0-9A-F]+.*");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRIMARY KEY", ""})
    void aValueWithoutAPlaceEndsTheStreamInAKeyAndInATableWithoutOne(String key, TestDatabase database) {
        database.execute("CREATE TABLE t (c time " + key + ")");
        try (TestStream stream = TestStream.create(database, "FOR TABLE t")) {
            stream.start(stream.schema("public.t"));
            database.execute("INSERT INTO t VALUES ('10:00')", "INSERT INTO t VALUES ('24:00')");
            assertThatThrownBy(stream::catchUp).isInstanceOfSatisfying(PipelineException.class, failure -> {
                assertThat(failure.kind()).isEqualTo(ErrorKind.DATA_REFUSED);
                assertThat(failure.table()).contains(new TableId("public", "t"));
                assertThat(failure)
                        .hasMessageContaining("column 'c'")
                        .hasMessageContaining("end of the day")
                        .hasMessageMatching("(?s).*position [0-9A-F]+/[0-9A-F]+.*");
            });
        }
    }

    private static void types(TestDatabase database) {
        database.execute(
                "CREATE EXTENSION IF NOT EXISTS citext",
                "CREATE TYPE mood AS ENUM ('sad', 'very happy')",
                "CREATE DOMAIN small AS int CHECK (VALUE < 10)",
                "CREATE DOMAIN code AS varchar(5)");
    }
}
