package io.sluice.pipeline.source;

import io.sluice.pipeline.schema.TableSchema;
import java.io.Serializable;

/**
 * A table as its source describes it.
 *
 * @param schema the shape; its key is what the log identifies rows by
 * @param estimatedRows the source's own estimate, 0 or more
 * @param estimatedBytes the source's own estimate of the bytes on disk, 0 or more
 * @param beforeImage what the log tells of a row before an update or delete
 */
public record SourceTable(TableSchema schema, long estimatedRows, long estimatedBytes, BeforeImage beforeImage)
        implements Serializable {

    /** What the log carries of the old row. */
    public enum BeforeImage {
        /** The key only. */
        KEY,
        /** The whole old row, unchanged large values included (Postgres: REPLICA IDENTITY FULL). */
        FULL,
        /** Nothing: updates and deletes cannot be followed. */
        NONE
    }
}
