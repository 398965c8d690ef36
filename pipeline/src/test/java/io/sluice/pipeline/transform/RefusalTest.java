package io.sluice.pipeline.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalTest {

    private static final TableId SOURCE = TableId.parse("public.orders");

    private static final TableSchema SCHEMA = new TableSchema(
            SOURCE,
            0,
            List.of(
                    Column.of("id", DataType.INT64, false),
                    Column.of("status", DataType.STRING, true),
                    Column.of("amount", DataType.decimal(12, 2), true),
                    Column.of("created", DataType.DATE, true),
                    Column.of("changed", DataType.TIMESTAMP, true),
                    Column.of("seen", DataType.TIMESTAMP_TZ, true),
                    Column.of("paid", DataType.BOOLEAN, true),
                    Column.of("Mixed", DataType.INT32, true),
                    Column.of("mixed", DataType.INT32, true),
                    Column.of("fine", DataType.decimal(38, 30), true),
                    Column.of("raw", DataType.BINARY, true)),
            List.of(0));

    private static TableTransform compile(String projection, String filter) {
        return TransformCompiler.compile(
                new TransformSpec(SOURCE, TableId.parse("shop.orders"), projection, Optional.ofNullable(filter)),
                SCHEMA);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = " | ",
            quoteCharacter = '`',
            value = {
                "status > 5                         | line 1, column 1: '>' has no common type for STRING and INT32; write a CAST",
                "amount + 1                         | a filter needs BOOLEAN, got DECIMAL(13,2)",
                "stauts = 'a'                       | line 1, column 1: unknown column 'stauts'; the nearest of public.orders is 'status'",
                "paid AND amount                    | line 1, column 10: AND needs BOOLEAN, got DECIMAL(12,2)",
                "status || 1 = 'a'                  | line 1, column 11: '||' needs STRING, got INT32; write a CAST",
                "status + 1 > 2                     | '+' needs two numbers, got STRING and INT32",
                "MIXED = 1                          | column 'MIXED' could be \"Mixed\" or \"mixed\"; write the one that is meant in double quotes",
                "\"Status\" = 'a'                   | unknown column 'Status'; the nearest of public.orders is 'status'",
                "id IN (SELECT 1)                   | subqueries are not supported",
                "EXISTS (SELECT 1)                  | subqueries are not supported",
                "id = (SELECT 1)                    | subqueries are not supported",
                "COUNT(*) > 1                       | COUNT is an aggregate and not supported",
                "SUM(amount) OVER () > 1            | window functions are not supported",
                "SOUNDEX(status) = 'a'              | SOUNDEX is not supported; there are CASE, CAST, COALESCE",
                "created > CURRENT_DATE             | CURRENT_DATE is not supported: a transform must give the same result",
                "changed > NOW()                    | NOW is not supported",
                "created = '2026-02-30'             | the text is not a date such as 2026-01-31",
                "created > DATE 'yesterday'         | the text is not a date",
                "created = changed                  | '=' has no common type for DATE and TIMESTAMP",
                "changed < seen                     | '<' has no common type for TIMESTAMP and TIMESTAMP_TZ",
                "created + INTERVAL '1' HOUR > created | CAST the DATE to TIMESTAMP first",
                "changed - changed > 1              | would be an interval",
                "created + 1 > created              | '+' needs two numbers, got DATE and INT32",
                "status LIKE 5                      | LIKE needs STRING, got INT32",
                "status ILIKE 'a'                   | ILIKE is not supported",
                "status LIKE 'a' ESCAPE 'bc'        | ESCAPE needs one character or none",
                "CAST(status AS SMALLINT) = 1       | CAST to SMALLINT is not supported; there are BOOLEAN",
                "CAST(amount AS DECIMAL) = 1        | DECIMAL needs its digits, such as DECIMAL(18,2)",
                "CAST(amount AS DECIMAL(40,2)) = 1  | a decimal has 1 to 38 digits",
                "CAST(created AS INTEGER) = 1       | there is no CAST from DATE to INT32",
                "CAST(status AS CHAR(3)) = 'a'      | CAST to CHAR would pad",
                "CASE WHEN paid THEN 1 ELSE 'a' END = 1 | CASE has no common type for INT32 and STRING",
                "COALESCE(id, status) = 1           | COALESCE has no common type for INT64 and STRING",
                "fine * fine > 1                    | needs more than 38 fraction digits",
                "UPPER(id) = 'A'                    | UPPER needs STRING, got INT64",
                "SUBSTRING(status, 'a') = 'A'       | SUBSTRING needs INT32, got STRING",
                "LENGTH(status, 1) = 1              | LENGTH takes 1 arguments, got 2",
                "ABS(status) = 1                    | ABS needs a number, got STRING",
                "EXTRACT(HOUR FROM created) = 1     | EXTRACT: DATE has no part HOUR",
                "DATE_TRUNC('fortnight', changed) = changed | DATE_TRUNC of TIMESTAMP to 'fortnight' is not supported",
                "NOT amount                         | NOT needs BOOLEAN",
                "raw = 'a'                          | '=' has no common type for BINARY and STRING",
                "paid = 1                           | '=' has no common type for BOOLEAN and INT32",
                "customers.id = 1                   | unknown table 'customers'; only columns of public.orders can be used",
                "id = 1 AND                         | not valid SQL here",
                "value = 1                          | a name that is a word of SQL must be written in double quotes",
                "id = ?                             | this is not supported: DYNAMIC_PARAM",
                "ROUND(amount, id) = 1              | ROUND needs its number of digits as an integer literal",
                "123456789012345678901234567890123456789 = id | a number has at most 38 digits, got 39",
            })
    void aBadFilterIsRefusedWithItsReason(String filter, String reason) {
        assertThatThrownBy(() -> compile("*", filter))
                .isInstanceOfSatisfying(PipelineException.class, refused -> {
                    assertThat(refused.kind()).isEqualTo(ErrorKind.CONFIGURATION);
                    assertThat(refused.table()).contains(SOURCE);
                })
                .hasMessageStartingWith("Table public.orders, filter")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = " | ",
            quoteCharacter = '`',
            value = {
                "status, amount                     | the key column 'id' is missing",
                "id + 0 AS id, status               | the key column 'id' is missing",
                "*, amount                          | two columns of the result are named 'amount'; give one another name with AS",
                "*, amount * 2                      | line 1, column 4: a computed column needs a name: write … AS name",
                "*, NULL AS nothing                 | NULL has no type; write CAST(NULL AS …)",
                "*, amuont AS a                     | line 1, column 4: unknown column 'amuont'; the nearest of public.orders is 'amount'",
                "DISTINCT id                        | expected a list of columns and expressions",
                "id FROM other                      | has a FROM of its own",
                "other.*                            | unknown table 'other'",
                "id, UPPER(*) AS x                  | '*' can only stand alone in a projection",
                "*, CURRENT_USER AS who             | CURRENT_USER is not supported",
                "id, amount AS                      | not complete",
            })
    void aBadProjectionIsRefusedWithItsReason(String projection, String reason) {
        assertThatThrownBy(() -> compile(projection, null))
                .isInstanceOfSatisfying(
                        PipelineException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(ErrorKind.CONFIGURATION))
                .hasMessageStartingWith("Table public.orders, projection")
                .hasMessageContaining(reason);
    }

    @Test
    void whatIsNestedTooDeeplyForTheStackIsRefused() {
        String deep = "(".repeat(20_000) + "id" + ")".repeat(20_000);
        assertThatThrownBy(() -> compile("*, " + deep + " AS x", null))
                .isInstanceOfSatisfying(
                        PipelineException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(ErrorKind.CONFIGURATION))
                .hasMessageContaining("nested too deeply");
        assertThatThrownBy(() -> compile("*, id" + " + id".repeat(20_000) + " AS x", null))
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("more than 50000 characters");
    }

    @Test
    void thePlaceIsThatOfTheTextAsWritten() {
        assertThatThrownBy(() -> compile("id,\n  amount,\n    stat AS s", null))
                .hasMessageContaining("projection, line 3, column 5: unknown column 'stat'");
    }

    @Test
    void namesMatchWithoutCaseUnlessQuoted() {
        assertThat(compile("ID, Status AS S, \"Mixed\", orders.amount", null)
                        .output()
                        .columns())
                .extracting(Column::name)
                .containsExactly("id", "S", "Mixed", "amount");
    }
}
