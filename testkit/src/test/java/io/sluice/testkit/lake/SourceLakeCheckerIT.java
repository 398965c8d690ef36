package io.sluice.testkit.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
class SourceLakeCheckerIT {

    private static final Schema SMALL = new Schema(
            List.of(
                    Types.NestedField.required(1, "id", Types.LongType.get()),
                    Types.NestedField.optional(2, "name", Types.StringType.get())),
            Set.of(1));
    private static final Schema KEYLESS = new Schema(SMALL.columns());
    private static final Schema ALL = new Schema(
            Types.NestedField.optional(1, "b", Types.BooleanType.get()),
            Types.NestedField.optional(2, "i2", Types.IntegerType.get()),
            Types.NestedField.optional(3, "i8", Types.LongType.get()),
            Types.NestedField.optional(4, "f4", Types.FloatType.get()),
            Types.NestedField.optional(5, "f8", Types.DoubleType.get()),
            Types.NestedField.optional(6, "n", Types.DecimalType.of(38, 5)),
            Types.NestedField.optional(7, "t", Types.StringType.get()),
            Types.NestedField.optional(8, "c", Types.StringType.get()),
            Types.NestedField.optional(9, "by", Types.BinaryType.get()),
            Types.NestedField.optional(10, "d", Types.DateType.get()),
            Types.NestedField.optional(11, "ti", Types.TimeType.get()),
            Types.NestedField.optional(12, "ts", Types.TimestampType.withoutZone()),
            Types.NestedField.optional(13, "tz", Types.TimestampType.withZone()),
            Types.NestedField.optional(14, "u", Types.UUIDType.get()),
            Types.NestedField.optional(15, "j", Types.StringType.get()),
            Types.NestedField.optional(16, "e", Types.StringType.get()));

    @TempDir
    Path warehouse;

    private TestLake lake;
    private LakeReader reader;
    private SourceLakeChecker checker;

    @BeforeEach
    void openLake(TestDatabase database) {
        lake = new TestLake(warehouse);
        reader = LakeReader.open(lake.uri, warehouse);
        checker = new SourceLakeChecker(database);
    }

    @AfterEach
    void closeLake() {
        reader.close();
        lake.close();
    }

    @Test
    void values_of_every_type_are_recognised(TestDatabase database) throws IOException {
        database.execute(
                "CREATE TYPE mood AS ENUM ('fine', 'so-so')",
                "CREATE TABLE a (b bool, i2 int2, i8 int8, f4 float4, f8 float8, n numeric(38,5), t text, c char(5),"
                        + " by bytea, d date, ti time, ts timestamp, tz timestamptz, u uuid, j jsonb, e mood)",
                "INSERT INTO a VALUES (true, -32768, 9223372036854775807, '-0', 'NaN',"
                        + " 999999999999999999999999999999999.99999, 'gr\u00fc\u00df \uD83D\uDE00', 'ab', '\\x00ff', '0044-03-15 BC',"
                        + " '23:59:59.999999', '2024-02-29 12:00:00.5', '1969-12-31 23:59:59.999999+02',"
                        + " '00112233-4455-6677-8899-aabbccddeeff', '{\"a\": 1}', 'so-so')",
                "INSERT INTO a (f4, f8, n) VALUES (1.1, 'Infinity', 0.10)");
        Table table = lake.create("a", ALL);
        TestLake.append(
                table,
                1,
                TestLake.row(
                        ALL,
                        true,
                        -32768,
                        Long.MAX_VALUE,
                        -0.0f,
                        Double.NaN,
                        new BigDecimal("999999999999999999999999999999999.99999"),
                        "gr\u00fc\u00df \uD83D\uDE00",
                        "ab   ",
                        ByteBuffer.wrap(new byte[] {0, -1}),
                        LocalDate.of(-43, 3, 15),
                        LocalTime.parse("23:59:59.999999"),
                        LocalDateTime.parse("2024-02-29T12:00:00.5"),
                        OffsetDateTime.parse("1969-12-31T21:59:59.999999Z"),
                        UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                        "{\"a\": 1}",
                        "so-so"),
                TestLake.row(
                        ALL,
                        null,
                        null,
                        null,
                        1.1f,
                        Double.POSITIVE_INFINITY,
                        new BigDecimal("0.10000"),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));

        checker.assertSame("SELECT * FROM a", reader.table("shop.a"));

        database.execute("UPDATE a SET f4 = 0 WHERE b");
        assertThat(checker.differences("SELECT * FROM a", reader.table("shop.a")))
                .contains("1 missing in the lake:", "1 surplus in the lake:");
    }

