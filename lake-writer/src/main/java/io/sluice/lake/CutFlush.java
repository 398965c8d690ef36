package io.sluice.lake;

import io.sluice.lake.index.KeyBuffer;
import io.sluice.lake.index.KeyIndex;
import io.sluice.lake.index.RowLocation;
import io.sluice.lake.parquet.PartitionedFileWriter;
import io.sluice.lake.parquet.RowLocations;
import io.sluice.lake.parquet.WriterLimits;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.position.Position;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.jspecify.annotations.Nullable;

/**
 * Writes a table's buffered rows into data files: whole rows straight from their batches, others after their missing
 * values were fetched from earlier versions or from the source. Used by one thread.
 */
final class CutFlush {

    /** Rows that are completed at a time. */
    private static final int GROUP = 4096;

    private final LakeTable table;
    private final KeyIndex index;
    private final RowIdentity identity;
    private final CutFiles files;
    private final RowRefetch refetch;
    private final RowLocations locations = new RowLocations();
    private final KeyBuffer key = new KeyBuffer();
    private @Nullable Position notBefore;

    CutFlush(LakeTable table, KeyIndex index, RowIdentity identity, CutFiles files, RowRefetch refetch) {
        this.table = table;
        this.index = index;
        this.identity = identity;
        this.files = files;
        this.refetch = refetch;
    }

    Optional<Position> notBefore() {
        return Optional.ofNullable(notBefore);
    }

    /** Writes the live rows and notes every key in the index's open layer. */
    void run(CutKeys keys, CutRows rows) {
        if (rows.live() > 0) {
            PartitionedFileWriter writer = files.newWriter(WriterLimits.DEFAULT);
            int[] ordinals;
            try {
                writeWhole(keys, rows, writer);
                writeIncomplete(keys, rows, writer);
                writeRefetched(keys, rows, writer);
                List<DataFile> finished = writer.finish();
                ordinals = files.add(finished);
            } catch (RuntimeException e) {
                writer.abort();
                throw e;
            }
            note(keys, ordinals);
        } else {
            note(keys, new int[0]);
        }
    }

    private void writeWhole(CutKeys keys, CutRows rows, PartitionedFileWriter writer) {
        int[] selection = new int[0];
        for (int b = 0; b < rows.batches(); b++) {
            ColumnBatch batch = rows.batchAt(b);
            int first = rows.firstSlot(b);
            if (selection.length < batch.rowCount()) {
                selection = new int[batch.rowCount()];
            }
            int count = 0;
            for (int row = 0; row < batch.rowCount(); row++) {
                if (rows.entry(first + row) != CutRows.DEAD && rows.isWhole(first + row)) {
                    selection[count++] = row;
                }
            }
            if (count > 0) {
                writer.append(batch, selection, count, locations);
                for (int i = 0; i < count; i++) {
                    keys.setValue(rows.entry(first + selection[i]), located(i));
                }
            }
        }
    }

    /** The location by the writer's own numbers of files. */
    private long located(int i) {
        return RowLocation.of(locations.files()[i], locations.positions()[i]);
    }

    private void writeIncomplete(CutKeys keys, CutRows rows, PartitionedFileWriter writer) {
        int[] inBuffer = new int[GROUP];
        int buffered = 0;
        long[][] inFiles = new long[GROUP][];
        int filed = 0;
        for (int slot = 0; slot < rows.slots(); slot++) {
            if (rows.entry(slot) == CutRows.DEAD || rows.isRefetch(slot) || !rows.isIncomplete(slot)) {
                continue;
            }
            if (rows.needsLocation(slot)) {
                inFiles[filed++] = new long[] {rows.rootLocation(slot), slot};
                if (filed == GROUP) {
                    completeFromFiles(keys, rows, writer, inFiles, filed);
                    filed = 0;
                }
            } else {
                inBuffer[buffered++] = slot;
                if (buffered == GROUP) {
                    completeFromBuffer(keys, rows, writer, inBuffer, buffered);
                    buffered = 0;
                }
            }
        }
        completeFromBuffer(keys, rows, writer, inBuffer, buffered);
        completeFromFiles(keys, rows, writer, inFiles, filed);
    }

    private void completeFromBuffer(CutKeys keys, CutRows rows, PartitionedFileWriter writer, int[] slots, int count) {
        if (count == 0) {
            return;
        }
        ColumnBatch completed = newBatch(count);
        for (int i = 0; i < count; i++) {
            appendCompleted(rows, slots[i], completed, completed, -1);
        }
        write(keys, rows, writer, completed, slots, count);
    }

