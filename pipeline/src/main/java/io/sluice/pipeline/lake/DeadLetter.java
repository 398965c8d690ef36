package io.sluice.pipeline.lake;

import io.sluice.pipeline.schema.TableId;
import java.io.Serializable;
import java.time.Instant;

/**
 * A row of the source that has no place in the lake, with the reason; never with its values, except for its key.
 *
 * @param source the table at the source
 * @param key the row's key, as text that a person can put into a query
 * @param column the column whose value was refused, or that the expression computes; {@code filter} for the filter
 * @param reason why, and what to do
 * @param position where in the source's log the row was met, as text: of its change, or of the snapshot
 * @param cut the number of the cut that leaves it out; 0 when it was met while the table was loaded
 * @param at when it was met, by this process' clock
 */
public record DeadLetter(
        TableId source, String key, String column, String reason, String position, long cut, Instant at)
        implements Serializable {}
