package io.sluice.service.runtime;

import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.DeadLetterEvent;
import io.sluice.pipeline.lake.DeadLetterLog;
import io.sluice.pipeline.position.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The dead letters of a run: what the lake's table of them says, and what its cuts and loads add to it. Everything is
 * durable there before the cut or the part of a load that it belongs to. So after a crash, or after a cut that was given
 * up, the letters may be ahead of the tables: a row that they call resolved by a cut that was never published is open again
 * ({@link #begin}); one that they call open too early is told so once more.
 *
 * <p>Used by the run's thread, but for {@link #loaded} and {@link #published}.
 */
final class DeadLetterBook {

    private final String pipeline;
    private final DeadLetterLog log;
    private final Map<String, TableRuntime> tables = new LinkedHashMap<>();
    private final Function<String, Position> positions;
    private final Consumer<PipelineEvent> events;

    /** Whether the letters may be ahead of the tables. */
    private volatile boolean ahead = true;

    /**
     * A book of a run.
     *
     * @param followed the run's tables; those with a key take part
     */
    DeadLetterBook(
            String pipeline,
            DeadLetterLog log,
            Collection<TableRuntime> followed,
            Function<String, Position> positions,
            Consumer<PipelineEvent> events) {
        this.pipeline = pipeline;
        this.log = log;
        this.positions = positions;
        this.events = events;
        followed.stream()
                .filter(table -> table.openRows().isPresent())
                .forEach(table -> tables.put(table.source().toString(), table));
    }

    /** A stream begins, or the run: makes the letters and what this process knows of them fit the tables. */
    synchronized void begin(ReplayPlaces places) {
        if (!ahead && tables.values().stream().noneMatch(table -> open(table).hasPending())) {
            return;
        }
        Map<String, List<DeadLetterEvent>> byTable = new LinkedHashMap<>();
        for (DeadLetterEvent event : log.events()) {
            byTable.computeIfAbsent(event.letter().source().toString(), table -> new ArrayList<>())
                    .add(event);
        }
        List<DeadLetterEvent> reopened = new ArrayList<>();
        tables.forEach((source, table) -> {
            List<DeadLetterEvent> effective = new ArrayList<>();
            Optional<Position> from = places.replayedFrom(table);
            for (DeadLetterEvent event : byTable.getOrDefault(source, List.of())) {
                boolean published = event.kind() == DeadLetterEvent.Kind.SET_ASIDE
                        || from.isEmpty()
                        || from.get().covers(positions.apply(event.letter().position()));
                if (published) {
                    effective.add(event);
                }
            }
            List<DeadLetter> open = new ArrayList<>(DeadLetterEvent.open(effective));
            Collections.reverse(open);
            List<DeadLetter> told = DeadLetterEvent.open(byTable.getOrDefault(source, List.of()));
            open.stream()
                    .filter(letter -> !told.contains(letter))
                    .forEach(letter -> reopened.add(new DeadLetterEvent(DeadLetterEvent.Kind.SET_ASIDE, letter)));
            Optional<Position> loadFrom = places.loadFrom(table);
            open(table)
                    .begin(
                            open,
                            letter -> loadFrom.isPresent()
                                    && positions.apply(letter.position()).covers(loadFrom.get()));
        });
        log.append(reopened);
        ahead = false;
    }

    private static OpenRows open(TableRuntime table) {
        return table.openRows().orElseThrow();
    }

    /** Whether the open cut has something to be noted. */
    boolean hasPending() {
        for (TableRuntime table : tables.values()) {
            if (open(table).hasPending()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Notes durably what a cut leaves out and takes back; called before the cut is committed.
     *
     * @param cut the cut's number
     * @param end where it ends
     */
    void record(long cut, Position end) {
        List<DeadLetterEvent> all = new ArrayList<>();
        for (TableRuntime table : tables.values()) {
            all.addAll(open(table).take(cut, end));
        }
        if (!all.isEmpty()) {
            ahead = true;
            log.append(all);
            tell(all);
        }
    }

    /** The cut that was recorded last is durable. */
    void published() {
        ahead = false;
    }

    /** Notes durably what a part of a table's load leaves out; called before that part is committed. */
    synchronized void loaded(TableRuntime table, List<OpenRows.LoadRefusals> refusals) {
        List<DeadLetterEvent> all = new ArrayList<>();
        refusals.forEach(part -> all.addAll(part.events()));
        if (!all.isEmpty()) {
            log.append(all);
            refusals.forEach(open(table)::loaded);
            tell(all);
        }
    }

    private void tell(List<DeadLetterEvent> recorded) {
        Map<String, List<DeadLetter>> setAside = new LinkedHashMap<>();
        for (DeadLetterEvent event : recorded) {
            if (event.kind() == DeadLetterEvent.Kind.SET_ASIDE) {
                setAside.computeIfAbsent(event.letter().source().toString(), table -> new ArrayList<>())
                        .add(event.letter());
            }
        }
        setAside.forEach((table, letters) -> {
            DeadLetter last = letters.get(letters.size() - 1);
            events.accept(
                    new PipelineEvent.RowsSetAside(pipeline, table, letters.size(), last.column(), last.reason()));
        });
    }
}
