package io.sluice.incremental.postgres;

import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A table as the log describes it before its first change and after each change of its shape.
 *
 * @param table schema and name; a partitioned table's own when the publication publishes through the root
 * @param fullIdentity whether old rows come whole (REPLICA IDENTITY FULL)
 * @param columns those that the log carries, in the table's order
 */
record Relation(TableId table, boolean fullIdentity, List<RelationColumn> columns) {

    /**
     * One column.
     *
     * @param inIdentity whether the log identifies old rows by it
     * @param type as {@code format_type} writes it; empty when it is built in and has no mapping
     */
    record RelationColumn(String name, boolean inIdentity, Optional<String> type) {}

    /** Why the schema no longer describes this relation, as what was expected and what was found; empty when it does. */
    Optional<String> differenceFrom(TableSchema schema) {
        List<String> differences = new ArrayList<>();
        Set<String> found = new LinkedHashSet<>();
        for (RelationColumn column : columns) {
            found.add(column.name());
            OptionalInt index = schema.indexOf(column.name());
            if (index.isEmpty()) {
                differences.add("column '" + column.name() + "'"
                        + column.type().map(type -> " " + type).orElse("") + " is new or was renamed");
                continue;
            }
            Column expected = schema.column(index.getAsInt());
            // A schema that was not read from Postgres names the logical type and nothing to compare with.
            if (expected.nativeType().equals(expected.type().toString())) {
                continue;
            }
            if (column.type().isEmpty()
                    || !PostgresTypes.fits(expected.nativeType(), column.type().get())) {
                differences.add("column '" + column.name() + "': expected type " + expected.nativeType() + ", found "
                        + column.type().orElse("another type"));
            }
        }
        for (Column column : schema.columns()) {
            if (!found.contains(column.name())) {
                differences.add("column '" + column.name() + "' " + column.nativeType() + " is gone, renamed or not"
                        + " published");
            }
        }
        if (differences.isEmpty()) {
            identityDifference(schema).ifPresent(differences::add);
        }
        if (differences.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("The schema of table " + table + " is no longer the one it was started with: "
                + String.join("; ", differences) + ". Snapshot the table again.");
    }

    private Optional<String> identityDifference(TableSchema schema) {
        if (fullIdentity) {
            return Optional.empty();
        }
        List<String> expected = schema.key().stream()
                .map(index -> schema.column(index).name())
                .sorted()
                .toList();
        List<String> found = columns.stream()
                .filter(RelationColumn::inIdentity)
                .map(RelationColumn::name)
                .sorted()
                .toList();
        if (expected.equals(found)) {
            return Optional.empty();
        }
        return Optional.of("the log identifies rows by " + (found.isEmpty() ? "nothing" : found) + ", expected "
                + (expected.isEmpty() ? "the whole row (REPLICA IDENTITY FULL)" : expected));
    }
}
