package io.sluice.config;

import java.util.List;
import java.util.Optional;

/**
 * What a pipeline's file says about one table of the source.
 *
 * @param source the table at the source
 * @param sink the table in the lake
 * @param transform the first transform that is for this table
 */
public record RoutedTable(TableName source, TableName sink, Optional<TransformRule> transform) {

    /** The SQL select list; {@code *} without a transform. */
    public String projection() {
        return transform.map(TransformRule::projection).orElse(Vocabulary.PROJECTION.defaultValue());
    }

    /** The SQL condition that keeps a row; empty for all rows. */
    public Optional<String> filter() {
        return transform.flatMap(TransformRule::filter);
    }

    /** The lake table's partition transforms; empty for an unpartitioned table. */
    public List<String> partitionKeys() {
        return transform.map(TransformRule::partitionKeys).orElse(List.of());
    }
}
