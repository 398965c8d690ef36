package io.sluice.lake;

import io.sluice.lake.index.KeyBuffer;
import io.sluice.lake.index.KeyIndex;
import io.sluice.lake.index.RowLocation;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.position.Position;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * One cut's changes of one table: what is buffered, and what has been written to files that nobody sees yet. Each
 * change is settled against the row's present state as it comes, so that afterwards a key has at most one live row in
 * the buffer, and none elsewhere. Used by one thread.
 *
 * <p>Invariants: a location that the index gives is deleted in the moment its key is touched; a key is in the buffer, or
 * in the index's open layer, or below, and the first of these is right.
 */
final class TableCut {

    private final LakeTable table;
    private final KeyIndex index;
    private final RowIdentity identity;
    private final boolean keyed;
    private final CutFiles files;
    private final CutFlush flush;
    private final KeyBuffer key = new KeyBuffer();

    private CutKeys keys = new CutKeys();
    private CutRows rows = new CutRows();

    /** Where the row at the old key of a move stood: set by its first half, used by the second. */
    private final Prior moved = new Prior();

    private final Prior prior = new Prior();
    private boolean changed;
    private boolean sealedHere;

    TableCut(LakeTable table, RowRefetch refetch, String cutId) {
        this.table = table;
        this.index = table.index();
        this.identity = new RowIdentity(table.schema());
        this.keyed = table.schema().hasKey();
        this.files = new CutFiles(table, index, cutId);
        this.flush = new CutFlush(table, index, identity, files, refetch);
        index.open();
        // Each of these rows changed after the first of its copies was read, so a change of it comes and decides.
        table.takeDuplicates().forEach(files::delete);
    }

    LakeTable table() {
        return table;
    }

    CutFiles files() {
        return files;
    }

    /** Bytes of heap that are freed by {@link #flush}. */
    long bufferedBytes() {
        return changed ? rows.memoryBytes() + keys.memoryBytes() : 0;
    }

    /** The position that rows which were read again are true at. */
    Optional<Position> notBefore() {
        return flush.notBefore();
    }

    /** Takes changes in order. */
    void apply(ColumnBatch batch) {
        int first = rows.add(batch);
        changed = true;
        for (int row = 0; row < batch.rowCount(); row++) {
            byte operation = batch.operation(row);
            if (RowOperation.operation(operation) == RowOperation.TRUNCATE) {
                truncate();
                // The rest of the batch goes on in an empty buffer; the rows before it are dead there.
                first = rows.add(batch);
            } else if (keyed) {
                applyKeyed(batch, row, first + row, operation);
            } else {
                applyKeyless(batch, row, first + row, operation);
            }
        }
    }

    /** Deletes all rows with these keys in the table's files, also those that the key index does not know. */
    void deleteEverywhere(ColumnBatch batch) {
        Set<ByteBuffer> wanted = new HashSet<>();
        for (int row = 0; row < batch.rowCount(); row++) {
            identity.key(batch.columns(), row, key);
            wanted.add(ByteBuffer.wrap(Arrays.copyOf(key.bytes(), key.length())));
        }
        table.scanKeys(identity.columns(), (file, columns, positions, count) -> {
            for (int row = 0; row < count; row++) {
                identity.key(columns, row, key);
                if (wanted.contains(ByteBuffer.wrap(key.bytes(), 0, key.length()))) {
                    files.delete(RowLocation.of(file, positions[row]));
                }
            }
        });
    }

    private void applyKeyed(ColumnBatch batch, int row, int slot, byte operation) {
        identity.key(batch.columns(), row, key);
        switch (RowOperation.operation(operation)) {
            case RowOperation.INSERT, RowOperation.UPDATE -> {
                int entry = takeOut(prior);
                upsert(batch, row, slot, operation, entry, prior);
            }
            case RowOperation.DELETE -> takeOut(prior);
            case RowOperation.MOVE_OUT -> takeOut(moved);
            case RowOperation.MOVE_IN -> {
                int entry = takeOut(prior);
                upsert(batch, row, slot, operation, entry, moved);
            }
            default -> throw unknownOperation(operation);
        }
    }

    /** Removes the row of the key in the buffer, wherever it stands, and tells where that was. */
    private int takeOut(Prior found) {
        int entry = keys.entry(key.bytes(), key.length());
        found.clear();
        if (keys.added()) {
            long location = index.lookup(key.bytes(), key.length());
            if (location != RowLocation.ABSENT) {
                keys.setIndexed(entry);
                files.delete(location);
                found.location = location;
            }
        } else if (keys.slot(entry) >= 0) {
            found.slot = keys.slot(entry);
            rows.kill(found.slot);
            keys.setSlot(entry, CutKeys.GONE);
        }
        return entry;
    }

