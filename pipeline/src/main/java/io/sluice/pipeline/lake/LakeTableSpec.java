package io.sluice.pipeline.lake;

import io.sluice.pipeline.schema.TableSchema;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * A lake table as a pipeline wants it.
 *
 * @param schema the transform's output; its table is the table's name in the lake, its key becomes the identifier fields
 * @param partitionKeys Iceberg transforms as users write them, such as {@code day(created_at)}, {@code bucket(16, id)}
 *     or {@code status}; empty for an unpartitioned table
 * @param properties Iceberg table properties to create the table with, such as {@code format-version}
 * @param use whether the table's present rows are followed
 */
public record LakeTableSpec(TableSchema schema, List<String> partitionKeys, Map<String, String> properties, Use use)
        implements Serializable {

    /** What becomes of the rows that an existing table has. */
    public enum Use {
        /** Changes go on top of them: the schema must fit. */
        FOLLOW,
        /** A load replaces them, and with them the schema and the partitions where they are others. */
        LOAD_ANEW
    }

    /** A table whose rows are followed. */
    public LakeTableSpec(TableSchema schema, List<String> partitionKeys, Map<String, String> properties) {
        this(schema, partitionKeys, properties, Use.FOLLOW);
    }

    /** The same, for another use. */
    public LakeTableSpec with(Use other) {
        return new LakeTableSpec(schema, partitionKeys, properties, other);
    }

    public LakeTableSpec {
        partitionKeys = List.copyOf(partitionKeys);
        properties = Map.copyOf(properties);
    }
}
