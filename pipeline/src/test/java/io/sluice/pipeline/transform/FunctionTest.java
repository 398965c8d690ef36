package io.sluice.pipeline.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionTest {

    private static final TableSchema SCHEMA = new TableSchema(
            TableId.parse("public.t"),
            0,
            List.of(
                    Column.of("i", DataType.INT32, true),
                    Column.of("l", DataType.INT64, true),
                    Column.of("d", DataType.decimal(12, 2), true),
                    Column.of("w", DataType.decimal(30, 4), true),
                    Column.of("f", DataType.FLOAT64, true),
                    Column.of("s", DataType.STRING, true),
                    Column.of("b", DataType.BOOLEAN, true),
                    Column.of("dt", DataType.DATE, true),
                    Column.of("tm", DataType.TIME, true),
                    Column.of("ts", DataType.TIMESTAMP, true),
                    Column.of("tz", DataType.TIMESTAMP_TZ, true),
                    Column.of("u", DataType.UUID, true),
                    new Column("c", DataType.STRING, true, "character(6)", Column.Storage.INLINE),
                    Column.of("z", DataType.INT32, true)),
            List.of());

    private static final List<Object> VALUES = Rows.row(
            7,
            5_000_000_000L,
            "12.35",
            "-99999999999999999999.5555",
            2.5,
            "Grüße 漢x",
            true,
            "2026-01-31",
            "13:45:30.5",
            "2026-01-31T23:59:59.123456",
            "2026-01-31T23:59:59.5Z",
            "00112233-4455-6677-8899-aabbccddeeff",
            "ab    ",
            0);

    private static final List<Object> NULLS = new ArrayList<>(java.util.Collections.nCopies(14, null));

    private static List<Object> evaluate(String expression) {
        TableTransform transform = TransformCompiler.compile(
                new TransformSpec(SCHEMA.table(), SCHEMA.table(), expression.strip() + " AS x", Optional.empty()),
                SCHEMA);
        ColumnBatch result = transform.apply(Rows.snapshot(SCHEMA, List.of(VALUES, NULLS, VALUES)));
        List<Object> values = new ArrayList<>();
        for (List<Object> row : Rows.readAll(result)) {
            values.add(row.get(0));
        }
        assertThat(values.get(2)).isEqualTo(values.get(0));
        if (values.contains(null)) {
            assertThat(transform.output().column(0).nullable()).isTrue();
        }
        return values;
    }

    /** Strict functions: the value for the first row, and null for the row of nulls. */
    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(
            delimiterString = " | ",
            quoteCharacter = '`',
            value = {
                "i + 1 | 8",
                "i - 10 | -3",
                "i * l | 35000000000",
                "l / i | 714285714",
                "-i / 2 | -3",
                "i % 4 | 3",
                "MOD(-i, 4) | -3",
                "-d | -12.35",
                "+i | 7",
                "d + 1 | 13.35",
                "d - 0.005 | 12.345",
                "d * d | 152.5225",
                "d * 100 | 1235.00",
                "w * 2 | -199999999999999999999.1110",
                "w + d | -99999999999999999987.2055",
                "d / 3 | 4.116667",
                "d % 5 | 2.35",
                "w / 7 | -14285714285714285714.222214",
                "f + i | 9.5",
                "f * d | 30.875",
                "f / 2 | 1.25",
                "ABS(-i) | 7",
                "ABS(w) | 99999999999999999999.5555",
                "SIGN(w) | -1",
                "ROUND(d, 1) | 12.4",
                "ROUND(-d, 1) | -12.4",
                "ROUND(d) | 12",
                "ROUND(f) | 2.0",
                "ROUND(d, -1) | 10",
                "TRUNCATE(d, 1) | 12.3",
                "FLOOR(w) | -100000000000000000000",
                "CEIL(w) | -99999999999999999999",
                "FLOOR(-d) | -13",
                "CEIL(d) | 13",
                "CEIL(f) | 3.0",
                "POWER(f, 2) | 6.25",
                "SQRT(f * 10) | 5.0",
                "LN(EXP(f)) | 2.5",
                "UPPER(s) | GRÜSSE 漢X",
                "LOWER(s) | grüße 漢x",
                "CHAR_LENGTH(s) | 8",
                "OCTET_LENGTH(s) | 12",
                "SUBSTRING(s FROM 3 FOR 3) | üße",
                "SUBSTRING(s, 7) | 漢x",
                "SUBSTRING(s FROM -1 FOR 4) | Gr",
                "LEFT(s, 3) | Grü",
                "LEFT(s, -3) | Grüße",
                "RIGHT(s, 2) | 漢x",
                "RIGHT(s, -6) | 漢x",
                "s || '!' | Grüße 漢x!",
                "REPLACE(s, 'ß', 'ss') | Grüsse 漢x",
                "REPLACE(s, '', 'q') | Grüße 漢x",
                "POSITION('ß' IN s) | 4",
                "POSITION('q' IN s) | 0",
                "POSITION('' IN s) | 1",
                "TRIM(BOTH 'Gx漢' FROM s) | `rüße `",
                "LTRIM(s, 'Gr') | üße 漢x",
                "RTRIM(s, 'x漢 ') | Grüße",
                "LENGTH(c) | 2",
                "c || 'd' | abd",
                "c = 'ab' | true",
                "YEAR(dt) | 2026",
                "EXTRACT(MONTH FROM ts) | 1",
                "EXTRACT(DAY FROM dt) | 31",
                "EXTRACT(SECOND FROM ts) | 59.123456",
                "EXTRACT(MILLISECOND FROM tz) | 59500.000",
                "EXTRACT(HOUR FROM tm) | 13",
                "EXTRACT(DOW FROM dt) | 6",
                "EXTRACT(ISODOW FROM dt) | 6",
                "EXTRACT(DOY FROM dt) | 31",
                "EXTRACT(WEEK FROM dt) | 5",
                "EXTRACT(QUARTER FROM dt) | 1",
                "EXTRACT(EPOCH FROM tz) | 1769903999.500000",
                "dt + INTERVAL '1' MONTH | 2026-02-28",
                "dt + INTERVAL '1' DAY | 2026-02-01",
                "dt - INTERVAL '400' DAY | 2024-12-27",
                "ts + INTERVAL '1-1' YEAR TO MONTH | 2027-02-28T23:59:59.123456",
                "ts - INTERVAL '1 12:30' DAY TO MINUTE | 2026-01-30T11:29:59.123456",
                "ts + INTERVAL '0.5' SECOND | 2026-01-31T23:59:59.623456",
                "tm + INTERVAL '12' HOUR | 01:45:30.500",
                "dt - DATE '2026-01-01' | 30",
                "DATE_TRUNC('month', ts) | 2026-01-01T00:00",
                "DATE_TRUNC('week', dt) | 2026-01-26",
                "DATE_TRUNC('hour', tz) | 2026-01-31T23:00Z",
                "CAST(d AS INTEGER) | 12",
                "CAST(w AS DOUBLE) | -1.0E20",
                "CAST(f AS INTEGER) | 2",
                "CAST(f AS DECIMAL(5,2)) | 2.50",
                "CAST(l AS REAL) | 5.0E9",
                "CAST(d AS VARCHAR) | 12.35",
                "CAST(f AS VARCHAR) | 2.5",
                "CAST(b AS TEXT) | true",
                "CAST(dt AS TEXT) | 2026-01-31",
                "CAST(ts AS TEXT) | 2026-01-31 23:59:59.123456",
                "CAST(tz AS TEXT) | 2026-01-31 23:59:59.5+00",
                "CAST(tm AS TEXT) | 13:45:30.5",
                "CAST(u AS TEXT) | 00112233-4455-6677-8899-aabbccddeeff",
                "CAST(ts AS DATE) | 2026-01-31",
                "CAST(ts AS TIME) | 23:59:59.123456",
                "CAST(dt AS TIMESTAMP) | 2026-01-31T00:00",
                "CAST(ts AS TIMESTAMP WITH TIME ZONE) | 2026-01-31T23:59:59.123456Z",
                "CAST(s AS VARCHAR(4)) | Grüß",
                "CAST(b AS INTEGER) | 1",
                "CAST(i AS BOOLEAN) | true",
                "i > 6 | true",
                "i <> 7 | false",
                "d = 12.350 | true",
                "w < d | true",
                "i >= 7.0 | true",
                "f > 2 | true",
                "s < 'H' | true",
                "dt = '2026-01-31' | true",
                "ts >= '2026-02-01' | false",
                "u = '00112233-4455-6677-8899-AABBCCDDEEFF' | true",
                "b = TRUE | true",
                "NOT b | false",
                "i BETWEEN 7 AND 8 | true",
                "i NOT BETWEEN 7 AND 8 | false",
                "i IN (1, 7) | true",
                "i NOT IN (1, 7) | false",
                "s IN ('a', 'Grüße 漢x') | true",
                "s LIKE 'Gr__e%' | true",
                "s LIKE '%漢_' | true",
                "s NOT LIKE '%q%' | true",
                "s LIKE 'Gr!%' ESCAPE '!' | false",
                "'a%' LIKE LEFT('a' || s, 1) || '\\%' | true",
                "l + 2147483648 | 7147483648",
                "i IN (7, d) | true",
                "w = 1.123456789012345678901234567890 | false",
            })
    void aFunctionOfNullIsNull(String expression, String expected) {
        List<Object> values = evaluate(expression);
        assertThat(values.get(0)).hasToString(expected);
        assertThat(values.get(1)).isNull();
    }

    /** Functions that look at nulls: the value for the first row and for the row of nulls. */
    @ParameterizedTest(name = "{0} = {1}, {2}")
    @CsvSource(
            delimiterString = " | ",
            quoteCharacter = '`',
            value = {
                "i IS NULL | false | true",
                "i IS NOT NULL | true | false",
                "b IS TRUE | true | false",
                "b IS NOT TRUE | false | true",
                "b IS FALSE | false | false",
                "b IS NOT FALSE | true | true",
                "b IS UNKNOWN | false | true",
                "b IS NOT UNKNOWN | true | false",
                "i IS DISTINCT FROM z | true | false",
                "i IS NOT DISTINCT FROM 7 | true | false",
                "i IS NOT DISTINCT FROM NULL | false | true",
                "b AND i > 100 | false | null",
                "b OR i > 100 | true | null",
                "b AND FALSE | false | false",
                "b OR TRUE | true | true",
                "i IS NULL OR 10 / i = 1 | true | true",
                "z <> 0 AND 10 / z > 1 | false | null",
                "CASE WHEN z = 0 THEN -1 ELSE 10 / z END | -1 | null",
                "CASE i WHEN 7 THEN 'seven' WHEN 8 THEN 'eight' ELSE 'other' END | seven | other",
                "CASE WHEN i > 100 THEN 1 WHEN b THEN 2.5 END | 2.5 | null",
                "COALESCE(i, l, -1) | 7 | -1",
                "COALESCE(s, 'none') | Grüße 漢x | none",
                "COALESCE(d, 0) | 12.35 | 0.00",
                "NULLIF(i, 7) | null | null",
                "NULLIF(i, 8) | 7 | null",
                "10 / NULLIF(z, 0) | null | null",
                "CONCAT('<', s, '>') | <Grüße 漢x> | <>",
                "GREATEST(i, 3) | 7 | 3",
                "GREATEST(i, 3, l) | 5000000000 | 3",
                "LEAST(s, 'a') | Grüße 漢x | a",
                "LEAST(z, 3) | 0 | 3",
                "i IN (NULL, 7) | true | null",
                "i IN (NULL, 8) | null | null",
                "CASE WHEN b THEN NULL ELSE s END | null | null",
                "UPPER('ab') | AB | AB",
                "1 + 2 * 3 | 7 | 7",
                "CAST(NULL AS DATE) | null | null",
                "DATE '2026-01-01' + INTERVAL '1' MONTH | 2026-02-01 | 2026-02-01",
                "COALESCE(b, FALSE) | true | false",
                "X'00ff' | 00ff | 00ff",
                "LENGTH('') | 0 | 0",
            })
    void nullsAreLookedAt(String expression, String first, String second) {
        List<Object> values = evaluate(expression);
        assertThat(String.valueOf(values.get(0))).isEqualTo(first);
        assertThat(String.valueOf(values.get(1))).isEqualTo(second);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = " | ",
            quoteCharacter = '`',
            value = {
                "i + 2147483647 | the result is out of the range of INT32",
                "l * 4000000000 | out of the range of INT64",
                "i / z | division by zero",
                "d / z | division by zero",
                "f / z | division by zero",
                "i % z | division by zero",
                "w * w | out of the range of DECIMAL(38,8)",
                "CAST(l AS INTEGER) | out of the range of INT32",
                "CAST(d AS DECIMAL(3,2)) | out of the range of DECIMAL(3,2)",
                "CAST(s AS INTEGER) | the text is not a value of INT32",
                "CAST(s AS DATE) | the text is not a date such as 2026-01-31",
                "CAST(s AS UUID) | not a value of UUID",
                "CAST(s AS BOOLEAN) | not a value of BOOLEAN",
                "SQRT(-f) | SQRT has no result",
                "LN(f - f) | LN has no result",
                "POWER(f, 100000) | POWER has no result",
                "SUBSTRING(s FROM 1 FOR -i) | negative length",
                "f * 1e308 * 1e10 | out of the range of FLOAT64",
                "1 / 0 + i | division by zero",
                "s LIKE s || '\\' | ends with its escape character",
            })
    void aValueThatFailsIsRefusedWithoutShowingIt(String expression, String reason) {
        assertThatThrownBy(() -> evaluate(expression))
                .isInstanceOfSatisfying(
                        PipelineException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(ErrorKind.DATA_REFUSED))
                .hasMessageStartingWith("Table public.t, column 'x' of the projection: ")
                .hasMessageContaining(reason)
                .hasMessageNotContaining("Grüße")
                .hasMessageNotContaining("5000000000");
    }

    @Test
    void typesOfResultsFollowTheRules() {
        assertThat(type("i + i")).isEqualTo(DataType.INT32);
        assertThat(type("i + l")).isEqualTo(DataType.INT64);
        assertThat(type("d * 100")).isEqualTo(DataType.decimal(15, 2));
        assertThat(type("d + d")).isEqualTo(DataType.decimal(13, 2));
        assertThat(type("d * w")).isEqualTo(DataType.decimal(38, 6));
        assertThat(type("d / d")).isEqualTo(DataType.decimal(27, 15));
        assertThat(type("i * d")).isEqualTo(DataType.decimal(22, 2));
        assertThat(type("f + d")).isEqualTo(DataType.FLOAT64);
        assertThat(type("1.50")).isEqualTo(DataType.decimal(3, 2));
        assertThat(type("1e3")).isEqualTo(DataType.FLOAT64);
        assertThat(type("CASE WHEN b THEN i ELSE d END")).isEqualTo(DataType.decimal(12, 2));
    }

    private static DataType type(String expression) {
        return TransformCompiler.compile(
                        new TransformSpec(SCHEMA.table(), SCHEMA.table(), expression + " AS x", Optional.empty()),
                        SCHEMA)
                .output()
                .column(0)
                .type();
    }

    @Test
    void theIdentityDoesNotParseAnything() {
        TableTransform identity =
                TransformCompiler.compile(TransformSpec.identity(SCHEMA.table(), TableId.parse("a.b")), SCHEMA);
        ColumnBatch batch = Rows.snapshot(SCHEMA, List.of(VALUES));
        ColumnBatch result = identity.apply(batch);
        assertThat(result.column(3)).isSameAs(batch.column(3));
        assertThat(result.schema().table()).isEqualTo(TableId.parse("a.b"));
        assertThat(identity).isInstanceOf(IdentityTransform.class);
    }
}
