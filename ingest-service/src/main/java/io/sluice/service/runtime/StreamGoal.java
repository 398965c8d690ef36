package io.sluice.service.runtime;

import io.sluice.pipeline.position.Position;
import java.util.Optional;

/**
 * How far a stream is followed, and where its cuts may end.
 *
 * @param exact a cut has to end exactly behind the last transaction that this position covers, and the stream ends there
 * @param target the stream ends when everything up to it is published
 * @param noCutBefore no cut may end before it: some table is already there
 */
record StreamGoal(Optional<Position> exact, Optional<Position> target, Optional<Position> noCutBefore) {

    /** Whether cuts on the way may be tagged: not while some tables are ahead of, or have not joined, the others. */
    boolean tags() {
        return exact.isEmpty();
    }

    /** Brings tables to the position that others have already, in one cut. */
    static StreamGoal completeCut(Position position) {
        return new StreamGoal(Optional.of(position), Optional.of(position), Optional.of(position));
    }

    /** Brings tables to a position where others will join them; cuts may end on the way. */
    static StreamGoal upTo(Position position) {
        return new StreamGoal(Optional.of(position), Optional.of(position), Optional.empty());
    }

    /** Follows the log until the target is published, or without end. */
    static StreamGoal follow(Optional<Position> target, Optional<Position> noCutBefore) {
        return new StreamGoal(Optional.empty(), target, noCutBefore);
    }
}
