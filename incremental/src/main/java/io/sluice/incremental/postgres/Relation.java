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
import org.jspecify.annotations.Nullable;

/**
 * A table as the log describes it before its first change and after each change of its shape.
 *
 * @param table schema and name; a partitioned table's own when the publication publishes through the root
 * @param fullIdentity whether old rows come whole (REPLICA IDENTITY FULL)
 * @param columns those that the log carries, in the table's order
 */
record Relation(TableId table, boolean fullIdentity, List<RelationColumn> columns) {

    /** Where a type's name comes from. */
    enum Origin {
        /** Built in; the name is {@code format_type}'s. */
        BUILT_IN,
        /** A domain over a built-in type; the name is that type's in {@code pg_type}. */
        DOMAIN,
        /** A type of the user's or an extension's, or a domain over one; the name is qualified. */
        USER
    }

    /** The name of a column's type. */
    record ColumnType(String name, Origin origin) {

        @Override
        public String toString() {
            return origin == Origin.DOMAIN ? "a domain over " + name : name;
        }
    }

    /**
     * One column.
     *
     * @param inIdentity whether the log identifies old rows by it
     * @param typeId the type's object id
     * @param type what is known of the type
     */
    record RelationColumn(String name, boolean inIdentity, int typeId, ColumnType type) {}

    /**
     * Why the schema no longer describes this relation, as what was expected and what was found; empty when it does.
     *
     * @param before the relation as it was before in this stream; null when this is the first
     */
    Optional<String> differenceFrom(TableSchema schema, @Nullable Relation before) {
        List<String> differences = new ArrayList<>();
        Set<String> found = new LinkedHashSet<>();
        for (RelationColumn column : columns) {
            found.add(column.name());
            OptionalInt index = schema.indexOf(column.name());
            if (index.isEmpty()) {
                differences.add("column '" + column.name() + "' " + column.type() + " is new or was renamed");
                continue;
            }
            Column expected = schema.column(index.getAsInt());
            if (!fits(expected, column) || before != null && before.hadOtherType(column)) {
                differences.add("column '" + column.name() + "': expected type " + expected.nativeType() + ", found "
                        + column.type());
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

    private static boolean fits(Column expected, RelationColumn found) {
        // A schema that was not read from Postgres names the logical type and nothing to compare with.
        if (expected.nativeType().equals(expected.type().toString())) {
            return true;
        }
        boolean expectedBuiltIn = PostgresTypes.isBuiltIn(expected.nativeType());
        return switch (found.type().origin()) {
            case BUILT_IN ->
                PostgresTypes.fits(expected.nativeType(), found.type().name());
            case DOMAIN ->
                expectedBuiltIn
                        ? PostgresTypes.sameBase(
                                expected.nativeType(), found.type().name())
                        : PostgresTypes.holds(found.type().name(), expected.type());
            // The name may be that of the type below a domain, so that only a change within the stream shows.
            case USER -> !expectedBuiltIn;
        };
    }

    private boolean hadOtherType(RelationColumn column) {
        for (RelationColumn earlier : columns) {
            if (earlier.name().equals(column.name())) {
                return earlier.typeId() != column.typeId();
            }
        }
        return false;
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
