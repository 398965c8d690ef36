package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SourceTable;
import io.sluice.pipeline.transform.TableTransform;
import io.sluice.pipeline.transform.TransformCompiler;
import io.sluice.pipeline.transform.TransformSpec;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One table of a running pipeline: what it is made of, and its counters. The counters are written by the threads that
 * do the work and read by whoever asks for the status.
 */
final class TableRuntime {

    private final SourceTable sourceTable;
    private final TableTransform transform;
    private final LakeTableSpec spec;
    private final TableDefinition definition;
    private final AtomicLong rowsRead = new AtomicLong();
    private final AtomicLong bytesRead = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private volatile long rowsEstimated;
    private volatile LakeTableState state;
    /** What is known of how the source stores the table; empty before it was looked at. */
    private volatile String storageMark = "";

    /** The table's part in the change stream as the lake notes it; empty when it does not. */
    private volatile String streamMark = "";

    /** The table's part in the change stream as the source had it when this run began; empty when it had none. */
    private volatile String streamFound = "";

    private volatile boolean storageChanged;

    /** Empty when a row without a place in the lake stops the table. */
    private volatile Optional<OpenRows> openRows = Optional.empty();

    TableRuntime(
            SourceTable sourceTable,
            TableTransform transform,
            LakeTableSpec spec,
            TableDefinition definition,
            String pipeline) {
        this.sourceTable = sourceTable;
        this.transform = transform;
        this.spec = spec;
        this.definition = definition;
        this.rowsEstimated = sourceTable.estimatedRows();
        this.state = new LakeTableState(
                spec.schema().table(),
                pipeline,
                0,
                0,
                Optional.empty(),
                TablePhase.SNAPSHOT,
                OptionalLong.empty(),
                "",
                Map.of());
    }

    /** A table of which the lake has nothing yet. */
    static TableRuntime of(PreparedTable table, String pipeline) {
        return new TableRuntime(table.source(), table.transform(), table.spec(), table.definition(), pipeline);
    }

    /** Whether its columns are known, so that it can be read. */
    boolean isKnown() {
        return sourceTable.schema().width() > 0;
    }

    /** A table that is not what it was: only its name and its state in the lake are known. */
    static TableRuntime unknown(TableId source, LakeTableState state) {
        TableSchema nothing = new TableSchema(source, 0, List.of(), List.of());
        TableRuntime table = new TableRuntime(
                new SourceTable(nothing, 0, 0, SourceTable.BeforeImage.NONE),
                TransformCompiler.compile(TransformSpec.identity(source, state.table()), nothing),
                new LakeTableSpec(new TableSchema(state.table(), 0, List.of(), List.of()), List.of(), Map.of()),
                new TableDefinition(nothing, new TableDefinition.Rule("*", ""), ""),
                state.pipeline());
        table.state(state);
        return table;
    }

    TableId source() {
        return sourceTable.schema().table();
    }

    TableSchema sourceSchema() {
        return sourceTable.schema();
    }

    TableId sink() {
        return spec.schema().table();
    }

    /** Lets the table go on without rows that have no place in the lake, when it has a key to tell them by. */
    void setAside(DeadLetterSettings settings, Clock clock) {
        if (sourceTable.schema().hasKey()) {
            openRows = Optional.of(new OpenRows(sourceTable.schema(), spec.schema(), settings.limit(), clock));
        }
    }

    /** The rows that the table goes on without; empty when such a row stops it. */
    Optional<OpenRows> openRows() {
        return openRows;
    }

    /** Transforms changes. */
    ColumnBatch transformed(ColumnBatch changes, OpenRows.Target target) {
        return openRows.isPresent() ? openRows.get().apply(transform, changes, target) : transform.apply(changes);
    }

    /** Whether the open cut has something to note about rows that are set aside. */
    boolean hasLetters() {
        return openRows.isPresent() && openRows.get().hasPending();
    }

