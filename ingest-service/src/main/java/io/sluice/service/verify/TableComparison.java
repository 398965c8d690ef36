package io.sluice.service.verify;

import io.sluice.lake.read.PublishedTable;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.service.runtime.PreparedTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * Compares the whole of one table, the source as one snapshot has it with the lake as one snapshot has it. First
 * checksums of ranges of keys, in one reading of each side; then the rows of the ranges that differ, as many ranges at a
 * time as memory allows. Memory depends on the settings only. Used by one thread.
 */
final class TableComparison {

    private static final int LEAST_RANGE_BITS = 10;
    private static final int MOST_RANGE_BITS = 20;

    private final PreparedTable table;
    private final KeySchema schema;
    private final SnapshotSession source;
    private final Settings settings;
    private final RowDigests keys = new RowDigests();
    private final RowDigests values = new RowDigests();
    private final RangeSums sums;

    /**
     * What may be held at a time.
     *
     * @param rows rows of the source, at least 1
     * @param rangeBytes bytes for checksums
     * @param keys keys of differing rows, at least 1
     */
    record Settings(long rows, long rangeBytes, int keys) {}

    TableComparison(PreparedTable table, KeySchema schema, SnapshotSession source, Settings settings) {
        this.table = table;
        this.schema = schema;
        this.source = source;
        this.settings = settings;
        this.sums = new RangeSums(rangeBits(settings.rangeBytes()));
    }

    private static int rangeBits(long bytes) {
        long ranges = Math.max(1, bytes / RangeSums.BYTES_PER_RANGE);
        int bits = Long.SIZE - 1 - Long.numberOfLeadingZeros(ranges);
        return Math.max(LEAST_RANGE_BITS, Math.min(MOST_RANGE_BITS, bits));
    }

    /**
     * What differs between the two snapshots.
     *
     * @param sourceRows rows of the source that belong in the lake
     * @param lakeRows rows of the lake
     * @param missing rows that the lake lacks
     * @param surplus rows that only the lake has, or has more often
     * @param different rows with the same key and other values
     * @param keys the keys of all these; none for a table without a key
     */
    record Difference(long sourceRows, long lakeRows, long missing, long surplus, long different, KeySet keys) {

        boolean none() {
            return missing == 0 && surplus == 0 && different == 0;
        }
    }

    /** The first step: reads the source. */
    void readSource() {
        source(batch -> {
            for (int i = 0; i < batch.rowCount(); i++) {
                sums.source(keys.high()[i], values.high()[i], values.low()[i]);
            }
        });
    }

    /** The second step: compares with the lake, which is read more often only when there are differences. */
    Difference compare(PublishedTable lake) {
        lake(lake, batch -> {
            for (int i = 0; i < batch.rowCount(); i++) {
                sums.lake(keys.high()[i], values.high()[i], values.low()[i]);
            }
        });
        Counts counts = new Counts(new KeySet(schema, settings.keys()));
        BitSet differing = sums.differing();
        if (!differing.isEmpty()) {
            narrow(differing, lake, counts);
        }
        return new Difference(
                sums.sourceRows(), sums.lakeRows(), counts.missing, counts.surplus, counts.different, counts.keys);
    }

    private static final class Counts {
        private final KeySet keys;
        private long missing;
        private long surplus;
        private long different;

        Counts(KeySet keys) {
            this.keys = keys;
        }
    }

    private void narrow(BitSet differing, PublishedTable lake, Counts counts) {
        Deque<BitSet> open = new ArrayDeque<>(parts(differing));
        while (!open.isEmpty()) {
            BitSet part = open.pop();
            SourceRows rows = new SourceRows(settings.rows());
            try {
                source(batch -> addRows(batch, part, rows));
            } catch (SourceRows.TooManyRowsException e) {
                if (part.cardinality() == 1) {
                    throw tooLittleMemory(e);
                }
                halves(part).forEach(open::push);
                continue;
            }
            lake(lake, batch -> match(batch, part, rows, counts));
            long missing = rows.missing();
            counts.missing += missing;
            if (missing > 0 && schema.hasKey()) {
                source(batch -> addMissing(batch, part, rows, counts.keys));
            }
        }
    }

