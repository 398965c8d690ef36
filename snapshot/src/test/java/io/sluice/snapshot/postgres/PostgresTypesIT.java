package io.sluice.snapshot.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.pipeline.batch.RowRefusal;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every supported type with its extremes, compared with what the server itself says of the values. */
@ExtendWith(PostgresExtension.class)
final class PostgresTypesIT {

    private static final TableId TABLE = new TableId("public", "t");

    /** One column per type: the type, a comma between values, and how SQL gives the text that the vector must have. */
    private static final List<Case> CASES = List.of(
            new Case("bool", "true; false", "c::text"),
            new Case("int2", "-32768; 32767; 0", "c::text"),
            new Case("int4", "-2147483648; 2147483647; 0; -1", "c::text"),
            new Case("int8", "-9223372036854775808; 9223372036854775807; 0", "c::text"),
            new Case("oid", "0; 4294967295; 2147483648", "c::text"),
            new Case("numeric(1,0)", "-9; 0; 9", "c::text"),
            new Case("numeric(9,2)", "-9999999.99; 9999999.99; 0.01; 0.10; 100.00; 10000", "c::text"),
            new Case(
                    "numeric(18,0)",
                    "999999999999999999; -999999999999999999; 100000000000000000; 10000; 1",
                    "c::text"),
            new Case(
                    "numeric(18,1)",
                    "99999999999999999.9; -99999999999999999.9; 10000000000000000; 0.1; 12345.6",
                    "c::text"),
            new Case("numeric(18,18)", "0.999999999999999999; -0.000000000000000001; 0; 0.5", "c::text"),
            new Case(
                    "numeric(18,9)",
                    "999999999.999999999; -0.000000001; 1; 10000.0001; 123456789.123456789",
                    "c::text"),
            new Case("numeric(19,0)", "9999999999999999999; -9999999999999999999; 0; 9223372036854775808", "c::text"),
            new Case(
                    "numeric(38,0)",
                    "99999999999999999999999999999999999999; -99999999999999999999999999999999999999; 1;"
                            + " 10000000000000000000000000000000000000; 18446744073709551616; -18446744073709551616;"
                            + " 18446744073709551615; -1",
                    "c::text"),
            new Case(
                    "numeric(38,38)",
                    "0.99999999999999999999999999999999999999; -0.00000000000000000000000000000000000001; 0",
                    "c::text"),
            new Case(
                    "numeric(38,10)",
                    "9999999999999999999999999999.9999999999; -1.0000000001; 0.5; 123456789012345678.9",
                    "c::text"),
            new Case("numeric(38,37)", "9.9999999999999999999999999999999999999; -1; 0.1", "c::text"),
            new Case("numeric(3,5)", "0.00999; -0.00001; 0", "c::text"),
            new Case("text", "''; 'naïve 𝔘𝔫𝔦'; 'null'; repeat('ä', 5000)", "c"),
            new Case("varchar(10)", "'abc'; ''", "c"),
            new Case("char(5)", "'ab'; ''", "rpad(c, 5)"),
            new Case("name", "'some_name'", "c::text"),
            new Case("\"char\"", "'x'; ''", "textin(charout(c))"),
            new Case("json", "'{ \"b\": 1,  \"a\" : [1,2] }'; 'null'", "c::text"),
            new Case("jsonb", "'{\"b\":1,\"a\":[1.10,null]}'; '\"x\"'", "c::text"),
            new Case("xml", "'<a>x</a>'; '<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>'", "textin(xml_out(c))"),
            new Case("mood", "'happy'; 'very sad'", "c::text"),
            new Case("money_amount", "12.50; -0.01", "c::text"),
            new Case("nested_domain", "12.50; 99.99", "c::text"),
            new Case("bytea", "'\\x'; '\\x00ff10'", "encode(c, 'hex')"),
            new Case(
                    "uuid",
                    "'00000000-0000-0000-0000-000000000000'; 'ffffffff-1234-8234-9234-0123456789ab'",
                    "c::text"),
            new Case(
                    "date",
                    "'4713-01-01 BC'; '5874897-12-31'; '0001-01-01'; '0001-12-31 BC'; '1582-10-10'; '1970-01-01';"
                            + " '1999-12-31'",
                    "(c - date '1970-01-01')::text"),
            new Case("time", "'00:00:00'; '23:59:59.999999'", "(extract(epoch FROM c) * 1000000)::bigint::text"),
            new Case(
                    "timestamp",
                    "'4713-01-01 00:00:00 BC'; '294247-01-10 04:00:54.775806'; '0001-01-01 00:00:00.000001 BC';"
                            + " '1582-10-10'; '1970-01-01'; '1969-12-31 23:59:59.999999'",
                    "((extract(epoch FROM c) * 1000000)::numeric(30))::text"),
            new Case(
                    "timestamptz",
                    "'4713-01-02 00:00:00+00 BC'; '2024-02-29 23:59:59.999999+05:30'",
                    "((extract(epoch FROM c) * 1000000)::numeric(30))::text"));

