package io.sluice.testkit.workload;

import io.sluice.pipeline.schema.TableId;
import io.sluice.testkit.workload.RandomColumn.Content;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Random projections and filters. Only what has one meaning everywhere: no arithmetic that can overflow, no order of
 * floats, enums or padded texts, upper case of ASCII letters only.
 */
final class RandomTransform {

    private static final Set<ColumnKind> CALCULABLE = EnumSet.of(
            ColumnKind.INT2,
            ColumnKind.INT4,
            ColumnKind.INT8,
            ColumnKind.NUMERIC,
            ColumnKind.TEXT,
            ColumnKind.VARCHAR,
            ColumnKind.BOOL,
            ColumnKind.DATE);
    private static final int LARGEST_PRECISION_TO_CALCULATE_WITH = 18;

    private final Random random;
    private final RandomTable table;

    /** Not those with values that have no place in a lake: whether such a row is kept would depend on the condition. */
    private final List<RandomColumn> inConditions;

    RandomTransform(Random random, RandomTable table) {
        this.random = random;
        this.table = table;
        this.inConditions = table.columns().stream()
                .filter(column -> column.content() != Content.SPOILT)
                .toList();
    }

    TransformedTable create() {
        return create(Optional.empty());
    }

    /** With an expression that fails on some rows, when there is a column for it. */
    TransformedTable createFailing() {
        return create(table.others().stream()
                .filter(column -> column.kind() == ColumnKind.INT4)
                .map(RandomColumn::name)
                .findFirst());
    }

    /** What rows must not have that are in the lake, as far as the projection reads it. */
    private Optional<String> refusal(String projection, Optional<String> divisor) {
        List<String> refusals = new ArrayList<>();
        divisor.ifPresent(column -> refusals.add("coalesce(" + column + " = 0, false)"));
        for (RandomColumn column : table.columns()) {
            boolean read = projection.startsWith("*")
                    || Pattern.compile("\\b" + column.name() + "\\b")
                            .matcher(projection)
                            .find();
            if (read && column.content() == Content.SPOILT) {
                refusals.add(column.refusal());
            }
        }
        return refusals.isEmpty() ? Optional.empty() : Optional.of("(" + String.join(" OR ", refusals) + ")");
    }

    private TransformedTable create(Optional<String> divisor) {
        List<String> key = new ArrayList<>();
        String projection = projection(key)
                + divisor.map(column -> ", 1000 / " + column + " AS share").orElse("");
        Optional<String> filter = random.nextInt(3) == 0 ? Optional.empty() : Optional.of(condition(2));
        Optional<String> refusal = refusal(projection, divisor);
        String kept = " FROM public." + table.name() + " WHERE "
                + filter.map(condition -> "(" + condition + ")").orElse("true");
        String sql = "SELECT " + projection + kept
                + refusal.map(condition -> " AND NOT " + condition).orElse("");
        return new TransformedTable(
                new TableId("public", table.name()),
                projection,
                filter,
                sql,
                key,
                String.join("; ", table.statements()),
                refusal.map(condition -> "SELECT count(*)" + kept + " AND " + condition)
                        .orElse("SELECT 0"));
    }

    private String projection(List<String> key) {
        List<String> items = new ArrayList<>();
        int shape = random.nextInt(4);
        if (shape < 2) {
            table.key().forEach(column -> key.add(column.name()));
            items.add("*");
        } else {
            for (RandomColumn column : table.key()) {
                boolean renamed = random.nextInt(4) == 0;
                key.add(renamed ? column.name() + "_renamed" : column.name());
                items.add(renamed ? column.name() + " AS " + column.name() + "_renamed" : column.name());
            }
            for (RandomColumn column : table.others()) {
                if (random.nextInt(10) < 7) {
                    items.add(random.nextInt(6) == 0 ? column.name() + " AS r_" + column.name() : column.name());
                }
            }
            Collections.shuffle(items, random);
            if (items.isEmpty()) {
                items.add(table.others().get(0).name());
            }
        }
        int computed = shape == 0 ? 0 : random.nextInt(4);
        for (int i = 1; i <= computed; i++) {
            items.add(expression(columnToCalculateWith()) + " AS x" + i);
        }
        return String.join(", ", items);
    }