    private PipelineException tooLittleMemory(SourceRows.TooManyRowsException e) {
        return new PipelineException(
                ErrorKind.CONFIGURATION,
                schema.sink().table(),
                "Comparing " + schema.sink().table() + " needs more memory: one range of its keys has more than "
                        + settings.rows() + " rows. Give the process a larger heap.",
                e);
    }

    private void addRows(ColumnBatch batch, BitSet part, SourceRows rows) {
        for (int i = 0; i < batch.rowCount(); i++) {
            if (part.get(sums.range(keys.high()[i]))) {
                rows.add(keys.high()[i], keys.low()[i], values.high()[i], values.low()[i]);
            }
        }
    }

    private void match(ColumnBatch batch, BitSet part, SourceRows rows, Counts counts) {
        for (int i = 0; i < batch.rowCount(); i++) {
            if (!part.get(sums.range(keys.high()[i]))) {
                continue;
            }
            switch (rows.match(keys.high()[i], keys.low()[i], values.high()[i], values.low()[i])) {
                case SAME -> {}
                case DIFFERENT -> {
                    counts.different++;
                    note(batch, i, counts.keys);
                }
                case SURPLUS -> {
                    counts.surplus++;
                    note(batch, i, counts.keys);
                }
            }
        }
    }

    private void note(ColumnBatch batch, int row, KeySet noted) {
        if (schema.hasKey()) {
            noted.add(batch, row, keys.high()[row], keys.low()[row]);
        }
    }

    private void addMissing(ColumnBatch batch, BitSet part, SourceRows rows, KeySet noted) {
        for (int i = 0; i < batch.rowCount(); i++) {
            if (part.get(sums.range(keys.high()[i])) && rows.isMissing(keys.high()[i], keys.low()[i])) {
                note(batch, i, noted);
            }
        }
    }

    /** The ranges in parts that should fit into memory, by the average number of rows. */
    private List<BitSet> parts(BitSet differing) {
        long perRange = 1 + sums.sourceRows() / sums.ranges();
        long ranges = Math.max(1, settings.rows() / 2 / perRange);
        List<BitSet> parts = new ArrayList<>();
        long inLast = ranges;
        for (int range = differing.nextSetBit(0); range >= 0; range = differing.nextSetBit(range + 1)) {
            if (inLast == ranges) {
                parts.add(new BitSet());
                inLast = 0;
            }
            parts.get(parts.size() - 1).set(range);
            inLast++;
        }
        return parts;
    }

    private static List<BitSet> halves(BitSet part) {
        BitSet first = new BitSet();
        BitSet second = new BitSet();
        int half = part.cardinality() / 2;
        int seen = 0;
        for (int range = part.nextSetBit(0); range >= 0; range = part.nextSetBit(range + 1)) {
            (seen++ < half ? first : second).set(range);
        }
        return List.of(first, second);
    }

    /** Takes a batch whose digests have been computed; it is valid during the call only. */
    private interface Digested {
        void accept(ColumnBatch batch);
    }

    private void source(Digested consumer) {
        for (SnapshotChunk chunk : source.chunks()) {
            if (chunk.table().equals(table.source().schema().table())) {
                source.read(chunk, (batch, bytes) -> {
                    ColumnBatch transformed = table.transform().apply(batch);
                    if (transformed.rowCount() > 0) {
                        digest(transformed);
                        consumer.accept(transformed);
                    }
                });
            }
        }
    }

    private void lake(PublishedTable lake, Digested consumer) {
        lake.read(schema.sink(), batch -> {
            digest(batch);
            consumer.accept(batch);
        });
    }

    private void digest(ColumnBatch batch) {
        keys.compute(batch, schema.identityColumns());
        values.compute(batch, schema.allColumns());
    }
}
