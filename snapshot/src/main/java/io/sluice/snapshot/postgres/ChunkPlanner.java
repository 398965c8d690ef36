package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.ChunkRange;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.snapshot.postgres.CatalogTable.Leaf;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Cuts tables into ranges of heap blocks of even cost. The cost of a block is its size and its share of the large
 * values that the heap points to. From the heap's size of now, not from the statistics, and with the last range open,
 * so that every row is in exactly one chunk.
 */
final class ChunkPlanner {

    static final int DEFAULT_BLOCK_BYTES = 8192;

    /** Smaller pieces cost more to begin than to read. */
    private static final long MIN_BLOCKS = 128;

    /** The lake keeps a snapshot for every chunk or two of a load, and each makes the table's metadata longer. */
    private static final long MAX_CHUNKS = 2000;

    /** Before 14 a range of addresses is a scan of the whole heap. */
    private static final int VERSION_WITH_TID_RANGE_SCAN = 14;

    private final long chunkBytes;
    private final int majorVersion;

    ChunkPlanner(long chunkBytes, int majorVersion) {
        this.chunkBytes = chunkBytes;
        this.majorVersion = majorVersion;
    }

    /**
     * All chunks of all tables, largest table first.
     *
     * @param done by table: ranges that need not be read again
     */
    Plan plan(List<TableMapping> tables, Map<TableId, List<ChunkRange>> done) {
        List<TableMapping> ordered = new ArrayList<>(tables);
        ordered.sort(Comparator.comparingLong(
                        (TableMapping mapping) -> -mapping.table().estimatedBytes())
                .thenComparing(mapping -> mapping.table().schema().table()));
        List<SnapshotChunk> chunks = new ArrayList<>();
        Set<TableId> restarted = new TreeSet<>();
        for (TableMapping mapping : ordered) {
            TableId id = mapping.table().schema().table();
            Map<String, List<ChunkRange>> read = new HashMap<>();
            for (ChunkRange range : done.getOrDefault(id, List.of())) {
                read.computeIfAbsent(range.part(), part -> new ArrayList<>()).add(range);
            }
            if (!parts(mapping).containsAll(read.keySet())) {
                // A heap is gone or has another file: its rows have moved, and those that were read cannot be told
                // apart.
                restarted.add(id);
                read.clear();
            }
            int index = 0;
            for (Leaf leaf : mapping.described().leaves()) {
                index = plan(mapping, leaf, index, read, chunks);
            }
            if (mapping.described().leaves().isEmpty() && read.isEmpty()) {
                chunks.add(withoutPartitions(mapping.described().table()));
            }
        }
        return new Plan(chunks, restarted);
    }

    private static Set<String> parts(TableMapping mapping) {
        Set<String> parts = new HashSet<>();
        for (Leaf leaf : mapping.described().leaves()) {
            parts.add(part(leaf.table()));
        }
        if (parts.isEmpty()) {
            parts.add(part(mapping.described().table()));
        }
        return parts;
    }

    private static String part(CatalogTable heap) {
        return CtidChunk.part(heap.oid(), heap.fileNode());
    }

    /** A partitioned table that has no partition has no row either, but its one chunk. */
    private static SnapshotChunk withoutPartitions(CatalogTable root) {
        return new CtidChunk(root.id(), 0, 0, root.id(), root.oid(), root.fileNode(), 0, CtidChunk.OPEN);
    }

    private int plan(
            TableMapping mapping,
            Leaf leaf,
            int firstIndex,
            Map<String, List<ChunkRange>> read,
            List<SnapshotChunk> chunks) {
        long blocks = leaf.heapBytes() / DEFAULT_BLOCK_BYTES;
        long rows =
                TableMapping.estimatedRows(leaf, mapping.described().columns().size());
        double weight = leaf.heapBytes() == 0 ? 1 : Math.max(1.0, leaf.bytes() / (double) leaf.heapBytes());
        long wanted = Math.max(MIN_BLOCKS, (long) (chunkBytes / (DEFAULT_BLOCK_BYTES * weight)));
        long blocksPerChunk = Math.max(wanted, blocks / MAX_CHUNKS);
        boolean whole =
                majorVersion < VERSION_WITH_TID_RANGE_SCAN || !leaf.table().heap();
        int index = firstIndex;
        for (long[] gap : gaps(read.getOrDefault(part(leaf.table()), List.of()))) {
            // An open gap that the heap does not reach is one chunk all the same: the heap may have grown since.
            long last = gap[1] == ChunkRange.OPEN ? Math.max(blocks, gap[0] + 1) : gap[1];
            long count = whole ? 1 : Math.max(1, (last - gap[0] + blocksPerChunk - 1) / blocksPerChunk);
            for (long i = 0; i < count; i++) {
                long from = gap[0] + i * blocksPerChunk;
                long end = i == count - 1 ? gap[1] : from + blocksPerChunk;
                long covered = (end == ChunkRange.OPEN ? Math.max(from, blocks) : end) - from;
                chunks.add(new CtidChunk(
                        mapping.table().schema().table(),
                        index++,
                        blocks == 0 ? 0 : (long) (rows * Math.min(1.0, covered / (double) blocks)),
                        leaf.table().id(),
                        leaf.table().oid(),
                        leaf.table().fileNode(),
                        from,
                        end == ChunkRange.OPEN ? CtidChunk.OPEN : end));
            }
        }
        return index;
    }

    /** What lies between the ranges, as pairs of first address and end. */
    private static List<long[]> gaps(List<ChunkRange> read) {
        List<ChunkRange> sorted = new ArrayList<>(read);
        sorted.sort(Comparator.comparingLong(ChunkRange::from));
        List<long[]> gaps = new ArrayList<>();
        long from = 0;
        for (ChunkRange range : sorted) {
            if (range.from() > from) {
                gaps.add(new long[] {from, range.from()});
            }
            from = Math.max(from, range.end());
        }
        if (from < ChunkRange.OPEN) {
            gaps.add(new long[] {from, ChunkRange.OPEN});
        }
        return gaps;
    }

    /**
     * What to read.
     *
     * @param chunks of all tables
     * @param restarted tables whose ranges that were read before are of no use any more
     */
    record Plan(List<SnapshotChunk> chunks, Set<TableId> restarted) {

        Plan {
            chunks = List.copyOf(chunks);
            restarted = Set.copyOf(restarted);
        }
    }
}