    @Test
    void missing_surplus_changed_and_doubled_rows_are_named(TestDatabase database) throws IOException {
        database.execute(
                "CREATE TABLE s (id int8 PRIMARY KEY, name text)",
                "INSERT INTO s VALUES (1, 'same'), (2, 'old'), (3, 'missing'), (5, 'twice')");
        Table table = lake.create("s", SMALL);
        TestLake.append(
                table,
                1,
                TestLake.row(SMALL, 1L, "same"),
                TestLake.row(SMALL, 2L, "new"),
                TestLake.row(SMALL, 4L, "surplus"),
                TestLake.row(SMALL, 5L, "twice"),
                TestLake.row(SMALL, 5L, "twice"));

        assertThatThrownBy(() -> checker.assertSame("SELECT * FROM s", reader.table("shop.s")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("rows: 4 at the source, 5 in the lake")
                .hasMessageContaining("1 changed:\n    [id] = [2]; name should be old and is new")
                .hasMessageContaining("1 missing in the lake:\n    [id] = [3]")
                .hasMessageContaining("1 surplus in the lake:\n    [id] = [4]")
                .hasMessageContaining("[id] = [5]; 1 at the source, 2 in the lake")
                .hasMessageNotContaining("same");
    }

    @Test
    void rows_without_a_key_are_counted(TestDatabase database) throws IOException {
        database.execute("CREATE TABLE k (id int8 NOT NULL, name text)", "INSERT INTO k VALUES (1, 'a'), (1, 'a')");
        Table table = lake.create("k", KEYLESS);
        TestLake.append(table, 1, TestLake.row(KEYLESS, 1L, "a"));
        assertThat(checker.differences("SELECT * FROM k", reader.table("shop.k")))
                .contains("1 in another number:", "  row [1, a]; 2 at the source, 1 in the lake");

        TestLake.append(table, 2, TestLake.row(KEYLESS, 1L, "a"));

        checker.assertSame("SELECT * FROM k", reader.table("shop.k"));
    }

    @Test
    void the_projection_and_the_filter_are_postgres_own(TestDatabase database) throws IOException {
        database.execute("CREATE TABLE p (id int8 PRIMARY KEY, name text)", "INSERT INTO p VALUES (1, 'a'), (2, NULL)");
        TestLake.append(lake.create("p", SMALL), 1, TestLake.row(SMALL, 1L, "A!"));

        checker.assertSame(
                "SELECT id, upper(name) || '!' AS name FROM p WHERE name IS NOT NULL", reader.table("shop.p"));
    }

    @Test
    void a_column_of_the_wrong_type_is_a_difference(TestDatabase database) {
        database.execute("CREATE TABLE w (id int8, name int4, more text)");
        lake.create("w", SMALL);

        assertThat(checker.differences("SELECT * FROM w", reader.table("shop.w")))
                .containsExactly(
                        "column name is int4 at the source and string in the lake",
                        "column more is at the source only");
    }

    @Test
    @Tag("slow")
    void a_table_of_700_000_rows_is_compared_in_little_memory(TestDatabase database) throws IOException {
        database.execute(
                "CREATE TABLE big (id int8 PRIMARY KEY, name text)",
                "INSERT INTO big SELECT i, 'name ' || i FROM generate_series(1, 700000) i");
        Table table = lake.create("big", SMALL);
        List<Record> rows = new ArrayList<>();
        for (long i = 1; i <= 700_000; i++) {
            rows.add(TestLake.row(SMALL, i, i == 350_000 ? "other" : "name " + i));
        }
        table.newFastAppend().appendFile(TestLake.write(table, rows)).commit();

        assertThat(checker.differences("SELECT * FROM big", reader.table("shop.big")))
                .containsExactly(
                        "rows: 700000 at the source, 700000 in the lake",
                        "1 changed:",
                        "  [id] = [350000]; name should be name 350000 and is other");
    }
}
