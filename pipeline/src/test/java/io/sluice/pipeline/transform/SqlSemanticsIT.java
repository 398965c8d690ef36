package io.sluice.pipeline.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Evaluates generated expressions over random rows here and in PostgreSQL, and compares every value and failure. */
class SqlSemanticsIT {

    private static final int ROWS = 70;
    private static final int EXPRESSIONS = 2_500;
    private static final long SEED = Long.getLong("sluice.semantics.seed", 20_261_122L);

    private static final TableSchema SCHEMA = new TableSchema(
            TableId.parse("public.t"),
            0,
            List.of(
                    Column.of("id", DataType.INT32, false),
                    Column.of("i", DataType.INT32, true),
                    Column.of("j", DataType.INT32, true),
                    Column.of("l", DataType.INT64, true),
                    Column.of("d", DataType.decimal(10, 2), true),
                    Column.of("w", DataType.decimal(24, 4), true),
                    Column.of("f", DataType.FLOAT64, true),
                    Column.of("r", DataType.FLOAT32, true),
                    Column.of("s", DataType.STRING, true),
                    Column.of("q", DataType.STRING, true),
                    Column.of("b", DataType.BOOLEAN, true),
                    Column.of("dt", DataType.DATE, true),
                    Column.of("ts", DataType.TIMESTAMP, true),
                    Column.of("tz", DataType.TIMESTAMP_TZ, true),
                    Column.of("tm", DataType.TIME, true),
                    Column.of("u", DataType.UUID, true)),
            List.of());

    private static final String DDL =
            "CREATE TABLE t (id int, i int, j int, l bigint, d numeric(10,2), w numeric(24,4),"
                    + " f float8, r float4, s text COLLATE \"C\", q text COLLATE \"C\", b boolean, dt date, ts timestamp,"
                    + " tz timestamptz, tm time, u uuid)";

