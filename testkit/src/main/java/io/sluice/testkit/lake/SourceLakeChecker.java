package io.sluice.testkit.lake;

import io.sluice.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Compares a lake table with the answer of PostgreSQL to a query, value by value and as multisets of rows. The
 * projection and the filter are evaluated by PostgreSQL, not by Sluice. Holds 128 bits per row, and whole rows only
 * where the two differ.
 */
public final class SourceLakeChecker {

    private static final int SHOWN = 10;
    private static final int SHOWN_CHARACTERS = 80;
    private static final int MOST_ROWS_IN_DETAIL = 2000;

    private final TestDatabase database;

    /** Compares with a database's tables. */
    public SourceLakeChecker(TestDatabase database) {
        this.database = database;
    }

    /**
     * Asserts that the lake's rows are the query's.
     *
     * @param query a SELECT whose result columns have the lake's names; it runs twice when there is a difference
     * @throws AssertionError naming columns that do not fit, missing, surplus, doubled and changed rows (the first 10 of
     *     each) by key, with the columns that differ
     */
    public void assertSame(String query, LakeTable lake) {
        List<String> differences = differences(query, lake);
        if (!differences.isEmpty()) {
            throw new AssertionError("Table " + lake.iceberg().name() + " is not the result of " + query + "\n  "
                    + String.join("\n  ", differences));
        }
    }

