package io.sluice.service.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.lake.DrainedChanges;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.LoadStep;
import io.sluice.pipeline.lake.LoadedRange;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A table of an {@link InMemoryLake}: what readers see, what is loaded, and what it says about itself. Its lake guards it. */
final class InMemoryTable {

    /** A change of one row of a table. */
    record Change(TableId table, byte operation, long key) {}

    private static final TableLoad NOTHING_READ = new TableLoad(List.of(), 0, 0, TableLoad.Extent.PARTIAL);

    private final TableId id;
    private final Set<Long> rows = new TreeSet<>();
    private final Map<Long, Set<Long>> tags = new TreeMap<>();
    private final Map<String, String> nextNotes = new HashMap<>();
    private final Set<Long> loaded = new TreeSet<>();
    private final List<Change> waiting = new ArrayList<>();
    private boolean loadBegins;

    private String pipeline = "";
    private long epoch;
    private long cut;
    private Optional<String> position = Optional.empty();
    private TablePhase phase = TablePhase.SNAPSHOT;
    private OptionalLong snapshotId = OptionalLong.empty();
    private String detail = "";
    private Map<String, String> notes = Map.of();
    private Optional<TableLoad> load = Optional.empty();

    InMemoryTable(TableId id) {
        this.id = id;
    }

    LakeTableState state() {
        return new LakeTableState(id, pipeline, epoch, cut, position, phase, snapshotId, detail, notes, load);
    }

    void own(String owner, long newEpoch) {
        pipeline = owner;
        epoch = newEpoch;
        snapshotId = OptionalLong.empty();
        detail = "";
    }

    void fence() {
        epoch++;
    }

    void stop(String reason) {
        phase = TablePhase.STOPPED;
        detail = reason;
        load = Optional.empty();
    }

    void stop(long newEpoch, String reason) {
        epoch = newEpoch;
        stop(reason);
    }

    /** Readers see a cut. */
    void advance(long newCut, Position newPosition) {
        cut = newCut;
        position = Optional.of(newPosition.text());
        phase = TablePhase.STREAMING;
        snapshotId = OptionalLong.of(newCut);
        detail = "";
        notes = nextNotes;
    }

    void note(Map<String, String> more) {
        nextNotes.putAll(more);
    }

    void add(Collection<Long> keys) {
        rows.addAll(keys);
    }

    void apply(Change change) {
        if (RowOperation.isUpsert(change.operation)) {
            rows.add(change.key);
        } else {
            rows.remove(change.key);
        }
    }

    Set<Long> keys() {
        return new TreeSet<>(rows);
    }

    boolean isStreamingBy(long number) {
        return phase == TablePhase.STREAMING && cut <= number;
    }

    void tag(long number) {
        tags.putIfAbsent(number, keys());
    }

    Map<Long, Set<Long>> tags() {
        return tags;
    }

    void askLoad() {
        loadBegins = true;
        load = Optional.of(NOTHING_READ);
    }

    void beginLoad() {
        loadBegins = true;
        load = load.filter(asked -> phase != TablePhase.SNAPSHOT).map(asked -> NOTHING_READ);
    }

    boolean isGivenUp() {
        return phase == TablePhase.STOPPED && load.isEmpty();
    }

    void addToLoad(LoadStep step, Collection<Long> keys) {
        TableLoad before = beginIfNew();
        List<LoadedRange> ranges = new ArrayList<>(before.ranges());
        loaded.addAll(keys);
        step.ranges()
                .forEach(range ->
                        ranges.add(new LoadedRange(range, step.position().text())));
        load = Optional.of(new TableLoad(ranges, loaded.size(), ranges.size(), step.extent(), before.drained()));
    }

    void beginDrain(Position from) {
        TableLoad before = beginIfNew();
        assertThat(before.drained()).isEmpty();
        load = Optional.of(drained(before, from.text(), from.text()));
    }

    /** A load begins with what it says, and nothing of an older one. */
    private TableLoad beginIfNew() {
        if (loadBegins || load.isEmpty()) {
            loaded.clear();
            waiting.clear();
            loadBegins = false;
            load = Optional.of(NOTHING_READ);
        }
        return load.orElseThrow();
    }

    void drain(List<Change> changes, Position at) {
        TableLoad before = load.orElseThrow();
        DrainedChanges taken = before.drained().orElseThrow();
        assertThat(at.compareTo(LogSequenceNumber.parse(taken.to())))
                .as("changes of %s at %s after %s", id, at, taken)
                .isPositive();
        waiting.addAll(changes);
        load = Optional.of(drained(before, taken.from(), at.text()));
    }

    private TableLoad drained(TableLoad of, String from, String to) {
        return new TableLoad(
                of.ranges(),
                of.rows(),
                of.files(),
                of.extent(),
                Optional.of(new DrainedChanges(from, to, waiting.size())));
    }

    void publishLoad() {
        rows.clear();
        rows.addAll(loaded);
        waiting.forEach(this::apply);
        waiting.clear();
        load = Optional.empty();
    }
}
