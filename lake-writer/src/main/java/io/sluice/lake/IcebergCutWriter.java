package io.sluice.lake;

import io.sluice.lake.commit.LoadPart;
import io.sluice.lake.commit.SpoolFile;
import io.sluice.lake.commit.TableChange;
import io.sluice.lake.commit.TableMarks;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Collects a cut: a {@link TableCut} per changed table, the largest of which is written out when memory runs short. */
final class IcebergCutWriter implements CutWriter {

    private final IcebergSession session;
    private final long number;
    private final RowRefetch refetch;
    private final long memoryBytes;
    private final FailPoints failPoints;
    private final String cutId;
    private final Map<TableId, TableCut> tables = new LinkedHashMap<>();
    private final Set<TableId> joined = new LinkedHashSet<>();
    private final Map<TableId, Drain> draining = new LinkedHashMap<>();
    private final Map<TableId, SpoolWriter> spools = new LinkedHashMap<>();
    private long rows;
    private long bytes;
    private State state = State.OPEN;

    private enum State {
        OPEN,
        FAILED,
        PREPARED,
        CLOSED
    }

    IcebergCutWriter(
            IcebergSession session,
            long number,
            RowRefetch refetch,
            long memoryBytes,
            FailPoints failPoints,
            String cutId) {
        this.session = session;
        this.number = number;
        this.refetch = refetch;
        this.memoryBytes = memoryBytes;
        this.failPoints = failPoints;
        this.cutId = cutId;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public void apply(ColumnBatch changes) {
        require(State.OPEN);
        if (changes.content() != ColumnBatch.Content.CHANGES) {
            throw new IllegalArgumentException("A cut takes changes, got a snapshot batch of "
                    + changes.schema().table());
        }
        if (changes.rowCount() == 0) {
            return;
        }
        TableId id = changes.schema().table();
        if (session.table(id).isLeft()) {
            return;
        }
        try {
            long size = changes.memoryBytes();
            Drain into = draining.get(id);
            if (into != null) {
                requireColumns(session.table(id), changes);
                spools.computeIfAbsent(id, first -> new SpoolWriter(session.table(id), cutId))
                        .add(changes);
            }
            if (into != Drain.INTO_LOAD) {
                table(changes).apply(changes);
            }
            rows += changes.rowCount();
            bytes += size;
            boundMemory();
        } catch (RuntimeException e) {
            state = State.FAILED;
            throw e;
        }
    }

    @Override
    public void readAgain(ColumnBatch keys) {
        require(State.OPEN);
        if (!keys.schema().hasKey()) {
            throw new IllegalArgumentException("Table " + keys.schema().table() + " has no key to read rows again by");
        }
        try {
            TableCut cut = table(keys);
            byte[] operations = new byte[keys.rowCount()];
            Arrays.fill(operations, (byte) (RowOperation.UPDATE | RowOperation.REFETCH));
            ColumnBatch changes = ColumnBatch.ofChanges(
                    keys.schema(), keys.columns(), operations, new long[keys.rowCount()], keys.rowCount());
            cut.deleteEverywhere(changes);
            cut.apply(changes);
            rows += changes.rowCount();
            bytes += changes.memoryBytes();
            boundMemory();
        } catch (RuntimeException e) {
            state = State.FAILED;
            throw e;
        }
    }

    private TableCut table(ColumnBatch changes) {
        TableId id = changes.schema().table();
        TableCut cut = tables.get(id);
        if (cut == null) {
            LakeTable table = session.table(id);
            if (table.marks().phase() != TablePhase.STREAMING && !table.isJoined()) {
                throw new IllegalStateException("Changes of " + id + " came in phase "
                        + table.marks().phase() + "; it has to be published first");
            }
            if (table.marks().cut() >= number) {
                throw new IllegalStateException("Table " + id + " has cut "
                        + table.marks().cut() + " already, its changes must not be put into cut " + number);
            }
            requireColumns(table, changes);
            cut = new TableCut(table, refetch, cutId);
            tables.put(id, cut);
        }
        return cut;
    }

    private static void requireColumns(LakeTable table, ColumnBatch changes) {
        if (!table.schema().columns().equals(changes.schema().columns())) {
            throw new PipelineException(
                    ErrorKind.SCHEMA_CHANGED,
                    table.id(),
                    "Changes of " + table.id() + " have columns "
                            + changes.schema().columns() + ", expected "
                            + table.schema().columns() + ". Load the table anew",
                    null);
        }
    }

    private void boundMemory() {
        while (true) {
            long total = 0;
            long most = 0;
            Runnable largest = null;
            for (TableCut cut : tables.values()) {
                long held = cut.bufferedBytes();
                total += held;
                if (held > most) {
                    most = held;
                    largest = cut::flush;
                }
            }
            for (SpoolWriter spool : spools.values()) {
                long held = spool.bufferedBytes();
                total += held;
                if (held > most) {
                    most = held;
                    largest = spool::flush;
                }
            }
            if (largest == null || total <= memoryBytes) {
                return;
            }
            largest.run();
        }
    }

    @Override
    public void publishLoad(TableId id) {
        require(State.OPEN);
        if (tables.containsKey(id)) {
            throw new IllegalStateException("Changes of " + id + " came before its load was to be published");
        }
        session.table(id).join();
        joined.add(id);
        if (session.table(id).marks().load().drained().rows() == 0) {
            return;
        }
        try {
            TableCut cut = new TableCut(session.table(id), refetch, cutId);
            tables.put(id, cut);
            SpoolReader.read(session.table(id), changes -> {
                cut.apply(changes);
                boundMemory();
            });
        } catch (RuntimeException e) {
            state = State.FAILED;
            throw e;
        }
    }

    @Override
    public void drain(TableId id, Drain into) {
        require(State.OPEN);
        LakeTable table = session.table(id);
        if (table.loadBegins() || !table.marks().load().drained().exists()) {
            throw new IllegalStateException(
                    "The load of " + id + " takes no changes: " + table.marks().load());
        }
        if (tables.containsKey(id)) {
            throw new IllegalStateException("Changes of " + id + " came before they were to be drained");
        }
        draining.put(id, into);
    }

    @Override
    public void leaveOut(TableId id) {
        require(State.OPEN);
        TableCut cut = tables.remove(id);
        if (cut != null) {
            cut.giveUp();
        }
        if (joined.remove(id)) {
            session.table(id).leave();
        }
        draining.remove(id);
        SpoolWriter spool = spools.remove(id);
        if (spool != null) {
            spool.abandon();
        }
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public Optional<Position> notBefore() {
        if (state == State.OPEN) {
            // Rows that wait to be read again would only raise the bound in prepare, too late for the caller.
            try {
                tables.values().forEach(TableCut::settleRefetches);
            } catch (RuntimeException e) {
                state = State.FAILED;
                throw e;
            }
        }
        Optional<Position> latest = Optional.empty();
        for (TableCut cut : tables.values()) {
            Optional<Position> own = cut.notBefore();
            if (own.isPresent()) {
                latest = Optional.of(
                        latest.map(other -> Position.max(other, own.get())).orElse(own.get()));
            }
        }
        return latest;
    }

    @Override
    public PreparedCut prepare(Position position) {
        require(State.OPEN);
        state = State.FAILED;
        failPoints.reach(FailPoint.CUT_BEFORE_FILES);
        for (TableCut cut : tables.values()) {
            cut.flush();
        }
        // Flushing may have read rows again, so the bound is only known now.
        Optional<Position> bound = notBefore();
        if (bound.isPresent() && !position.covers(bound.get())) {
            state = State.OPEN;
            throw new IllegalStateException("Cut " + number + " has rows that are true at "
                    + bound.get().text() + "; it cannot be prepared at " + position.text() + ", collect on until then");
        }
        failPoints.reach(FailPoint.CUT_AFTER_DATA_FILES);
        String commitId = cutId + "-" + number;
        Map<TableId, LoadPart> drains = drains(commitId, position);
        List<TableChange> changes = new ArrayList<>();
        for (TableCut cut : tables.values()) {
            LakeTable table = cut.table();
            if (table.isLeft()) {
                // It was there when its changes came, and a commit of the cut before found it changed by someone else.
                cut.giveUp();
                continue;
            }
            CutFiles.Outcome outcome = cut.files().finish();
            if (outcome.isEmpty() && !table.isJoined() && !drains.containsKey(table.id())) {
                cut.abandon();
                continue;
            }
            TableMarks before = table.marks();
            cut.seal(commitId, outcome);
            changes.add(new TableChange(
                    table.id(),
                    table.isJoined() ? TableChange.Kind.PUBLISH : TableChange.Kind.CUT,
                    before,
                    table.noted(before.at(number, position.text(), commitId)),
                    List.copyOf(outcome.added().values()),
                    outcome.deletes(),
                    outcome.replaced(),
                    outcome.removed(),
                    table.isJoined() ? LoadPart.PUBLISH : drains.getOrDefault(table.id(), LoadPart.NONE),
                    table.isJoined() ? table.shapes() : List.of()));
        }
        for (TableId id : joined) {
            if (!tables.containsKey(id)) {
                LakeTable table = session.table(id);
                TableMarks before = table.marks();
                changes.add(TableChange.publishLoad(
                        id, before, table.noted(before.at(number, position.text(), commitId)), table.shapes()));
            }
        }
        drains.forEach((id, part) -> {
            // Of a table that the cut changes too, the one commit does both, so that neither is ahead of the other.
            if (!tables.containsKey(id)) {
                changes.add(TableChange.drain(id, session.table(id).marks(), part));
            }
        });
        failPoints.reach(FailPoint.CUT_AFTER_DELETES);
        PreparedIcebergCut prepared = new PreparedIcebergCut(number, position, changes, rows);
        state = State.PREPARED;
        session.ended(this);
        return prepared;
    }

    private Map<TableId, LoadPart> drains(String commitId, Position position) {
        Map<TableId, LoadPart> drains = new LinkedHashMap<>();
        for (Map.Entry<TableId, SpoolWriter> entry : spools.entrySet()) {
            if (session.table(entry.getKey()).isLeft()) {
                entry.getValue().abandon();
                continue;
            }
            failPoints.reach(FailPoint.DRAIN_BEFORE_FILE);
            List<SpoolFile> files = entry.getValue().finish().stream().toList();
            failPoints.reach(FailPoint.DRAIN_AFTER_FILE);
            if (!files.isEmpty()) {
                drains.put(
                        entry.getKey(),
                        LoadPart.drain(commitId, new io.sluice.lake.commit.Drain("", position.text(), files)));
            }
        }
        return drains;
    }

    private void require(State expected) {
        if (state != expected) {
            throw new IllegalStateException("Cut " + number + " is " + state + ", expected " + expected);
        }
    }

    @Override
    public void close() {
        if (state == State.PREPARED || state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        for (TableCut cut : tables.values()) {
            cut.giveUp();
        }
        joined.forEach(id -> session.table(id).leave());
        spools.values().forEach(SpoolWriter::abandon);
        session.ended(this);
    }
}
