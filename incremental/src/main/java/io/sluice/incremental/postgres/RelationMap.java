package io.sluice.incremental.postgres;

import org.jspecify.annotations.Nullable;

/** Tables by the log's relation id: open addressing over primitive keys, with the last one at hand. */
final class RelationMap {

    private int[] ids = new int[64];
    private @Nullable TableRows[] tables = new TableRows[64];
    private boolean[] used = new boolean[64];
    private int size;
    private int lastId = -1;
    private @Nullable TableRows last;

    /** The table of a relation; null when it is not one of the pipeline's. */
    @Nullable
    TableRows get(int id) {
        if (id != lastId) {
            int slot = slot(id);
            last = used[slot] ? tables[slot] : null;
            lastId = id;
        }
        return last;
    }

    void put(int id, @Nullable TableRows table) {
        if (size * 2 >= ids.length) {
            grow();
        }
        int slot = slot(id);
        if (!used[slot]) {
            used[slot] = true;
            ids[slot] = id;
            size++;
        }
        tables[slot] = table;
        lastId = -1;
    }

    private int slot(int id) {
        int mask = ids.length - 1;
        int slot = id * 0x9E3779B9 >>> 7 & mask;
        while (used[slot] && ids[slot] != id) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        int[] oldIds = ids;
        @Nullable TableRows[] oldTables = tables;
        boolean[] oldUsed = used;
        ids = new int[oldIds.length * 2];
        tables = new TableRows[ids.length];
        used = new boolean[ids.length];
        size = 0;
        for (int i = 0; i < oldIds.length; i++) {
            if (oldUsed[i]) {
                put(oldIds[i], oldTables[i]);
            }
        }
    }
}
