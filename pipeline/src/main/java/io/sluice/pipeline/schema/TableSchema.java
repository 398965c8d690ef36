package io.sluice.pipeline.schema;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One version of a table's shape: at the source before, in the lake after the transform.
 *
 * @param table the table's name on this side
 * @param version rises by one with each change of the source's schema; starts at 0
 * @param columns in order, names unique
 * @param key the indexes of the key's columns in key order; empty for a table without a key, whose rows are then a
 *     multiset told apart by all their values
 */
public record TableSchema(TableId table, int version, List<Column> columns, List<Integer> key) implements Serializable {

    public TableSchema {
        Objects.requireNonNull(table, "table");
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        Set<String> names = new HashSet<>();
        for (Column column : columns) {
            if (!names.add(column.name())) {
                throw new IllegalArgumentException("Table " + table + " has two columns named '" + column.name() + "'");
            }
        }
        for (int index : key) {
            Objects.checkIndex(index, columns.size());
        }
    }

    /** The number of columns. */
    public int width() {
        return columns.size();
    }

    /** The column at an index of 0 to {@code width() - 1}. */
    public Column column(int index) {
        return columns.get(index);
    }

    /** Where the column of exactly this name is. */
    public OptionalInt indexOf(String name) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    /** Whether rows are identified by a key; otherwise by all their values. */
    public boolean hasKey() {
        return !key.isEmpty();
    }
}
