package io.sluice.testkit.workload;

import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.transform.TransformSpec;
import java.util.List;
import java.util.Optional;

/**
 * A table of a random workload with a random transform, in SQL that PostgreSQL and Sluice read with the same meaning.
 *
 * @param source the table in the database
 * @param projection a select list that keeps the key, some of its columns renamed
 * @param filter a condition; empty for all rows
 * @param expectedSql what the lake must equal, for PostgreSQL to answer
 * @param keyColumns the key's columns as they are called in the lake; empty for a table without a key
 * @param definition the statements that made the table, for messages
 * @param refusedSql how many rows the filter keeps that have no place in a lake, for PostgreSQL to answer; {@code expectedSql}
 *     leaves them out
 */
public record TransformedTable(
        TableId source,
        String projection,
        Optional<String> filter,
        String expectedSql,
        List<String> keyColumns,
        String definition,
        String refusedSql) {

    public TransformedTable {
        keyColumns = List.copyOf(keyColumns);
    }

    /** A table all of whose rows have a place in a lake. */
    public TransformedTable(
            TableId source,
            String projection,
            Optional<String> filter,
            String expectedSql,
            List<String> keyColumns,
            String definition) {
        this(source, projection, filter, expectedSql, keyColumns, definition, "SELECT 0");
    }

    /** The transform, into a table of the same name in a namespace of the lake. */
    public TransformSpec spec(String sinkNamespace) {
        return new TransformSpec(source, new TableId(sinkNamespace, source.name()), projection, filter);
    }
}
