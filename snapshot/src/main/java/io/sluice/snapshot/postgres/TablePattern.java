package io.sluice.snapshot.postgres;

import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/**
 * Selects tables by name.
 *
 * @param text as the pipeline's file has it, for messages
 * @param selects whether a schema and a table in it are meant
 */
public record TablePattern(String text, BiPredicate<String, String> selects) {

    public TablePattern {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(selects, "selects");
    }

    /**
     * A regular expression that has to match the whole of {@code schema.table}.
     *
     * @throws java.util.regex.PatternSyntaxException when it is none
     */
    public static TablePattern regex(String text) {
        Pattern pattern = Pattern.compile(text);
        return new TablePattern(
                text, (schema, table) -> pattern.matcher(schema + "." + table).matches());
    }

    boolean matches(String schema, String table) {
        return selects.test(schema, table);
    }
}