    private String expression(RandomColumn column) {
        String c = column.name();
        int choice = random.nextInt(4);
        return switch (column.kind()) {
            case INT2 ->
                switch (choice) {
                    case 0 -> c + " + 1";
                    case 1 -> c + " * 2 - 3";
                    case 2 -> "CAST(" + c + " AS BIGINT) * 100000";
                    default -> sign(c);
                };
            case INT4 ->
                switch (choice) {
                    case 0 -> c + " / 2 + 7";
                    case 1 -> "CAST(" + c + " AS BIGINT) * 3 - 1";
                    case 2 -> "COALESCE(" + c + ", 0)";
                    default -> sign(c);
                };
            case INT8 ->
                switch (choice) {
                    case 0 -> c + " / 3";
                    case 1 -> "COALESCE(" + c + " / 2, -1)";
                    case 2 -> "-(" + c + " / 2)";
                    default -> sign(c);
                };
            case NUMERIC ->
                column.precision() > LARGEST_PRECISION_TO_CALCULATE_WITH
                        ? sign(c)
                        : switch (choice) {
                            case 0 -> c + " + 1";
                            case 1 -> c + " * 2";
                            case 2 -> c + " - 0.5";
                            default -> "COALESCE(" + c + ", 0)";
                        };
            case TEXT, VARCHAR -> textExpression(column);
            case BOOL ->
                choice < 2
                        ? "CASE WHEN " + c + " THEN 'yes' WHEN NOT " + c + " THEN 'no' ELSE 'unknown' END"
                        : "NOT " + c;
            case DATE -> "CASE WHEN " + c + " >= DATE '2000-01-01' THEN 'new' ELSE 'old' END";
            default -> "CASE WHEN " + c + " IS NULL THEN 0 ELSE 1 END";
        };
    }

    private String textExpression(RandomColumn column) {
        String c = column.name();
        return switch (random.nextInt(6)) {
            case 0 -> column.content() == Content.ASCII ? "UPPER(" + c + ")" : c + " || '!'";
            case 1 -> "COALESCE(" + c + ", 'none')";
            case 2 -> "'<' || COALESCE(" + c + ", '') || '>'";
            case 3 ->
                "CASE WHEN " + c + " LIKE 'a%' THEN 'A' WHEN " + c + " LIKE '%b_' THEN 'long b' ELSE " + c + " END";
            case 4 -> {
                List<RandomColumn> texts = table.columns().stream()
                        .filter(other -> other.kind().isText())
                        .toList();
                yield c + " || '/' || "
                        + texts.get(random.nextInt(texts.size())).name();
            }
            default -> "CASE " + c + " WHEN '' THEN 1 WHEN 'a' THEN 2 END";
        };
    }

    private static String sign(String c) {
        return "CASE WHEN " + c + " > 0 THEN 1 WHEN " + c + " = 0 THEN 0 WHEN " + c + " < 0 THEN -1 END";
    }

    private String condition(int depth) {
        if (depth > 0) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    return "(" + condition(depth - 1) + " AND " + condition(depth - 1) + ")";
                }
                case 1 -> {
                    return "(" + condition(depth - 1) + " OR " + condition(depth - 1) + ")";
                }
                case 2 -> {
                    return "NOT (" + condition(depth - 1) + ")";
                }
                default -> {
                    // A plain condition.
                }
            }
        }
        return predicate(inConditions.get(random.nextInt(inConditions.size())));
    }

    private String predicate(RandomColumn column) {
        String c = column.name();
        int choice = random.nextInt(5);
        if (choice == 0) {
            return c + (random.nextBoolean() ? " IS NULL" : " IS NOT NULL");
        }
        return switch (column.kind()) {
            case INT2, INT4, INT8 ->
                switch (choice) {
                    case 1 -> c + " > " + (random.nextInt(100) - 50);
                    case 2 -> c + " BETWEEN " + -random.nextInt(100) + " AND " + (50_000 + random.nextInt(1_000_000));
                    case 3 -> c + " IN (0, -1, " + random.nextInt(100) + ", 42)";
                    default -> c + " / 2 <> " + random.nextInt(3);
                };
            case NUMERIC ->
                switch (choice) {
                    case 1 -> c + " >= 0";
                    case 2 -> c + " BETWEEN -10.5 AND 100";
                    case 3 -> c + " <> 0";
                    default -> c + " < 1";
                };
            case TEXT, VARCHAR ->
                switch (choice) {
                    case 1 -> c + " LIKE '%a%'";
                    case 2 -> c + " <> ''";
                    case 3 -> c + " NOT IN ('', 'a', 'it''s')";
                    default -> column.content() == Content.ASCII ? "UPPER(" + c + ") LIKE '%A_%'" : c + " >= 'M'";
                };
            case DATE -> c + " > DATE '1990-06-15'";
            case TIMESTAMP -> c + " < TIMESTAMP '2010-01-01 00:00:00'";
            case BOOL -> choice < 3 ? c : "NOT " + c;
            case ENUM -> choice < 3 ? c + " = 'red'" : c + " IN ('green', 'blue', '')";
            default -> c + " IS NOT NULL";
        };
    }

    /** One that has more to offer than whether it is null, if a few tries find one. */
    private RandomColumn columnToCalculateWith() {
        RandomColumn column = anyColumn();
        for (int i = 0; i < 4 && !CALCULABLE.contains(column.kind()); i++) {
            column = anyColumn();
        }
        return column;
    }

    private RandomColumn anyColumn() {
        return table.columns().get(random.nextInt(table.columns().size()));
    }
}
