package io.sluice.testkit.workload;

import io.sluice.testkit.workload.RandomColumn.Content;
import io.sluice.testkit.workload.RandomColumn.Nullability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A random table's shape.
 *
 * @param name in the schema {@code public}
 * @param columns the key's first
 * @param keyWidth how many columns are the primary key, 0 to 3; without a key the log carries whole old rows
 * @param statements make the table
 */
record RandomTable(String name, List<RandomColumn> columns, int keyWidth, List<String> statements) {

    private static final ColumnKind[] KINDS = ColumnKind.values();

    /** Types that the tables of a database share. */
    static final List<String> TYPES = List.of(
            "CREATE TYPE colour AS ENUM ("
                    + Arrays.stream(RandomColumn.ENUM_VALUES)
                            .map(value -> "'" + value + "'")
                            .collect(Collectors.joining(", "))
                    + ")",
            "CREATE DOMAIN whole_number AS int4",
            "CREATE DOMAIN label AS text",
            "CREATE DOMAIN amount AS numeric(12,2)");

    /** The first column after the key holds large values in the first table always, elsewhere mostly. */
    static RandomTable create(Random random, int number, int keyWidth) {
        List<RandomColumn> columns = new ArrayList<>();
        for (int i = 0; i < keyWidth; i++) {
            // One column alone must tell many rows apart.
            ColumnKind kind = keyWidth == 1
                    ? ColumnKind.IN_KEYS[random.nextInt(3)]
                    : ColumnKind.IN_KEYS[random.nextInt(ColumnKind.IN_KEYS.length)];
            if (keyWidth == 1 && random.nextInt(3) == 0) {
                kind = random.nextBoolean() ? ColumnKind.UUID : ColumnKind.VARCHAR;
            }
            columns.add(column(random, "k" + (i + 1), kind, Nullability.NOT_NULL, Content.ANY));
        }
        int others = 3 + random.nextInt(8);
        for (int i = 0; i < others; i++) {
            boolean large = i == 0 && (number == 1 || random.nextInt(4) > 0);
            ColumnKind kind = large
                    ? (random.nextInt(3) == 0 ? ColumnKind.BYTEA : ColumnKind.TEXT)
                    : KINDS[random.nextInt(KINDS.length)];
            Nullability nullability = random.nextInt(4) == 0 ? Nullability.NOT_NULL : Nullability.NULLABLE;
            Content content = large ? Content.LARGE : random.nextBoolean() ? Content.ASCII : Content.ANY;
            columns.add(column(random, "c" + (i + 1), kind, nullability, content));
        }
        String name = "t" + number;
        List<String> statements = new ArrayList<>();
        String key = keyWidth == 0
                ? ""
                : ", PRIMARY KEY ("
                        + columns.subList(0, keyWidth).stream()
                                .map(RandomColumn::name)
                                .collect(Collectors.joining(", "))
                        + ")";
        statements.add("CREATE TABLE " + name + " ("
                + columns.stream().map(RandomColumn::definition).collect(Collectors.joining(", ")) + key + ")");
        if (keyWidth == 0 || random.nextInt(5) == 0) {
            statements.add("ALTER TABLE " + name + " REPLICA IDENTITY FULL");
        }
        for (RandomColumn column : columns) {
            if (column.content() == Content.LARGE && random.nextBoolean()) {
                statements.add("ALTER TABLE " + name + " ALTER " + column.name() + " SET STORAGE EXTERNAL");
            }
        }
        return new RandomTable(name, List.copyOf(columns), keyWidth, List.copyOf(statements));
    }

    /** The same with values beside the key that have no place in a lake. */
    RandomTable spoilt() {
        List<RandomColumn> spoilt = new ArrayList<>(key());
        others().forEach(column -> spoilt.add(column.spoilt()));
        return new RandomTable(name, List.copyOf(spoilt), keyWidth, statements);
    }

    List<RandomColumn> key() {
        return columns.subList(0, keyWidth);
    }

    List<RandomColumn> others() {
        return columns.subList(keyWidth, columns.size());
    }

    private static RandomColumn column(
            Random random, String prefix, ColumnKind kind, Nullability nullability, Content content) {
        int precision = 0;
        int scale = 0;
        String type = kind.name().toLowerCase(Locale.ROOT);
        switch (kind) {
            case NUMERIC -> {
                boolean inKey = nullability == Nullability.NOT_NULL && prefix.startsWith("k");
                precision = inKey ? 12 : 1 + random.nextInt(random.nextBoolean() ? 18 : 38);
                scale = inKey ? 2 : random.nextInt(precision + 1);
                type = "numeric(" + precision + "," + scale + ")";
                if (!inKey && random.nextInt(4) == 0) {
                    precision = 12;
                    scale = 2;
                    type = "amount";
                }
            }
            case VARCHAR -> {
                precision = prefix.startsWith("k") ? 40 : 1 + random.nextInt(40);
                type = "varchar(" + precision + ")";
            }
            case CHAR -> {
                precision = 1 + random.nextInt(12);
                type = "char(" + precision + ")";
            }
            case INT4 -> type = random.nextInt(5) == 0 ? "whole_number" : type;
            case TEXT -> type = random.nextInt(5) == 0 ? "label" : type;
            case ENUM -> type = "colour";
            default -> {
                // The kind's name is the type's.
            }
        }
        String name = prefix + "_" + kind.name().toLowerCase(Locale.ROOT);
        return new RandomColumn(name, kind, type, precision, scale, nullability, content);
    }
}
