package io.sluice.config;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** One pattern of a {@link TableSelector}. */
final class TablePattern {

    /** Possessive, for the stack: otherwise each character of a long text takes some of it. */
    private static final Pattern LITERAL = Pattern.compile("(?:[\\p{L}\\p{N}_ -]|\\\\[^\\p{L}\\p{N}])++");

    /** Compiling goes as deep into the stack as parentheses do. */
    private static final int MAX_LENGTH = 1_000;

    private static final String ADVICE = "write <schema>.<table>, such as public.orders or public.order_.*";

    private final String text;
    private final String schemaText;
    private final String tableText;
    private final Pattern schema;
    private final Pattern table;

    private TablePattern(String text, String schemaText, String tableText) {
        this.text = text;
        this.schemaText = schemaText;
        this.tableText = tableText;
        this.schema = compile(schemaText);
        this.table = compile(tableText);
    }

    /** @throws IllegalArgumentException when it cannot be used; the message does not repeat the text */
    static TablePattern parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("is an empty table name; " + ADVICE);
        }
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("has more than " + MAX_LENGTH + " characters; " + ADVICE);
        }
        if (TopLevel.split(text, '|').size() > 1) {
            throw new IllegalArgumentException(
                    "has a '|' outside parentheses; put a comma between patterns, or write (a|b)");
        }
        int dot = separator(text);
        if (dot < 0 && text.length() > 2 && text.endsWith(".*") && text.charAt(text.length() - 3) != '\\') {
            return new TablePattern(text, text.substring(0, text.length() - 2), ".*");
        }
        if (dot < 0) {
            throw new IllegalArgumentException("has no schema; " + ADVICE);
        }
        int end = text.charAt(dot) == '\\' ? dot + 2 : dot + 1;
        if (dot == 0 || end == text.length()) {
            throw new IllegalArgumentException("lacks a name on one side of the dot; " + ADVICE);
        }
        return new TablePattern(text, text.substring(0, dot), text.substring(end));
    }

    private static Pattern compile(String part) {
        // A quantified \. is Flink CDC's spelling of "any character": its plain dot is the separator.
        String expression = part.replaceAll("\\\\\\.(?=[*+?{])", ".");
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("is not a regular expression: " + e.getDescription(), e);
        }
    }

    /** Index of the first dot, plain or escaped, that stands alone outside all brackets; -1 when there is none. */
    private static int separator(String text) {
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escaped = c == '\\';
            boolean isDot = c == '.' || (escaped && i + 1 < text.length() && text.charAt(i + 1) == '.');
            int next = escaped ? i + 2 : i + 1;
            if (isDot && depth == 0 && !quantified(text, next)) {
                return i;
            }
            depth += escaped ? 0 : TopLevel.change(c);
            i = next - 1;
        }
        return -1;
    }

    private static boolean quantified(String text, int index) {
        return index < text.length() && "*+?{".indexOf(text.charAt(index)) >= 0;
    }

    boolean matches(String schemaName, String tableName) {
        return matches(schema, schemaName) && matches(table, tableName);
    }

    /** @throws ConfigException when the expression needs more steps than any sensible one does */
    private boolean matches(Pattern pattern, String name) {
        try {
            return pattern.matcher(new CountedText(name)).matches();
        } catch (CountedText.ExhaustedException e) {
            throw new ConfigException(List.of(new ConfigProblem(
                    "the pipeline's definition",
                    1,
                    1,
                    "source.tables",
                    "the pattern '" + text + "' needs more than " + CountedText.MOST_LOOKS
                            + " steps for a single name; write it with fewer repetitions")));
        }
    }

    /** The one table that it can match, when it holds no expression. */
    Optional<TableName> exactName() {
        if (LITERAL.matcher(schemaText).matches() && LITERAL.matcher(tableText).matches()) {
            return Optional.of(new TableName(unescape(schemaText), unescape(tableText)));
        }
        return Optional.empty();
    }

    private static String unescape(String part) {
        return part.replaceAll("\\\\(.)", "$1");
    }

    /** Whether it looks like Flink CDC's {@code database.schema.table} for this database. */
    boolean beginsWithDatabase(String database) {
        int dot = separator(tableText);
        return schemaText.equals(database) && dot > 0 && dot < tableText.length() - 1 && tableText.charAt(dot) == '.';
    }

    String text() {
        return text;
    }
}
