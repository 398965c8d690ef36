package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.ChunkRange;
import io.sluice.pipeline.source.SnapshotChunk;

/**
 * A range of a heap's blocks.
 *
 * @param table the table, of which the heap may be one partition
 * @param index 0 to n - 1 within the table
 * @param estimatedRows from the catalog's statistics
 * @param heap the relation to read
 * @param heapOid the relation's object id, so that another relation of the same name is noticed
 * @param fileNode the relation's file, another one after every rewrite: then rows have moved
 * @param firstBlock the first block
 * @param endBlock the block after the last; {@link #OPEN} when the heap's end is the end
 */
record CtidChunk(
        TableId table,
        int index,
        long estimatedRows,
        TableId heap,
        long heapOid,
        long fileNode,
        long firstBlock,
        long endBlock)
        implements SnapshotChunk {

    static final long OPEN = -1;

    /** The name of a heap and its file in {@link ChunkRange#part}. */
    static String part(long heapOid, long fileNode) {
        return heapOid + "/" + fileNode;
    }

    @Override
    public ChunkRange range() {
        return new ChunkRange(part(heapOid, fileNode), firstBlock, endBlock == OPEN ? ChunkRange.OPEN : endBlock);
    }

    /** Blanks, or the condition on the rows' addresses. */
    String condition() {
        String from = firstBlock == 0 ? "" : "ctid >= '(" + firstBlock + ",0)'::pg_catalog.tid";
        String to = endBlock == OPEN ? "" : "ctid < '(" + endBlock + ",0)'::pg_catalog.tid";
        if (from.isEmpty() && to.isEmpty()) {
            return "";
        }
        return " WHERE " + from + (from.isEmpty() || to.isEmpty() ? "" : " AND ") + to;
    }

    @Override
    public String toString() {
        return "chunk " + index + " of " + table + (heap.equals(table) ? "" : " (partition " + heap + ")");
    }
}
