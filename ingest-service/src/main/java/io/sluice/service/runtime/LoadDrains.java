package io.sluice.service.runtime;

import io.sluice.pipeline.lake.DrainedChanges;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.position.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which loads take the changes of their tables, and how far each has them, so that the source need not keep its log while
 * a load lasts. A load begins to take them at its first position, when loading has lasted for a while; short loads never
 * do. Thread-safe.
 */
final class LoadDrains {

    private final LakeSession session;
    private final Function<String, Position> positions;
    private final Optional<Position> slot;

    /** What this run knows beyond the marks, which do not move while there are no changes. */
    private final Map<TableRuntime, Position> reached = new HashMap<>();

    private final Set<TableRuntime> fed = new HashSet<>();

    /**
     * For the tables of a run.
     *
     * @param slot where the source's log began when the run did; empty when there was none
     */
    LoadDrains(LakeSession session, Function<String, Position> positions, Optional<Position> slot) {
        this.session = session;
        this.positions = positions;
        this.slot = slot;
    }

    private static Optional<DrainedChanges> mark(TableRuntime table) {
        return table.load().flatMap(TableLoad::drained);
    }

    /** The position that the load's changes begin after; empty when it takes none. */
    Optional<Position> begin(TableRuntime table) {
        return mark(table).map(DrainedChanges::from).map(positions);
    }

    /** The last position at which the load got changes; empty when it takes none. */
    Optional<Position> lastChange(TableRuntime table) {
        return mark(table).map(DrainedChanges::to).map(positions);
    }

    /** The load has every change up to here; empty when it takes none. */
    synchronized Optional<Position> upTo(TableRuntime table) {
        return lastChange(table).map(marked -> {
            // The source was told of no position that a load that takes changes had not reached.
            Position known = slot.map(kept -> Position.max(kept, marked)).orElse(marked);
            Position here = reached.get(table);
            return here == null ? known : Position.max(here, known);
        });
    }

    /** Makes a load take changes from a position on; nothing happens when it does. */
    void start(TableRuntime table, Position from) {
        if (mark(table).isPresent()) {
            return;
        }
        Outcomes.require(
                session.beginDrain(table.sink(), from),
                "the mark that the load of table " + table.sink() + " takes changes");
        synchronized (this) {
            reached.put(table, from);
        }
    }

    /** A stream begins that puts the changes of these tables into their loads. */
    synchronized void feed(Collection<TableRuntime> tables) {
        fed.clear();
        fed.addAll(tables);
    }

    /** That stream has ended; what it took is durable up to here, or nothing of it is. */
    synchronized void fedUpTo(Optional<Position> durable) {
        durable.ifPresent(position -> fed.forEach(table -> reached.merge(table, position, Position::max)));
        fed.clear();
    }

    /** Whether the present stream puts the table's changes into its load, so that the source can forget them. */
    synchronized boolean isFed(TableRuntime table) {
        return fed.contains(table);
    }

    /** Those of the tables whose loads lack changes before a position. */
    List<TableRuntime> behind(Collection<TableRuntime> tables, Position position) {
        return tables.stream()
                .filter(table -> !table.isLeft())
                .filter(table -> !upTo(table).orElseThrow().covers(position))
                .toList();
    }
}
