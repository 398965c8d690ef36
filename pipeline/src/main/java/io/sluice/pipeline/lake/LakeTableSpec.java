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
 */
public record LakeTableSpec(TableSchema schema, List<String> partitionKeys, Map<String, String> properties)
        implements Serializable {

    public LakeTableSpec {
        partitionKeys = List.copyOf(partitionKeys);
        properties = Map.copyOf(properties);
    }
}