    private void upsert(ColumnBatch batch, int row, int slot, byte operation, int entry, Prior before) {
        boolean ifPresent = RowOperation.has(operation, RowOperation.IF_PRESENT);
        boolean lost = ifPresent && before.isAbsent();
        if (lost && !table.isMixed()) {
            return;
        }
        boolean unsure = before.slot != CutKeys.GONE && rows.isRefetch(before.slot);
        boolean incomplete = isIncomplete(batch, row);
        if (lost
                || RowOperation.has(operation, RowOperation.REFETCH)
                || unsure && (ifPresent || incomplete)
                || incomplete && before.isAbsent()) {
            rows.markRefetch(slot);
        } else if (incomplete) {
            if (before.slot != CutKeys.GONE) {
                rows.markIncompleteAfterSlot(slot, before.slot);
            } else {
                rows.markIncompleteAfterLocation(slot, before.location);
            }
        }
        keys.setSlot(entry, slot);
        rows.enliven(slot, entry);
    }

    private static boolean isIncomplete(ColumnBatch batch, int row) {
        for (ColumnVector column : batch.columns()) {
            if (column.hasUnavailable() && column.isUnavailable(row)) {
                return true;
            }
        }
        return false;
    }

    private void applyKeyless(ColumnBatch batch, int row, int slot, byte operation) {
        switch (RowOperation.operation(operation)) {
            case RowOperation.INSERT -> insertKeyless(batch, row, row, slot);
            case RowOperation.DELETE -> removeKeyless(batch, row);
            case RowOperation.MOVE_OUT -> {
                moved.clear();
                if (removeKeyless(batch, row)) {
                    // The old row itself is in the batch, whole.
                    moved.slot = slot;
                }
            }
            case RowOperation.MOVE_IN -> {
                if (!RowOperation.has(operation, RowOperation.IF_PRESENT) || !moved.isAbsent()) {
                    insertKeyless(batch, row, row - 1, slot);
                }
            }
            default -> throw unknownOperation(operation);
        }
    }

    private void insertKeyless(ColumnBatch batch, int row, int fallback, int slot) {
        boolean incomplete = isIncomplete(batch, row);
        if (incomplete && fallback == row) {
            throw new IllegalStateException("An inserted row of " + table.id() + ", which has no key, is not complete");
        }
        identity.digest(batch.columns(), row, fallback, key);
        int counter = counter();
        long number = keys.value(counter) + 1;
        keys.setValue(counter, number);
        RowIdentity.number(key, number);
        int entry = keys.entry(key.bytes(), key.length());
        keys.setSlot(entry, slot);
        if (incomplete) {
            rows.markIncompleteAfterSlot(slot, slot - 1);
        }
        rows.enliven(slot, entry);
    }

    private boolean removeKeyless(ColumnBatch batch, int row) {
        identity.digest(batch.columns(), row, row, key);
        int counter = counter();
        long number = keys.value(counter);
        if (number == 0) {
            return false;
        }
        keys.setValue(counter, number - 1);
        RowIdentity.number(key, number);
        takeOut(prior);
        return true;
    }

    /** The entry that counts the equal rows whose digest is in the buffer. */
    private int counter() {
        int entry = keys.entry(key.bytes(), key.length());
        if (keys.added()) {
            keys.setSlot(entry, CutKeys.NUMBER);
            long count = index.lookup(key.bytes(), key.length());
            if (count != RowLocation.ABSENT) {
                keys.setIndexed(entry);
                keys.setValue(entry, count);
            }
        }
        return entry;
    }

    private void truncate() {
        keys = new CutKeys();
        rows = new CutRows();
        moved.clear();
        index.truncate();
        files.truncate();
    }

    /** Writes the buffer to files and to the index's open layer. */
    void flush() {
        if (!changed) {
            return;
        }
        flush.run(keys, rows);
        keys = new CutKeys();
        rows = new CutRows();
        moved.clear();
        changed = false;
    }

    /** Reads rows again that have to be, so that {@link #notBefore} is known. */
    void settleRefetches() {
        if (rows.hasRefetch()) {
            flush();
        }
    }

    /** Gives the table's part of the cut up: nothing of it stays. */
    void abandon() {
        index.abandon();
        files.discard();
    }

    /** As {@link #abandon}, also when the index's layer was sealed already. */
    void giveUp() {
        if (sealedHere) {
            index.dropSealed();
        }
        abandon();
    }

    /** Closes the index's layer under the commit's id. */
    void seal(String commitId, CutFiles.Outcome outcome) {
        index.seal(commitId, outcome.paths());
        sealedHere = true;
    }

    private IllegalStateException unknownOperation(byte operation) {
        return new IllegalStateException("A change of " + table.id() + " has operation " + operation
                + ", which its kind of table does not know");
    }

    /** Where the version before a change stands: in the buffer, in a file, or nowhere. */
    private static final class Prior {
        private int slot = CutKeys.GONE;
        private long location = RowLocation.ABSENT;

        void clear() {
            slot = CutKeys.GONE;
            location = RowLocation.ABSENT;
        }

        boolean isAbsent() {
            return slot == CutKeys.GONE && location == RowLocation.ABSENT;
        }
    }
}
