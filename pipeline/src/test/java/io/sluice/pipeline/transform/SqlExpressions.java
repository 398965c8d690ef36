package io.sluice.pipeline.transform;

import java.util.Random;

/** Random expressions that mean the same here and in PostgreSQL. */
final class SqlExpressions {

    private static final int DEPTH = 3;

    private final Random random;

    SqlExpressions(Random random) {
        this.random = random;
    }

    String next() {
        return switch (random.nextInt(10)) {
            case 0 -> integer(DEPTH);
            case 1 -> decimal(DEPTH);
            case 2 -> floating(DEPTH);
            case 3 -> text(DEPTH);
            case 4 -> date(DEPTH);
            case 5 -> timestamp(DEPTH);
            case 6 ->
                pick(
                        "tm",
                        "(tm + INTERVAL '90' MINUTE)",
                        "CAST(ts AS TIME)",
                        "u",
                        "COALESCE(u, CAST('" + "00000000-0000-0000-0000-000000000001' AS UUID))",
                        "CAST(CAST(tm AS TEXT) AS TIME)",
                        "tz",
                        "DATE_TRUNC('hour', tz)",
                        "(tz - INTERVAL '3' DAY)",
                        "CAST(tz AS TIMESTAMP)");
            case 7 -> quotient();
            default -> bool(DEPTH);
        };
    }