    /**
     * Lets the cut publish the table's load. Rows that a load leaves out whose changes waited in it are read again: a reader
     * may have met them only after the change that mended them.
     */
    void publishLoad(CutWriter cut) {
        boolean drained = state.load()
                .flatMap(TableLoad::drained)
                .filter(changes -> changes.rows() > 0)
                .isPresent();
        openRows.ifPresent(OpenRows::publishLoad);
        cut.publishLoad(sink());
        if (drained) {
            openRows.flatMap(OpenRows::loadKeys).ifPresent(cut::readAgain);
        }
    }

    /**
     * Transforms rows that were read again by key.
     *
     * @param keys what was asked for
     */
    RowRefetch.Refetched refetched(ColumnBatch keys, ColumnBatch found, Position at) {
        ColumnBatch rows =
                openRows.isPresent() ? openRows.get().refetched(transform, keys, found, at) : transform.apply(found);
        return new RowRefetch.Refetched(rows, at);
    }

    TableTransform transform() {
        return transform;
    }

    LakeTableSpec spec() {
        return spec;
    }

    TableDefinition definition() {
        return definition;
    }

    LakeTableState state() {
        return state;
    }

    void state(LakeTableState newState) {
        state = newState;
    }

    /** Takes over what the lake has of the table, with what it noted about the source then. */
    void recall(LakeTableState noted) {
        state = noted;
        storageMark = noted.notes().getOrDefault(StorageWatch.NOTE, "");
        streamMark = noted.notes().getOrDefault(StreamGap.NOTE, "");
    }

    /** What is durable of a load that is not published. */
    Optional<TableLoad> load() {
        return state.load();
    }

    boolean isPublished() {
        return state.phase() == TablePhase.STREAMING;
    }

    /** Rows that were loaded and are not published changed without a trace in the log. */
    boolean storageChanged() {
        return storageChanged;
    }

    void noticeStorageChange() {
        storageChanged = true;
    }

    String streamMark() {
        return streamMark;
    }

    void streamMark(String mark) {
        streamMark = mark;
    }

    String streamFound() {
        return streamFound;
    }

    void streamFound(String found) {
        streamFound = found;
    }

    String storageMark() {
        return storageMark;
    }

    void storageMark(String mark) {
        storageMark = mark;
    }

    /** Whether its rows are to be replaced by a load that is under way or asked for. */
    boolean isReloading() {
        return state.load().isPresent() && state.phase() != TablePhase.SNAPSHOT;
    }

    /** Whether it takes no part in the run. */
    boolean isLeft() {
        return isStopped() && state.load().isEmpty();
    }

    boolean isStopped() {
        return state.phase() == TablePhase.STOPPED;
    }

    void countSnapshot(long rows, long bytes) {
        rowsRead.addAndGet(rows);
        bytesRead.addAndGet(bytes);
    }

    void countChanges(long rows) {
        changes.addAndGet(rows);
    }

    /** The snapshot of the table begins anew. */
    void resetSnapshot() {
        rowsRead.set(0);
        bytesRead.set(0);
        rowsEstimated = sourceTable.estimatedRows();
    }

    /** A part of the table was read before. */
    void resumeSnapshot(TableLoad load) {
        rowsRead.set(load.rows());
    }

    /** The table is read: the estimate gives way to the truth. */
    void snapshotRead() {
        rowsEstimated = rowsRead.get();
    }

    long rowsRead() {
        return rowsRead.get();
    }

    TableStatus status(PipelinePhase pipelinePhase) {
        LakeTableState now = state;
        PipelinePhase phase = switch (now.phase()) {
            case SNAPSHOT -> PipelinePhase.SNAPSHOT;
            case STOPPED -> isReloading() ? PipelinePhase.SNAPSHOT : PipelinePhase.STOPPED;
            case STREAMING -> pipelinePhase.follows() ? pipelinePhase : PipelinePhase.CATCH_UP;
        };
        return new TableStatus(
                source().toString(),
                sink().toString(),
                phase,
                now.phase() == TablePhase.SNAPSHOT || now.load().isPresent(),
                rowsRead.get(),
                Math.max(rowsEstimated, rowsRead.get()),
                bytesRead.get(),
                changes.get(),
                now.position(),
                now.snapshotId(),
                now.detail(),
                openRows.map(OpenRows::count).orElse(0L));
    }
}