    private record Case(String type, String values, String expected) {}

    @Test
    void everyTypeKeepsItsExtremesAndNulls(TestDatabase database) {
        database.execute(
                "CREATE TYPE mood AS ENUM ('happy', 'very sad')",
                "CREATE DOMAIN money_amount AS numeric(12,2)",
                "CREATE DOMAIN nested_domain AS money_amount CHECK (VALUE > 0)");
        List<String> statements = new ArrayList<>();
        for (int i = 0; i < CASES.size(); i++) {
            statements.add("CREATE TABLE c" + i + " (id int PRIMARY KEY, c " + CASES.get(i).type + ")");
            statements.add("INSERT INTO c" + i + " VALUES (0, NULL)");
            int id = 1;
            for (String value : CASES.get(i).values.split("; ")) {
                statements.add("INSERT INTO c" + i + " VALUES (" + id++ + ", " + value + ")");
            }
        }
        database.execute(statements.toArray(String[]::new));

        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.c\\d+"))) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                for (int i = 0; i < CASES.size(); i++) {
                    assertThat(Sources.read(session, new TableId("public", "c" + i)))
                            .as(CASES.get(i).type)
                            .isEqualTo(database.queryStrings("SELECT id || '|' || coalesce(" + CASES.get(i).expected
                                    + ", 'null') FROM c" + i + " ORDER BY id"));
                }
            }
        }
    }

    @Test
    void floatsKeepEveryBit(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY, s float4, d float8)",
                "INSERT INTO t VALUES (1, 'NaN', 'NaN'), (2, 'Infinity', '-Infinity'), (3, '-0', '-0'),"
                        + " (4, 1e-45, 5e-324), (5, 3.4028235e38, 1.7976931348623157e308), (6, 0.1, 0.1)");

        assertThat(snapshot(database))
                .containsExactly(
                        "1|NaN|NaN",
                        "2|Infinity|-Infinity",
                        "3|-0.0|-0.0",
                        "4|1.4E-45|4.9E-324",
                        "5|3.4028235E38|1.7976931348623157E308",
                        "6|0.1|0.1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "date; infinity; infinite date",
                "date; -infinity; infinite date",
                "timestamp; infinity; infinite timestamp",
                "timestamptz; -infinity; infinite timestamp",
                "timestamp; 294276-12-31 23:59:59.999999; after 294247-01-10",
                "time; 24:00; end of the day",
                "numeric(9,2); NaN; is NaN",
                "numeric(30,2); NaN; is NaN",
            })
    void aValueWithoutALosslessPlaceIsRefusedByTableAndColumn(
            String type, String value, String reason, TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY, c " + type + ")",
                "INSERT INTO t VALUES (1, NULL), (2, '" + value + "'), (3, NULL)");

        List<RowRefusal> refusals = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                session.chunks()
                        .forEach(chunk -> session.read(chunk, (batch, bytes) -> {
                            refusals.addAll(batch.refusals());
                            rows.addAll(Sources.texts(batch));
                        }));
            }
        }

        assertThat(refusals).singleElement().satisfies(refusal -> {
            assertThat(refusal.row()).isEqualTo(1);
            assertThat(refusal.column()).isEqualTo("c");
            assertThat(refusal.reason()).contains(reason, "Correct the row").doesNotContain("23:59");
            assertThat(refusal.message())
                    .contains("column 'c' of public.t (", reason, "chunk 0 of public.t")
                    .doesNotContain("23:59");
        });
        assertThat(rows).containsExactly("1|null", "2|null", "3|null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c time PRIMARY KEY", "c time"})
    void aValueWithoutALosslessPlaceFailsTheReadInAKeyAndInATableWithoutOne(String columns, TestDatabase database) {
        database.execute(
                "CREATE TABLE t (" + columns + ")",
                "ALTER TABLE t REPLICA IDENTITY FULL",
                "INSERT INTO t VALUES ('24:00')");

        PipelineException failure = catchThrowableOfType(PipelineException.class, () -> snapshot(database));

        assertThat(failure.kind()).isEqualTo(ErrorKind.DATA_REFUSED);
        assertThat(failure.table()).contains(TABLE);
        assertThat(failure)
                .hasMessageContaining("column 'c' of public.t (")
                .hasMessageContaining("end of the day")
                .hasMessageContaining("chunk 0 of public.t");
    }

    @Test
    void typesWithoutALosslessPlaceAreNamedWithTheirChoices(TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, a numeric, b numeric(50,2), c numeric(5,-2), d timetz,"
                + " e interval, f money, g int[], h int4range, i varbit, j inet, k macaddr, l point, m tsvector,"
                + " n pg_lsn, o int4multirange, ok text)");

        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
            assertThat(source.inspect().tables()).isEmpty();
            assertThat(Sources.errors(source.inspect()))
                    .satisfiesExactly(
                            m -> assertThat(m).contains("'a' of public.t (numeric) is numeric without precision"),
                            m -> assertThat(m).contains("'b'", "numeric(50,2)", "50 digits"),
                            m -> assertThat(m).contains("'c'", "negative scale", "numeric(7,0)"),
                            m -> assertThat(m).contains("'d'", "time with a zone"),
                            m -> assertThat(m).contains("'e'", "interval"),
                            m -> assertThat(m).contains("'f'", "money"),
                            m -> assertThat(m).contains("'g' of public.t (integer[])", "array"),
                            m -> assertThat(m).contains("'h'", "range"),
                            m -> assertThat(m).contains("'i'", "bit string"),
                            m -> assertThat(m).contains("'j'", "network address"),
                            m -> assertThat(m).contains("'k'", "network address"),
                            m -> assertThat(m).contains("'l'", "geometric"),
                            m -> assertThat(m).contains("'m'", "search document"),
                            m -> assertThat(m).contains("'n'", "no mapping"),
                            m -> assertThat(m).contains("'o'", "range"));
        }
    }

    @Test
    void columnsThatMayMoveOutOfTheirRowAreMarked(TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, small varchar(5), text text, narrow numeric(28,4),"
                + " wide numeric(38,5), raw bytea, flag char(1), doc jsonb)");

        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
            TableSchema schema = Sources.schemas(source).get(0);
            assertThat(schema.columns().stream()
                            .filter(column -> column.storage() == Column.Storage.OUT_OF_LINE)
                            .map(Column::name)
                            .collect(Collectors.joining(" ")))
                    .isEqualTo("text wide raw doc");
            assertThat(schema.key()).containsExactly(0);
            assertThat(schema.column(4).nativeType()).isEqualTo("numeric(38,5)");
        }
    }

    private static List<String> snapshot(TestDatabase database) {
        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                return Sources.read(session, TABLE);
            }
        }
    }
}
