package io.sluice.service.runtime;

import io.sluice.pipeline.position.Position;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** From where on a table's changes come again when its stream begins anew. */
final class ReplayPlaces {

    private final Function<String, Position> parser;
    private final TableLoads loads;
    private final Supplier<Optional<Position>> reached;

    /** @param reached how far the stream is durable; empty when there is none */
    ReplayPlaces(Function<String, Position> parser, TableLoads loads, Supplier<Optional<Position>> reached) {
        this.parser = parser;
        this.loads = loads;
        this.reached = reached;
    }

    /** Changes behind this come again, to the table or to its load; empty when none do. */
    Optional<Position> replayedFrom(TableRuntime table) {
        Optional<Position> published = table.state()
                .position()
                .map(parser)
                .map(own -> reached.get().map(begin -> Position.max(own, begin)).orElse(own));
        return Stream.concat(published.stream(), loads.streamFrom(table).stream())
                .reduce(Position::min);
    }

    /** The first position of the load under way; empty when there is none. */
    Optional<Position> loadFrom(TableRuntime table) {
        return loads.first(table);
    }
}
