package io.sluice.service.runtime;

import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a lake table's rows are made from: the source's columns and the transform. It is noted in the lake table with the
 * commits that were made by it, so that the next run can tell whether the rows that are there still mean the same.
 *
 * @param source the table at the source
 * @param rule what the pipeline's file says about it
 * @param compiled the transform in the parser's own spelling, with {@code *} written out, so that a file that was only
 *     laid out anew is not taken for another one
 */
public record TableDefinition(TableSchema source, Rule rule, String compiled) {

    /** Some catalogs that keep properties in a database of their own have no room for more. */
    private static final int LONGEST_NOTE = 3_500;

    private static final String COLUMNS = "columns";
    private static final String COLUMNS_DIGEST = "columns-digest";
    private static final String PROJECTION = "projection";
    private static final String FILTER = "filter";
    private static final String COMPILED = "transform-digest";

    /**
     * A table's rule in the pipeline's file, as written.
     *
     * @param projection the select list
     * @param filter the condition; empty when all rows are kept
     */
    public record Rule(String projection, String filter) {

        /** Whether a table was filled by this very rule; not when it does not say. */
        boolean wrote(Map<String, String> notes) {
            return shortened(projection).equals(notes.get(PROJECTION))
                    && shortened(filter).equals(notes.get(FILTER));
        }
    }

    /** What to note with the table's commits. */
    Map<String, String> notes() {
        return Map.of(
                COLUMNS,
                shortened(described(source)),
                COLUMNS_DIGEST,
                digest(compared(source)),
                PROJECTION,
                shortened(rule.projection()),
                FILTER,
                shortened(rule.filter()),
                COMPILED,
                digest(compiled));
    }

    /** How this differs from what a table was filled by, in clauses; empty when it does not, or the table does not say. */
    List<String> differencesFrom(Map<String, String> notes) {
        List<String> differences = new ArrayList<>();
        String columns = notes.get(COLUMNS_DIGEST);
        if (columns != null && !columns.equals(digest(compared(source)))) {
            differences.addAll(columnDifferences(notes.getOrDefault(COLUMNS, "")));
        }
        String transform = notes.get(COMPILED);
        if (transform != null && !rule.wrote(notes) && !transform.equals(digest(compiled))) {
            ruleDifference("projection", notes.getOrDefault(PROJECTION, ""), rule.projection(), differences);
            ruleDifference("filter", notes.getOrDefault(FILTER, ""), rule.filter(), differences);
        }
        return differences;
    }

    private static void ruleDifference(String what, String noted, String now, List<String> differences) {
        if (!noted.equals(shortened(now))) {
            differences.add(
                    "the " + what + " is another one: expected " + quoted(noted) + ", found " + quoted(shortened(now)));
        }
    }

    private static String quoted(String text) {
        return text.isEmpty() ? "none" : "'" + text + "'";
    }

    private List<String> columnDifferences(String noted) {
        Map<String, String[]> before = parse(noted);
        List<String> differences = new ArrayList<>();
        if (before.isEmpty()) {
            return List.of("the source's columns are no longer those that the table was filled from");
        }
        Map<String, String[]> now = parse(described(source));
        now.forEach((name, column) -> {
            String[] old = before.get(name);
            if (old == null) {
                differences.add("column '" + name + "' " + column[0] + " is new or was renamed");
            } else if (!old[1].equals(column[1])) {
                differences.add("column '" + name + "': expected type " + old[0] + ", found " + column[0]);
            } else if (!old[2].equals(column[2])) {
                differences.add("column '" + name + "': expected " + old[2] + ", found " + column[2]);
            }
        });
        before.forEach((name, column) -> {
            if (!now.containsKey(name)) {
                differences.add("column '" + name + "' " + column[0] + " is gone, renamed or not published");
            }
        });
        if (differences.isEmpty()) {
            differences.add("the key's columns stand in another order");
        }
        return differences;
    }

    /** Per column a line: name, the source's type, the logical type, its part in the key. */
    private static String described(TableSchema schema) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < schema.width(); i++) {
            Column column = schema.column(i);
            text.append(escaped(column.name()))
                    .append('\t')
                    .append(escaped(column.nativeType()))
                    .append('\t')
                    .append(column.type())
                    .append('\t')
                    .append(part(schema, i))
                    .append('\n');
        }
        return text.toString();
    }

    /** What decides whether rows mean the same: a type's length, for one, does not. */
    private static String compared(TableSchema schema) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < schema.width(); i++) {
            Column column = schema.column(i);
            lines.add(escaped(column.name()) + '\t' + column.type());
        }
        lines.sort(null);
        for (int index : schema.key()) {
            lines.add(escaped(schema.column(index).name()));
        }
        return String.join("\n", lines);
    }

    private static String part(TableSchema schema, int column) {
        return schema.key().contains(column) ? "in the key" : "not in the key";
    }

    private static Map<String, String[]> parse(String described) {
        Map<String, String[]> columns = new LinkedHashMap<>();
        for (String line : described.split("\n")) {
            String[] parts = line.split("\t");
            if (parts.length == 4) {
                columns.put(parts[0], new String[] {parts[1], parts[2], parts[3]});
            }
        }
        return columns;
    }

    private static String escaped(String text) {
        return text.replace('\t', ' ').replace('\n', ' ');
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_NOTE ? text : "sha256 " + digest(text);
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
