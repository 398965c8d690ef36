package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.pipeline.source.TableStorage;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks before every cut whether the source changed rows of some table without a trace in its log, or has not told of them
 * all; such a cut must not be published with that table in it. What was seen is noted in the lake with each commit, so that nothing that happens while
 * the pipeline is stopped is missed. Used by one thread.
 */
final class StorageWatch {

    /** The name of the note that keeps a table's mark. */
    static final String NOTE = LakeSession.PASSING + "storage";

    private final SourceDatabase database;
    private final LakeSession lake;

    StorageWatch(SourceDatabase database, LakeSession lake) {
        this.database = database;
        this.lake = lake;
    }

    /**
     * Marks tables as they are now. For a table that is read from a snapshot: after the snapshot was begun and before its
     * first chunk is read, for reading a chunk fails when the table was rewritten since the snapshot.
     */
    void begin(Collection<TableRuntime> tables) {
        Map<TableId, String> unmarked = new HashMap<>();
        tables.forEach(table -> unmarked.put(table.source(), ""));
        Map<TableId, TableStorage> now = database.storage(unmarked);
        for (TableRuntime table : tables) {
            mark(table, now.get(table.source()));
        }
    }

    /**
     * Returns when no table that is followed was changed without a trace, and the stream includes them all.
     *
     * @throws PipelineException {@code SCHEMA_CHANGED} with the table that was, {@code SOURCE_LOST} with one that the stream
     *     has left out
     */
    void check(Collection<TableRuntime> tables) {
        Map<TableId, String> since = new HashMap<>();
        for (TableRuntime table : tables) {
            if (!table.isLeft()) {
                since.put(table.source(), table.storageMark());
            }
        }
        if (since.isEmpty()) {
            return;
        }
        Map<TableId, TableStorage> now = database.storage(since);
        for (TableRuntime table : tables) {
            TableStorage storage = now.get(table.source());
            if (storage != null && storage.change().isPresent()) {
                throw new PipelineException(
                        ErrorKind.SCHEMA_CHANGED,
                        table.source(),
                        "Table " + table.source() + " changed without a trace in the log: "
                                + storage.change().get() + ". Lake table " + table.sink()
                                + " stays as of its last cut. Have the table loaded anew (POST …/tables/"
                                + table.source() + "/resnapshot), or drop the lake table and start the pipeline again.",
                        null);
            }
        }
        for (TableRuntime table : tables) {
            TableStorage storage = now.get(table.source());
            if (storage != null && !table.isLeft() && !storage.stream().equals(table.streamMark())) {
                throw new PipelineException(
                        ErrorKind.SOURCE_LOST,
                        table.source(),
                        "The pipeline's publication does not include table " + table.source()
                                + " any more, or did not for a while, so changes of it may not have been told. Lake table "
                                + table.sink() + " stays as of its last cut until it is loaded anew",
                        null);
            }
        }
        for (TableRuntime table : tables) {
            mark(table, now.get(table.source()));
        }
    }

    private void mark(TableRuntime table, @Nullable TableStorage storage) {
        if (storage != null && !table.isLeft()) {
            table.storageMark(storage.mark());
            table.streamMark(storage.stream());
            lake.note(table.sink(), Map.of(NOTE, storage.mark(), StreamGap.NOTE, storage.stream()));
        }
    }
}