    /** Reads the earlier versions file by file, each file once for the group. */
    private void completeFromFiles(
            CutKeys keys, CutRows rows, PartitionedFileWriter writer, long[][] wanted, int count) {
        if (count == 0) {
            return;
        }
        Arrays.sort(wanted, 0, count, (a, b) -> Long.compare(a[0], b[0]));
        int[] slots = new int[count];
        ColumnBatch completed = newBatch(count);
        int done = 0;
        while (done < count) {
            int file = RowLocation.file(wanted[done][0]);
            int end = done;
            long[] positions = new long[count - done];
            int distinct = 0;
            while (end < count && RowLocation.file(wanted[end][0]) == file) {
                long position = RowLocation.position(wanted[end][0]);
                if (distinct == 0 || positions[distinct - 1] != position) {
                    positions[distinct++] = position;
                }
                end++;
            }
            ColumnBatch earlier = table.rows().rows(table.files().file(file), positions, distinct);
            int at = 0;
            for (int i = done; i < end; i++) {
                while (positions[at] != RowLocation.position(wanted[i][0])) {
                    at++;
                }
                slots[i] = (int) wanted[i][1];
                appendCompleted(rows, slots[i], completed, earlier, at);
            }
            done = end;
        }
        write(keys, rows, writer, completed, slots, count);
    }

    /** Appends a row: each value from the newest buffered version that has it, else from the earlier row. */
    private static void appendCompleted(
            CutRows rows, int slot, ColumnBatch completed, ColumnBatch earlier, int earlierRow) {
        for (int column = 0; column < completed.columns().length; column++) {
            int source = rows.slotWithValue(slot, column);
            if (source >= 0) {
                completed.column(column).appendFrom(rows.batch(source).column(column), rows.row(source));
            } else {
                completed.column(column).appendFrom(earlier.column(column), earlierRow);
            }
        }
        completed.endRow();
    }

    private void writeRefetched(CutKeys keys, CutRows rows, PartitionedFileWriter writer) {
        int[] slots = new int[GROUP];
        int count = 0;
        for (int slot = 0; slot < rows.slots(); slot++) {
            if (rows.entry(slot) != CutRows.DEAD && rows.isRefetch(slot)) {
                slots[count++] = slot;
                if (count == GROUP) {
                    refetch(keys, rows, writer, slots, count);
                    count = 0;
                }
            }
        }
        if (count > 0) {
            refetch(keys, rows, writer, slots, count);
        }
    }

    private void refetch(CutKeys keys, CutRows rows, PartitionedFileWriter writer, int[] slots, int count) {
        ColumnBatch wanted = newBatch(count);
        for (int i = 0; i < count; i++) {
            ColumnBatch batch = rows.batch(slots[i]);
            int row = rows.row(slots[i]);
            for (int column = 0; column < wanted.columns().length; column++) {
                wanted.column(column).appendFrom(batch.column(column), row);
            }
            wanted.endRow();
        }
        RowRefetch.Refetched answer = refetch.refetch(table.id(), wanted);
        Position at = answer.position();
        notBefore = notBefore == null ? at : Position.max(notBefore, at);

        ColumnBatch found = answer.rows();
        int[] selection = new int[found.rowCount()];
        int[] entries = new int[found.rowCount()];
        int written = 0;
        for (int row = 0; row < found.rowCount(); row++) {
            identity.key(found.columns(), row, key);
            int entry = keys.find(key.bytes(), key.length());
            if (entry >= 0 && keys.slot(entry) >= 0 && isWanted(slots, count, keys.slot(entry))) {
                selection[written] = row;
                entries[written++] = entry;
            }
        }
        // Whoever is not found is gone at the later position.
        for (int i = 0; i < count; i++) {
            int entry = rows.entry(slots[i]);
            rows.kill(slots[i]);
            keys.setSlot(entry, CutKeys.GONE);
        }
        if (written > 0) {
            writer.append(found, selection, written, locations);
            for (int i = 0; i < written; i++) {
                keys.setSlot(entries[i], 0);
                keys.setValue(entries[i], located(i));
            }
        }
    }

    private static boolean isWanted(int[] slots, int count, int slot) {
        return Arrays.binarySearch(slots, 0, count, slot) >= 0;
    }

    private void write(
            CutKeys keys, CutRows rows, PartitionedFileWriter writer, ColumnBatch batch, int[] slots, int count) {
        int[] all = new int[count];
        Arrays.setAll(all, i -> i);
        writer.append(batch, all, count, locations);
        for (int i = 0; i < count; i++) {
            keys.setValue(rows.entry(slots[i]), located(i));
        }
    }

    private ColumnBatch newBatch(int rows) {
        return ColumnBatch.create(table.schema(), ColumnBatch.Content.SNAPSHOT, rows);
    }

    private void note(CutKeys keys, int[] ordinals) {
        byte[] bytes = keys.bytes();
        for (int entry = 0; entry < keys.size(); entry++) {
            int slot = keys.slot(entry);
            long value = keys.value(entry);
            if (slot >= 0) {
                long location = RowLocation.of(ordinals[RowLocation.file(value)], RowLocation.position(value));
                index.put(bytes, keys.start(entry), keys.length(entry), location);
            } else if (slot == CutKeys.NUMBER && value > 0) {
                index.put(bytes, keys.start(entry), keys.length(entry), value);
            } else if (keys.indexed(entry)) {
                index.remove(bytes, keys.start(entry), keys.length(entry));
            }
        }
    }
}
