package io.sluice.pipeline.transform;

import io.sluice.pipeline.schema.TableId;
import java.io.Serializable;
import java.util.Optional;

/**
 * What a pipeline's file says about one table: projection, filter and route.
 *
 * @param source the table at the source
 * @param sink the table in the lake
 * @param projection a SQL select list over the source's columns; {@code *} for all of them
 * @param filter a SQL condition over the source's columns; a row is in the lake while it is true
 */
public record TransformSpec(TableId source, TableId sink, String projection, Optional<String> filter)
        implements Serializable {

    /** All columns, all rows. */
    public static TransformSpec identity(TableId source, TableId sink) {
        return new TransformSpec(source, sink, "*", Optional.empty());
    }
}
