package io.sluice.service.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.InMemoryTable.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Collects a cut of an {@link InMemoryLake}. */
final class InMemoryCutWriter implements CutWriter {

    record Cut(long number, Position position, List<Change> changes, Set<TableId> joined, List<Change> drained)
            implements PreparedCut {
        @Override
        public Set<TableId> tables() {
            Set<TableId> changed = new TreeSet<>(joined);
            changes.forEach(change -> changed.add(change.table()));
            return changed;
        }

        @Override
        public long rows() {
            return changes.size();
        }
    }

    private final InMemoryLake lake;
    private final long number;
    private final RowRefetch refetch;
    private final List<Change> changes = new ArrayList<>();
    private final Set<TableId> joined = new TreeSet<>();
    private final Map<TableId, Drain> draining = new HashMap<>();
    private final List<Change> drained = new ArrayList<>();
    private boolean prepared;

    InMemoryCutWriter(InMemoryLake lake, long number, RowRefetch refetch) {
        this.lake = lake;
        this.number = number;
        this.refetch = refetch;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public void apply(ColumnBatch batch) {
        Drain into = draining.get(batch.schema().table());
        for (int row = 0; row < batch.rowCount(); row++) {
            Change change =
                    new Change(batch.schema().table(), batch.operation(row), ((LongVector) batch.column(0)).get(row));
            if (into != null) {
                drained.add(change);
            }
            if (into != Drain.INTO_LOAD) {
                changes.add(change);
            }
        }
    }

    @Override
    public void drain(TableId table, Drain into) {
        assertThat(lake.load(table).flatMap(TableLoad::drained))
                .as("drain of %s", table)
                .isPresent();
        draining.put(table, into);
    }

    @Override
    public void publishLoad(TableId table) {
        assertThat(lake.load(table).orElseThrow().isComplete()).isTrue();
        joined.add(table);
    }

    @Override
    public void leaveOut(TableId table) {
        joined.remove(table);
        drained.removeIf(change -> change.table().equals(table));
        changes.removeIf(change -> change.table().equals(table));
    }

    @Override
    public void readAgain(ColumnBatch keys) {
        TableId table = keys.schema().table();
        add(table, keys, RowOperation.DELETE);
        add(table, refetch.refetch(table, keys).rows(), RowOperation.INSERT);
    }

    private void add(TableId table, ColumnBatch batch, byte operation) {
        for (int row = 0; row < batch.rowCount(); row++) {
            changes.add(new Change(table, operation, ((LongVector) batch.column(0)).get(row)));
        }
    }

    @Override
    public long rows() {
        return changes.size();
    }

    @Override
    public long bytes() {
        return changes.size();
    }

    @Override
    public Optional<Position> notBefore() {
        return lake.cutsNotBefore;
    }

    @Override
    public PreparedCut prepare(Position position) {
        prepared = true;
        return new Cut(number, position, List.copyOf(changes), Set.copyOf(joined), List.copyOf(drained));
    }

    @Override
    public void close() {
        if (!prepared) {
            lake.abandoned();
        }
    }
}
