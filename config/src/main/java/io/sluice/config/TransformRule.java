package io.sluice.config;

import java.util.List;
import java.util.Optional;

/**
 * What is done to the rows of the tables that it selects.
 *
 * @param sourceTable the tables that it is for
 * @param projection a SQL select list over the source's columns; {@code *} for all of them
 * @param filter a SQL condition over the source's columns; empty for all rows
 * @param partitionKeys Iceberg partition transforms as written, such as {@code day(created_at)}; empty for none
 * @param description a note for readers of the file
 */
public record TransformRule(
        TableSelector sourceTable,
        String projection,
        Optional<String> filter,
        List<String> partitionKeys,
        Optional<String> description) {

    public TransformRule {
        partitionKeys = List.copyOf(partitionKeys);
    }
}
