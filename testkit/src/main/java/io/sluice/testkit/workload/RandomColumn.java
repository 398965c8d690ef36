package io.sluice.testkit.workload;

/**
 * A column of a random table.
 *
 * @param name needs no quotes in any SQL
 * @param kind what it holds
 * @param sqlType its type in CREATE TABLE; a domain's name where {@code kind} is the domain's base
 * @param precision digits of a NUMERIC, characters of a VARCHAR or CHAR, 0 otherwise
 * @param scale digits after the point of a NUMERIC
 * @param nullability whether NULL occurs
 * @param content what its texts are made of
 */
record RandomColumn(
        String name,
        ColumnKind kind,
        String sqlType,
        int precision,
        int scale,
        Nullability nullability,
        Content content) {

    enum Nullability {
        NULLABLE,
        NOT_NULL
    }

    enum Content {
        /** Short values, any characters. */
        ANY,
        /** Short values; letters have one case rule everywhere. */
        ASCII,
        /** Half of the values are too large and too random to be kept in the row. */
        LARGE,
        /** Some values are NaN or infinite, and have no place in a lake. */
        SPOILT
    }

    /** The same with values that have no place in a lake, where the kind has such. */
    RandomColumn spoilt() {
        return switch (kind) {
            case NUMERIC, DATE, TIMESTAMP ->
                new RandomColumn(name, kind, sqlType, precision, scale, nullability, Content.SPOILT);
            default -> this;
        };
    }

    /** A condition that holds for the values that have no place in a lake. */
    String refusal() {
        return "coalesce(" + (kind == ColumnKind.NUMERIC ? name + " = 'NaN'" : "NOT isfinite(" + name + ")")
                + ", false)";
    }

    static final String[] ENUM_VALUES = {"red", "green", "blue", "deep blue", "Ros\u00e9", ""};

    boolean nullable() {
        return nullability == Nullability.NULLABLE;
    }

    String definition() {
        return name + " " + sqlType + (nullable() ? "" : " NOT NULL");
    }
}