    /** The differences in sentences; empty when there are none. */
    public List<String> differences(String query, LakeTable lake) {
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            return new Comparison(new SourceQuery(connection, query), lake).differences();
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot run " + query + ": " + e.getMessage(), e);
        }
    }

    private static final class Comparison {

        private final SourceQuery query;
        private final LakeTable lake;
        private final List<String> names;
        private final List<Types.NestedField> fields;

        Comparison(SourceQuery query, LakeTable lake) {
            this.query = query;
            this.lake = lake;
            this.fields = lake.schema().columns();
            this.names = lake.columns();
        }

        List<String> differences() throws SQLException {
            Map<String, String> source = query.columns();
            List<String> problems = new ArrayList<>();
            CellFormat[] formats = new CellFormat[fields.size()];
            int[] sourceIndex = new int[fields.size()];
            List<String> sourceNames = List.copyOf(source.keySet());
            for (int i = 0; i < formats.length; i++) {
                Types.NestedField field = fields.get(i);
                String type = source.get(field.name());
                if (type == null) {
                    problems.add("column " + field.name() + " is in the lake only");
                    continue;
                }
                sourceIndex[i] = sourceNames.indexOf(field.name());
                Optional<CellFormat> format = CellFormat.of(type, field.type());
                if (format.isPresent()) {
                    formats[i] = format.get();
                } else {
                    problems.add("column " + field.name() + " is " + type + " at the source and " + field.type()
                            + " in the lake");
                }
            }
            for (String name : sourceNames) {
                if (!names.contains(name)) {
                    problems.add("column " + name + " is at the source only");
                }
            }
            if (!problems.isEmpty()) {
                return problems;
            }
            RowDigests digests = new RowDigests();
            query.forEachRow(formats, sourceIndex, digests::addSource);
            forEachLakeRow(formats, digests::addLake);
            return digests.settle() ? details(formats, sourceIndex, digests) : List.of();
        }

        private void forEachLakeRow(CellFormat[] formats, Consumer<@Nullable String[]> consumer) {
            @Nullable String[] row = new @Nullable String[formats.length];
            lake.forEachRow(values -> {
                for (int i = 0; i < formats.length; i++) {
                    Object value = values[i];
                    row[i] = value == null ? null : formats[i].ofLake(value);
                }
                consumer.accept(row);
            });
        }

        /** Reads both sides again and keeps the rows that are not on both. */
        private List<String> details(CellFormat[] formats, int[] sourceIndex, RowDigests digests) throws SQLException {
            Map<List<String>, Sides> byKey = new TreeMap<>(Comparator.comparing(List::toString));
            int[] key = keyIndexes();
            int[] left = {MOST_ROWS_IN_DETAIL, MOST_ROWS_IN_DETAIL};
            query.forEachRow(formats, sourceIndex, row -> {
                if (digests.differs(row) && left[0]-- > 0) {
                    byKey.computeIfAbsent(keyOf(row, key), k -> new Sides())
                            .source
                            .add(row.clone());
                }
            });
            forEachLakeRow(formats, row -> {
                // A row that is only in the lake belongs to a key that was kept, or to one that may be.
                if (digests.differs(row) && (left[1]-- > 0 || byKey.containsKey(keyOf(row, key)))) {
                    byKey.computeIfAbsent(keyOf(row, key), k -> new Sides())
                            .lake
                            .add(row.clone());
                }
            });
            Map<String, List<String>> found = new TreeMap<>();
            byKey.forEach((values, sides) -> {
                String kind = sides.kind();
                found.computeIfAbsent(kind, k -> new ArrayList<>()).add(describe(values, sides));
            });
            List<String> lines = new ArrayList<>();
            lines.add("rows: " + digests.sourceRows() + " at the source, " + digests.lakeRows() + " in the lake");
            found.forEach((kind, keys) -> {
                lines.add(keys.size() + (left[0] < 0 || left[1] < 0 ? " or more" : "") + " " + kind + ":");
                keys.stream().limit(SHOWN).forEach(line -> lines.add("  " + line));
                if (keys.size() > SHOWN) {
                    lines.add("  ...");
                }
            });
            return lines;
        }

        private int[] keyIndexes() {
            List<String> key = lake.key().isEmpty() ? names : lake.key();
            return key.stream().mapToInt(names::indexOf).toArray();
        }

        private static List<String> keyOf(@Nullable String[] row, int[] key) {
            List<String> values = new ArrayList<>(key.length);
            for (int index : key) {
                values.add(String.valueOf(row[index]));
            }
            return values;
        }

        private String describe(List<String> key, Sides sides) {
            StringBuilder line = new StringBuilder(lake.key().isEmpty() ? "row " : lake.key() + " = ")
                    .append(key.stream().map(Comparison::shown).toList());
            if (sides.source.size() == 1 && sides.lake.size() == 1) {
                @Nullable String[] expected = sides.source.get(0);
                @Nullable String[] actual = sides.lake.get(0);
                for (int i = 0; i < expected.length; i++) {
                    String want = expected[i];
                    String got = actual[i];
                    if (!Objects.equals(want, got)) {
                        line.append("; ")
                                .append(names.get(i))
                                .append(" should be ")
                                .append(difference(want, got));
                    }
                }
            } else if (sides.source.size() + sides.lake.size() > 1) {
                line.append("; ").append(sides.source.size()).append(" at the source, ");
                line.append(sides.lake.size()).append(" in the lake");
                Set<String> columns = new LinkedHashSet<>();
                List<@Nullable String[]> all = new ArrayList<>(sides.source);
                all.addAll(sides.lake);
                Map<Integer, Set<String>> values = new HashMap<>();
                for (@Nullable String[] row : all) {
                    for (int i = 0; i < row.length; i++) {
                        values.computeIfAbsent(i, k -> new LinkedHashSet<>()).add(String.valueOf(row[i]));
                        if (values.getOrDefault(i, Set.of()).size() > 1) {
                            columns.add(names.get(i));
                        }
                    }
                }
                if (!columns.isEmpty()) {
                    line.append(", differing in ").append(columns);
                }
            }
            return line.toString();
        }

        /** Two long values are shown where they part. */
        private static String difference(@Nullable String want, @Nullable String got) {
            int from = 0;
            if (want != null && got != null && Math.max(want.length(), got.length()) > SHOWN_CHARACTERS) {
                while (from < Math.min(want.length(), got.length()) && want.charAt(from) == got.charAt(from)) {
                    from++;
                }
                from = Math.max(0, from - 10);
                return shown(want.substring(from)) + " and is " + shown(got.substring(from)) + " from character " + from
                        + " (lengths " + want.length() + " and " + got.length() + ")";
            }
            return shown(want) + " and is " + shown(got);
        }

        private static String shown(@Nullable String value) {
            if (value == null) {
                return "NULL";
            }
            return value.length() <= SHOWN_CHARACTERS ? value : value.substring(0, SHOWN_CHARACTERS) + "...";
        }
    }

    /** The rows of one key that are not equally often on both sides. */
    private static final class Sides {
        final List<@Nullable String[]> source = new ArrayList<>();
        final List<@Nullable String[]> lake = new ArrayList<>();

        String kind() {
            if (source.isEmpty()) {
                return "surplus in the lake";
            }
            if (lake.isEmpty()) {
                return "missing in the lake";
            }
            return source.size() == lake.size() ? "changed" : "in another number";
        }
    }
}