    @Test
    void valuesAndFailuresAreThoseOfPostgres() throws Exception {
        Random random = new Random(SEED);
        List<String> differences = new ArrayList<>();
        int values = 0;
        int failures = 0;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
                Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET TIME ZONE 'UTC'");
            statement.execute(DDL);
            ColumnBatch rows = fill(statement, random);
            SqlExpressions expressions = new SqlExpressions(random);
            for (int n = 0; n < EXPRESSIONS; n++) {
                String expression = expressions.next();
                Result ours;
                Result theirs;
                try {
                    ours = ours(expression, rows);
                    theirs = theirs(expression, statement, ours.type);
                } catch (AssertionError refused) {
                    differences.add(refused.getMessage());
                    continue;
                }
                if (ours.failed || theirs.failed) {
                    failures++;
                    if (ours.failed != theirs.failed) {
                        differences.add(expression + ": here " + ours.message + ", PostgreSQL " + theirs.message);
                    }
                    continue;
                }
                values += ROWS;
                for (int row = 0; row < ROWS; row++) {
                    if (!same(ours.values.get(row), theirs.values.get(row), ours.type)) {
                        differences.add(expression + " (" + ours.type + ") in row " + row + ": here "
                                + ours.values.get(row) + ", PostgreSQL " + theirs.values.get(row));
                        break;
                    }
                }
            }
        }
        assertThat(differences).as("seed %s", SEED).isEmpty();
        assertThat(values).isGreaterThan(EXPRESSIONS * ROWS / 2);
        assertThat(failures).isPositive();
    }

    private record Result(List<String> values, DataType type, boolean failed, String message) {}

    private static Result ours(String expression, ColumnBatch rows) {
        TableTransform typed;
        try {
            typed = compile(expression);
        } catch (PipelineException refused) {
            throw new AssertionError(expression + ": " + refused.getMessage(), refused);
        }
        DataType type = typed.output().column(0).type();
        boolean asText = switch (type.kind()) {
            case DATE, TIME, TIMESTAMP, TIMESTAMP_TZ, UUID -> true;
            default -> false;
        };
        try {
            TableTransform transform = asText ? compile("CAST(" + expression + " AS TEXT)") : typed;
            ColumnVector column = transform.apply(rows).column(0);
            List<String> values = new ArrayList<>();
            for (int row = 0; row < ROWS; row++) {
                Object value = Rows.read(column, row);
                values.add(value == null ? null : value.toString());
            }
            return new Result(values, type, false, "values");
        } catch (PipelineException refused) {
            assertThat(refused.kind()).isEqualTo(ErrorKind.DATA_REFUSED);
            return new Result(List.of(), type, true, refused.getMessage());
        }
    }

    private static TableTransform compile(String expression) {
        return TransformCompiler.compile(
                new TransformSpec(SCHEMA.table(), SCHEMA.table(), expression + " AS x", Optional.empty()), SCHEMA);
    }

    private static Result theirs(String expression, Statement statement, DataType type) {
        List<String> values = new ArrayList<>();
        try (ResultSet result = statement.executeQuery("SELECT (" + expression + ")::text FROM t ORDER BY id")) {
            while (result.next()) {
                values.add(result.getString(1));
            }
            return new Result(values, type, false, "values");
        } catch (SQLException refused) {
            // Only what a value can cause; anything else is a defect of the generator.
            assertThat(refused.getSQLState())
                    .as(expression + ": " + refused.getMessage())
                    .startsWith("22");
            return new Result(List.of(), type, true, refused.getMessage());
        }
    }

    private static boolean same(String ours, String theirs, DataType type) {
        if (ours == null || theirs == null) {
            return ours == null && theirs == null;
        }
        switch (type.kind()) {
            case INT32, INT64 -> {
                return new BigDecimal(ours).compareTo(new BigDecimal(theirs)) == 0;
            }
            case DECIMAL -> {
                // The scale of a quotient is chosen differently: they must agree to the last digit of the shorter one.
                BigDecimal a = new BigDecimal(ours);
                BigDecimal b = new BigDecimal(theirs);
                int scale = Math.min(a.scale(), b.scale());
                BigDecimal unit = BigDecimal.ONE.movePointLeft(scale);
                return a.setScale(scale, RoundingMode.HALF_UP)
                                .subtract(b.setScale(scale, RoundingMode.HALF_UP))
                                .abs()
                                .compareTo(a.scale() == b.scale() ? BigDecimal.ZERO : unit)
                        <= 0;
            }
            case FLOAT32, FLOAT64 -> {
                double a = Double.parseDouble(ours);
                double b = Double.parseDouble(theirs);
                double tolerance = type.kind() == DataType.Kind.FLOAT32 ? 1e-6 : 1e-14;
                return a == b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
            }
            default -> {
                return ours.equals(theirs);
            }
        }
    }

    private static ColumnBatch fill(Statement statement, Random random) throws SQLException {
        List<List<Object>> rows = new ArrayList<>();
        for (int id = 0; id < ROWS; id++) {
            List<Object> row = new ArrayList<>();
            row.add(id);
            for (int column = 1; column < SCHEMA.width(); column++) {
                row.add(
                        random.nextInt(6) == 0
                                ? null
                                : value(SCHEMA.column(column).type(), random));
            }
            rows.add(row);
            StringBuilder insert = new StringBuilder("INSERT INTO t VALUES (");
            for (Object value : row) {
                insert.append(insert.charAt(insert.length() - 1) == '(' ? "" : ", ")
                        .append(value == null ? "NULL" : "'" + value.toString().replace("'", "''") + "'");
            }
            statement.execute(insert.append(")").toString());
        }
        return Rows.snapshot(SCHEMA, rows);
    }

    private static Object value(DataType type, Random random) {
        return switch (type.kind()) {
            case INT32 -> pick(random, random.nextInt(41) - 20, random.nextInt(2001) - 1000, 0, 1, -1);
            case INT64 -> pick(random, (long) random.nextInt(2001) - 1000, random.nextLong() >> 20, 0L, 7L);
            case DECIMAL -> {
                int digits = type.precision() - type.scale() - 4;
                BigDecimal large = new BigDecimal(new java.math.BigInteger(digits * 3, random), 0);
                yield pick(random, large, BigDecimal.ZERO, BigDecimal.valueOf(random.nextInt(20001) - 10000, 2))
                        .setScale(type.scale());
            }
            case FLOAT32 -> pick(random, random.nextInt(200) / 8f - 10, (float) random.nextGaussian(), 0f);
            case FLOAT64 -> pick(random, random.nextInt(200) / 8.0 - 10, random.nextGaussian() * 1e3, 0.0, 2.5, 0.1);
            case STRING ->
                pick(random, "", "a", "B", "abc", "Zz top", " x ", "漢字 a", "12", "-7", "a%b_c", "€uro", "aaa");
            case BOOLEAN -> random.nextBoolean();
            case DATE ->
                java.time.LocalDate.of(1890, 1, 1)
                        .plusDays(random.nextInt(80_000))
                        .toString();
            case TIME ->
                java.time.LocalTime.ofNanoOfDay(
                                random.nextInt(86_400) * 1_000_000_000L + random.nextInt(1_000_000) * 1000L)
                        .toString();
            case TIMESTAMP ->
                java.time.LocalDateTime.of(1890, 1, 1, 0, 0)
                        .plusSeconds((long) (random.nextDouble() * 6e9))
                        .plusNanos(random.nextInt(1_000_000) * 1000L)
                        .toString();
            case TIMESTAMP_TZ ->
                java.time.OffsetDateTime.of(1890, 1, 1, 0, 0, 0, 0, java.time.ZoneOffset.UTC)
                        .plusSeconds((long) (random.nextDouble() * 6e9))
                        .plusNanos(random.nextInt(1_000_000) * 1000L)
                        .toString();
            case UUID -> new java.util.UUID(random.nextLong(), random.nextLong()).toString();
            case BINARY -> throw new IllegalStateException("No column of bytes");
        };
    }

    @SafeVarargs
    private static <T> T pick(Random random, T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
