package io.sluice.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A list of table patterns, as Debezium and Flink CDC write them. Each is {@code schema.table}, and each of its two
 * parts is a regular expression that must match the whole name, upper and lower case being different.
 *
 * <ul>
 *   <li>The first dot that stands alone parts the two, whether written {@code .} or {@code \.}; a dot inside brackets
 *       or parentheses, or with {@code * + ?} or {@code {}} behind it, belongs to the expression.
 *   <li>Behind it, {@code .} is any character and {@code \.} a real dot; {@code \.*} is Flink CDC's {@code .*}.
 *   <li>{@code public.*}, with no dot that stands alone, is every table of that schema.
 *   <li>A comma between patterns is an "or"; inside {@code {}}, brackets or parentheses it is part of the expression.
 * </ul>
 */
public final class TableSelector {

    private final List<TablePattern> patterns;

    TableSelector(List<TablePattern> patterns) {
        this.patterns = List.copyOf(patterns);
    }

    /** Selects no table. */
    public static TableSelector none() {
        return new TableSelector(List.of());
    }

    /**
     * Parses patterns with commas between them.
     *
     * @throws IllegalArgumentException when one is not {@code schema.table} or not a regular expression; the message
     *     does not repeat it
     */
    public static TableSelector parse(String text) {
        List<TablePattern> patterns = new ArrayList<>();
        for (String part : TopLevel.split(text, ',')) {
            patterns.add(TablePattern.parse(part));
        }
        return new TableSelector(patterns);
    }

    /** Whether any pattern selects this table. */
    public boolean matches(String schema, String table) {
        for (TablePattern pattern : patterns) {
            if (pattern.matches(schema, table)) {
                return true;
            }
        }
        return false;
    }

    /** The tables that are named outright, without any expression, in the file's order. */
    public List<TableName> exactNames() {
        return patterns.stream()
                .map(TablePattern::exactName)
                .flatMap(Optional::stream)
                .collect(Collectors.toUnmodifiableList());
    }

    /** The patterns as written, in the file's order. */
    public List<String> patterns() {
        return patterns.stream().map(TablePattern::text).collect(Collectors.toUnmodifiableList());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TableSelector selector && selector.patterns().equals(patterns());
    }

    @Override
    public int hashCode() {
        return patterns().hashCode();
    }

    /** The patterns with commas between them. */
    @Override
    public String toString() {
        return String.join(", ", patterns());
    }
}
