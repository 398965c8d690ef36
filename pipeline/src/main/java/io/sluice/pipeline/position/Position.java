package io.sluice.pipeline.position;

import java.io.Serializable;

/**
 * A place in a source's log, on the commit order of its transactions: every transaction is either wholly at or before a
 * position or wholly after it. Totally ordered within one source. Implementations are immutable and have value
 * equality.
 */
public sealed interface Position extends Comparable<Position>, Serializable permits LogSequenceNumber {

    /** The source's own notation, as it stands in the lake's {@code sluice.position} and in the API. */
    String text();

    /** Bytes of log from here to a position of the same source; negative when that is before this one. */
    long bytesUntil(Position later);

    /** Whether everything up to {@code other} is at or before this position. */
    default boolean covers(Position other) {
        return compareTo(other) >= 0;
    }

    /** The larger of the two. */
    static Position max(Position a, Position b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** The smaller of the two. */
    static Position min(Position a, Position b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
