package io.sluice.pipeline.source;

import java.io.Serializable;

/**
 * Which part of a table a chunk is, in a form that outlives the snapshot it was planned in: kept in the lake with the
 * rows, so that a part that is durable is never read again.
 *
 * @param part the source's name of a physical piece of the table that its rows do not leave unseen (Postgres: a heap and
 *     its file), never empty; another name after the piece was rewritten
 * @param from the first address, 0 or more
 * @param end the address behind the last one, or {@link #OPEN}
 */
public record ChunkRange(String part, long from, long end) implements Serializable {

    /** The end of a range that goes on however far the piece grows. */
    public static final long OPEN = Long.MAX_VALUE;

    public ChunkRange {
        if (part.isEmpty() || from < 0 || end <= from) {
            throw new IllegalArgumentException(
                    "A range needs a part and 0 <= from < end, got '" + part + "' " + from + " to " + end);
        }
    }
}
