package io.sluice.lake;

import io.sluice.lake.index.RowLocation;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The buffered change rows of one table: the batches as they came, with a slot number per row, and for each slot
 * whether its row is the last of its key and what it still lacks. Used by one thread.
 */
final class CutRows {

    /** {@link #entry} of a row that is not, or no longer, the last of its key. */
    static final int DEAD = -1;

    private static final int NO_SLOT = -1;

    private final List<ColumnBatch> batches = new ArrayList<>();
    private int[] firstSlots = new int[16];
    private int[] entries = new int[1024];
    private boolean[] refetch = new boolean[0];
    private boolean[] incomplete = new boolean[0];
    private int[] previousSlots = new int[0];
    private long[] previousLocations = new long[0];
    private int slots;
    private int live;
    private long batchBytes;
    private boolean anyRefetch;

    /** Adds a batch; its first row gets the slot that is returned, and no row is live yet. */
    int add(ColumnBatch batch) {
        int index = batches.size();
        if (index == firstSlots.length) {
            firstSlots = Arrays.copyOf(firstSlots, index * 2);
        }
        firstSlots[index] = slots;
        batches.add(batch);
        batchBytes += batch.memoryBytes();
        int first = slots;
        slots += batch.rowCount();
        if (slots > entries.length) {
            entries = Arrays.copyOf(entries, Math.max(slots, entries.length * 2));
        }
        Arrays.fill(entries, first, slots, DEAD);
        return first;
    }

    /** The row in the slot becomes the last of the key. */
    void enliven(int slot, int entry) {
        entries[slot] = entry;
        live++;
    }

    /** The row in the slot is superseded or deleted. */
    void kill(int slot) {
        entries[slot] = DEAD;
        live--;
    }

    /** The row in the slot has to be read again at the source. */
    void markRefetch(int slot) {
        reserveMarks();
        refetch[slot] = true;
        anyRefetch = true;
    }

    /** The row in the slot lacks values that an earlier row in the buffer has. */
    void markIncompleteAfterSlot(int slot, int previous) {
        reserveMarks();
        incomplete[slot] = true;
        previousSlots[slot] = previous;
        previousLocations[slot] = RowLocation.ABSENT;
    }

    /** The row in the slot lacks values that a row in a data file has. */
    void markIncompleteAfterLocation(int slot, long previous) {
        reserveMarks();
        incomplete[slot] = true;
        previousSlots[slot] = NO_SLOT;
        previousLocations[slot] = previous;
    }

    private void reserveMarks() {
        if (refetch.length < slots) {
            int capacity = Math.max(slots, refetch.length * 2);
            refetch = Arrays.copyOf(refetch, capacity);
            incomplete = Arrays.copyOf(incomplete, capacity);
            previousSlots = Arrays.copyOf(previousSlots, capacity);
            previousLocations = Arrays.copyOf(previousLocations, capacity);
        }
    }

    /** Whether rows came that had to be read again. */
    boolean hasRefetch() {
        return anyRefetch;
    }

    boolean isRefetch(int slot) {
        return slot < refetch.length && refetch[slot];
    }

    boolean isIncomplete(int slot) {
        return slot < incomplete.length && incomplete[slot];
    }

    /** Whether the row can be written as it is. */
    boolean isWhole(int slot) {
        return !isRefetch(slot) && !isIncomplete(slot);
    }

    /** The key's entry of a live row, or {@link #DEAD}. */
    int entry(int slot) {
        return entries[slot];
    }

    /** The slot in the chain of earlier rows that has a column's value, or -1 when a data file has it. */
    int slotWithValue(int slot, int column) {
        int at = slot;
        while (at != NO_SLOT && batch(at).column(column).isUnavailable(row(at))) {
            at = isIncomplete(at) ? previousSlots[at] : NO_SLOT;
        }
        return at;
    }

    /** Where the row stands in a data file that the chain of earlier rows ends at. */
    long rootLocation(int slot) {
        int at = slot;
        while (isIncomplete(at) && previousSlots[at] != NO_SLOT) {
            at = previousSlots[at];
        }
        return isIncomplete(at) ? previousLocations[at] : RowLocation.ABSENT;
    }

    /** Whether some column of the row is in no buffered row. */
    boolean needsLocation(int slot) {
        ColumnVector[] columns = batch(slot).columns();
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].isUnavailable(row(slot)) && slotWithValue(slot, i) == NO_SLOT) {
                return true;
            }
        }
        return false;
    }

    int slots() {
        return slots;
    }

    int live() {
        return live;
    }

    int batches() {
        return batches.size();
    }

    ColumnBatch batchAt(int index) {
        return batches.get(index);
    }

    int firstSlot(int batchIndex) {
        return firstSlots[batchIndex];
    }

    /** The batch that has the slot's row. */
    ColumnBatch batch(int slot) {
        return batches.get(batchIndex(slot));
    }

    /** The slot's row in its batch. */
    int row(int slot) {
        return slot - firstSlots[batchIndex(slot)];
    }

    private int batchIndex(int slot) {
        int found = Arrays.binarySearch(firstSlots, 0, batches.size(), slot);
        if (found < 0) {
            return -found - 2;
        }
        // Empty batches share the first slot of the one after them.
        while (found + 1 < batches.size() && firstSlots[found + 1] == slot) {
            found++;
        }
        return found;
    }

    long memoryBytes() {
        return batchBytes + entries.length * 4L + refetch.length * 14L;
    }
}
