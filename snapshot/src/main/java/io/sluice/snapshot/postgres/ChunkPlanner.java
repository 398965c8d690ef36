package io.sluice.snapshot.postgres;

import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.snapshot.postgres.CatalogTable.Leaf;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Cuts tables into ranges of heap blocks of even cost. The cost of a block is its size and its share of the large
 * values that the heap points to. From the heap's size of now, not from the statistics, and with the last range open,
 * so that every row is in exactly one chunk.
 */
final class ChunkPlanner {

    static final int DEFAULT_BLOCK_BYTES = 8192;

    /** Smaller pieces cost more to begin than to read. */
    private static final long MIN_BLOCKS = 128;

    /** Before 14 a range of addresses is a scan of the whole heap. */
    private static final int VERSION_WITH_TID_RANGE_SCAN = 14;

    private final long chunkBytes;
    private final int majorVersion;

    ChunkPlanner(long chunkBytes, int majorVersion) {
        this.chunkBytes = chunkBytes;
        this.majorVersion = majorVersion;
    }

    /** All chunks of all tables, largest table first. */
    List<SnapshotChunk> plan(List<TableMapping> tables) {
        List<TableMapping> ordered = new ArrayList<>(tables);
        ordered.sort(Comparator.comparingLong(
                        (TableMapping mapping) -> -mapping.table().estimatedBytes())
                .thenComparing(mapping -> mapping.table().schema().table()));
        List<SnapshotChunk> chunks = new ArrayList<>();
        for (TableMapping mapping : ordered) {
            int index = 0;
            for (Leaf leaf : mapping.described().leaves()) {
                index = plan(mapping, leaf, index, chunks);
            }
            if (index == 0) {
                chunks.add(withoutPartitions(mapping.described().table()));
            }
        }
        return chunks;
    }

    /** A partitioned table that has no partition has no row either, but its one chunk. */
    private static SnapshotChunk withoutPartitions(CatalogTable root) {
        return new CtidChunk(root.id(), 0, 0, root.id(), root.oid(), root.fileNode(), 0, CtidChunk.OPEN);
    }

    private int plan(TableMapping mapping, Leaf leaf, int firstIndex, List<SnapshotChunk> chunks) {
        long blocks = leaf.heapBytes() / DEFAULT_BLOCK_BYTES;
        long rows =
                TableMapping.estimatedRows(leaf, mapping.described().columns().size());
        double weight = leaf.heapBytes() == 0 ? 1 : Math.max(1.0, leaf.bytes() / (double) leaf.heapBytes());
        long blocksPerChunk = Math.max(MIN_BLOCKS, (long) (chunkBytes / (DEFAULT_BLOCK_BYTES * weight)));
        boolean whole =
                majorVersion < VERSION_WITH_TID_RANGE_SCAN || !leaf.table().heap();
        int count = whole ? 1 : (int) Math.max(1, (blocks + blocksPerChunk - 1) / blocksPerChunk);
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            chunks.add(new CtidChunk(
                    mapping.table().schema().table(),
                    firstIndex + i,
                    rows * (i + 1) / count - rows * i / count,
                    leaf.table().id(),
                    leaf.table().oid(),
                    leaf.table().fileNode(),
                    i * blocksPerChunk,
                    last ? CtidChunk.OPEN : (i + 1) * blocksPerChunk));
        }
        return firstIndex + count;
    }
}