    /** Never inside another expression: PostgreSQL chooses the scale of a quotient by its value. */
    private String quotient() {
        return "(" + pick("d", "w") + " / " + pick("NULLIF(d, 0)", "3", "7.5", "j", "NULLIF(w, 0)") + ")";
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String integer(int depth) {
        if (depth == 0) {
            return pick("i", "j", "l", "i", "j", Integer.toString(random.nextInt(20) + 1), "2147483648");
        }
        int d = depth - 1;
        return switch (random.nextInt(17)) {
            case 0 -> "(" + integer(d) + " + " + integer(d) + ")";
            case 1 -> "(" + integer(d) + " - " + integer(d) + ")";
            case 2 -> "(" + integer(d) + " * " + integer(d) + ")";
            case 3 -> "(" + integer(d) + " / NULLIF(" + integer(d) + ", 0))";
            case 4 -> "(" + integer(d) + " % " + pick("7", "j", "(-3)", "NULLIF(i, 0)") + ")";
            case 5 -> "(- " + integer(d) + ")";
            case 6 -> "ABS(" + integer(d) + ")";
            case 7 -> "CASE WHEN " + bool(d) + " THEN " + integer(d) + " ELSE " + integer(d) + " END";
            case 8 -> "COALESCE(" + integer(d) + ", " + integer(d) + ")";
            case 9 -> "CHAR_LENGTH(" + text(d) + ")";
            case 10 -> "POSITION(" + pick("'a'", "s", "UPPER(q)", "''", "'漢'") + " IN " + text(d) + ")";
            case 11 -> "(" + date(d) + " - " + date(d) + ")";
            case 12 -> "CAST(" + decimal(d) + " AS BIGINT)";
            case 13 -> "GREATEST(" + integer(d) + ", " + integer(d) + ", j)";
            case 14 ->
                "CAST(EXTRACT(" + pick("YEAR", "MONTH", "DAY", "QUARTER", "WEEK", "DOY", "DOW", "ISODOW", "ISOYEAR")
                        + " FROM " + pick(date(d), timestamp(d)) + ") AS BIGINT)";
            case 15 -> "CASE " + integer(d) + " WHEN 1 THEN 10 WHEN j THEN 20 ELSE " + integer(d) + " END";
            default -> "OCTET_LENGTH(" + text(d) + ")";
        };
    }

    private String decimal(int depth) {
        if (depth == 0) {
            return pick("d", "w", "1.25", "d", "0.5", "-3.333");
        }
        int d = depth - 1;
        return switch (random.nextInt(13)) {
            case 0 -> "(" + decimal(d) + " + " + decimal(d) + ")";
            case 1 -> "(" + decimal(d) + " - " + decimal(d) + ")";
            case 2 -> "(" + pick("d", "w") + " * " + pick("d", "1.1", "i", "j") + ")";
            case 3 -> "ROUND(" + pick("d", "w") + " * " + pick("i", "0.75") + ", 2)";
            case 4 -> "(" + decimal(0) + " % " + pick("7", "d", "NULLIF(w, 0)", "0.3") + ")";
            case 5 -> "ROUND(" + decimal(d) + pick(", 1)", ")", ", -1)", ", 0)");
            case 6 -> pick("FLOOR(", "CEIL(", "ABS(") + decimal(d) + ")";
            case 7 -> "CASE WHEN " + bool(d) + " THEN " + decimal(d) + " ELSE " + decimal(d) + " END";
            case 8 -> "COALESCE(" + decimal(d) + ", " + pick("i", decimal(d)) + ")";
            case 9 -> "CAST(" + pick("i", "f", "r", "'12.345'", decimal(d)) + " AS DECIMAL(20,3))";
            case 10 -> "EXTRACT(" + pick("SECOND", "EPOCH") + " FROM " + timestamp(d) + ")";
            case 11 -> "LEAST(" + decimal(d) + ", " + decimal(d) + ")";
            default -> "(- " + decimal(d) + ")";
        };
    }

    private String floating(int depth) {
        if (depth == 0) {
            return pick("f", "f", "CAST(r AS DOUBLE PRECISION)", "CAST(i AS DOUBLE PRECISION)");
        }
        int d = depth - 1;
        return switch (random.nextInt(10)) {
            case 0 -> "(" + floating(d) + " + " + floating(d) + ")";
            case 1 -> "(" + floating(d) + " - " + pick("1.5", "i", "d", floating(d)) + ")";
            case 2 -> "(" + floating(d) + " * " + floating(d) + ")";
            case 3 -> "(" + floating(d) + " / " + pick("NULLIF(f, 0)", "f", "4") + ")";
            case 4 -> pick("FLOOR(", "CEIL(", "ROUND(", "ABS(") + floating(d) + ")";
            case 5 -> "SQRT(" + pick("ABS(" + floating(d) + ")", floating(0)) + ")";
            case 6 -> "CASE WHEN " + bool(d) + " THEN " + floating(d) + " ELSE f END";
            case 7 -> "CAST(" + decimal(d) + " AS DOUBLE PRECISION)";
            case 8 -> pick("(r + r)", "(r * CAST(1.5 AS REAL))", "(r / NULLIF(r, 0))", "(- r)", "(r - i)");
            default -> "POWER(" + pick("2.0", "f") + ", CAST(" + pick("2", "3", "0") + " AS DOUBLE PRECISION))";
        };
    }

    private String text(int depth) {
        if (depth == 0) {
            return pick("s", "q", "s", "'a'", "'漢'", "''");
        }
        int d = depth - 1;
        return switch (random.nextInt(16)) {
            case 0 -> "(" + text(d) + " || " + text(d) + ")";
            case 1 ->
                "SUBSTRING(" + text(d) + " FROM " + small() + " FOR "
                        + pick("2", "0", "5", "ABS(j)", "(ABS(j) + 1)", "j") + ")";
            case 2 -> "SUBSTRING(" + text(d) + " FROM " + small() + ")";
            case 3 -> pick("LEFT(", "RIGHT(") + text(d) + ", " + small() + ")";
            case 4 -> "REPLACE(" + text(d) + ", " + text(0) + ", " + text(0) + ")";
            case 5 ->
                "TRIM(" + pick("BOTH ", "LEADING ", "TRAILING ") + pick("'a' ", "' ' ", "'漢a' ") + "FROM " + text(d)
                        + ")";
            case 6 -> "UPPER(" + text(d) + ")";
            case 7 -> "LOWER(" + text(d) + ")";
            case 8 -> "CASE WHEN " + bool(d) + " THEN " + text(d) + " ELSE " + text(d) + " END";
            case 9 -> "COALESCE(" + text(d) + ", " + text(d) + ")";
            case 10 -> "CAST(" + pick(integer(d), "d", "w", "b", "u", "f", "r") + " AS TEXT)";
            case 11 -> "CAST(" + pick(date(d), timestamp(d), "tm", "tz") + " AS TEXT)";
            case 12 -> "NULLIF(" + text(d) + ", " + text(d) + ")";
            case 13 -> "CONCAT(" + text(d) + ", s, " + text(d) + ")";
            case 14 -> "CAST(" + text(d) + " AS VARCHAR(2))";
            default -> pick("GREATEST(", "LEAST(") + text(d) + ", " + text(d) + ")";
        };
    }

    private String small() {
        return pick("1", "2", "0", "-1", "3", "(j % 5)");
    }

    private String date(int depth) {
        if (depth == 0) {
            return pick("dt", "dt", "DATE '2024-02-29'");
        }
        int d = depth - 1;
        return switch (random.nextInt(5)) {
            case 0 -> "CAST(" + timestamp(d) + " AS DATE)";
            case 1 -> "CAST(" + date(d) + pick(" + ", " - ") + interval() + " AS DATE)";
            case 2 -> "COALESCE(" + date(d) + ", " + date(d) + ")";
            case 3 -> "CASE WHEN " + bool(d) + " THEN " + date(d) + " ELSE " + date(d) + " END";
            default -> "CAST(CAST(" + date(d) + " AS TEXT) AS DATE)";
        };
    }

    private String interval() {
        return pick(
                "INTERVAL '1' DAY",
                "INTERVAL '13' MONTH",
                "INTERVAL '1' MONTH",
                "INTERVAL '2' YEAR",
                "INTERVAL '1-3' YEAR TO MONTH");
    }

    private String timestamp(int depth) {
        if (depth == 0) {
            return pick("ts", "ts", "TIMESTAMP '2024-02-29 23:59:59.999999'");
        }
        int d = depth - 1;
        return switch (random.nextInt(5)) {
            case 0 -> "CAST(" + date(d) + " AS TIMESTAMP)";
            case 1 ->
                "(" + timestamp(d) + pick(" + ", " - ")
                        + pick(
                                interval(),
                                "INTERVAL '90' MINUTE",
                                "INTERVAL '1 02:03:04.5' DAY TO SECOND",
                                "INTERVAL '0.25' SECOND")
                        + ")";
            case 2 ->
                "DATE_TRUNC('" + pick("year", "quarter", "month", "week", "day", "hour", "minute", "second") + "', "
                        + timestamp(d) + ")";
            case 3 -> "COALESCE(" + timestamp(d) + ", " + timestamp(d) + ")";
            default -> "CASE WHEN " + bool(d) + " THEN " + timestamp(d) + " ELSE " + timestamp(d) + " END";
        };
    }

    private String bool(int depth) {
        if (depth == 0) {
            return pick("b", "(i > j)", "(s < q)", "(d >= 0)", "TRUE");
        }
        int d = depth - 1;
        String comparison = pick(" = ", " <> ", " < ", " <= ", " > ", " >= ");
        return switch (random.nextInt(18)) {
            case 0 -> "(" + integer(d) + comparison + integer(d) + ")";
            case 1 -> "(" + decimal(d) + comparison + pick(integer(d), decimal(d)) + ")";
            case 2 -> "(" + floating(d) + comparison + pick(decimal(0), floating(d), "r") + ")";
            case 3 -> "(" + text(d) + comparison + text(d) + ")";
            case 4 -> "(" + date(d) + comparison + pick("'2000-01-01'", date(d)) + ")";
            case 5 -> "(" + timestamp(d) + comparison + timestamp(d) + ")";
            case 6, 7 -> "(" + bool(d) + pick(" AND ", " OR ") + bool(d) + ")";
            case 8 -> "(NOT " + bool(d) + ")";
            case 9 -> "(" + pick(integer(d), text(d), bool(d), date(d)) + pick(" IS NULL)", " IS NOT NULL)");
            case 10 ->
                "(" + bool(d) + pick(" IS TRUE)", " IS NOT TRUE)", " IS FALSE)", " IS NOT FALSE)", " IS UNKNOWN)");
            case 11 -> "(" + text(d) + pick(" IS DISTINCT FROM ", " IS NOT DISTINCT FROM ") + text(d) + ")";
            case 12 ->
                "(" + integer(d) + pick(" IN (1, 2, j)", " NOT IN (1, 2, 3)", " IN (5, NULL)", " IN (2147483648, 7)")
                        + ")";
            case 13 -> "(" + text(d) + pick(" IN ('a', 'abc', q)", " NOT IN ('', 'B')") + ")";
            case 14 -> "(" + decimal(d) + pick(" BETWEEN ", " NOT BETWEEN ") + decimal(0) + " AND " + decimal(0) + ")";
            case 15 ->
                "(" + text(d) + pick(" LIKE ", " NOT LIKE ")
                        + pick(
                                "'a%'",
                                "'%a'",
                                "'_'",
                                "'%_a%'",
                                "''",
                                "'漢%'",
                                "'a\\%b\\_c'",
                                "s",
                                "'%x%' ESCAPE '!'",
                                "'a!%%' ESCAPE '!'")
                        + ")";
            case 16 -> "(u " + comparison + " '80000000-0000-0000-0000-000000000000')";
            default -> "(" + bool(d) + comparison + bool(d) + ")";
        };
    }
}
