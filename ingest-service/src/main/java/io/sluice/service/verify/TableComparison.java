package io.sluice.service.verify;

import io.sluice.lake.read.PublishedTable;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.service.runtime.PreparedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Compares one table in passes: pass i of K looks only at rows whose key's digest falls to it, so that memory is bounded
 * whatever the table's size. Used by one thread.
 */
final class TableComparison {

    private static final int EXAMPLES = 10;

    private final PreparedTable table;
    private final SourceReading source;
    private final PublishedTable lake;
    private final long maxRows;
    private final TableSchema schema;
    private final int[] allColumns;
    private final int[] keyColumns;

    /**
     * @param source reads the table's rows, transformed
     * @param maxRows rows of the source that one pass may hold
     */
    TableComparison(PreparedTable table, SourceReading source, PublishedTable lake, long maxRows) {
        this.table = table;
        this.source = source;
        this.lake = lake;
        this.maxRows = maxRows;
        this.schema = table.spec().schema();
        this.allColumns = IntStream.range(0, schema.width()).toArray();
        this.keyColumns = schema.hasKey()
                ? schema.key().stream().mapToInt(Integer::intValue).toArray()
                : allColumns;
    }

    /** Gets the source's rows of the table, transformed, from any thread but one after the other. */
    interface SourceReading {
        void read(PreparedTable table, BatchConsumer consumer);
    }

    /** Takes a batch that is valid during the call only. */
    interface BatchConsumer {
        void accept(ColumnBatch batch);
    }

    TableResult run() {
        long expected = Math.max(table.source().estimatedRows(), lake.estimatedRows());
        int passes = (int) Math.min(Integer.MAX_VALUE, 1 + expected * 5 / 4 / maxRows);
        while (true) {
            try {
                return run(passes);
            } catch (SourceRows.TooManyRowsException e) {
                // The source's estimate was too low.
                passes *= 2;
            }
        }
    }

    private TableResult run(int passes) {
        Counts counts = new Counts();
        Examples examples = new Examples(schema, keyColumns, EXAMPLES);
        for (int pass = 0; pass < passes; pass++) {
            pass(pass, passes, counts, examples);
        }
        List<String> told = new ArrayList<>();
        if (!examples.isEmpty() && schema.hasKey()) {
            source.read(table, examples::source);
            lake.read(schema, examples::lake);
            told = examples.sentences();
        }
        return new TableResult(
                table.source().schema().table().toString(),
                schema.table().toString(),
                counts.source,
                counts.lake,
                counts.missing,
                counts.surplus,
                counts.different,
                told,
                lake.state().flatMap(state -> state.position()),
                Optional.empty());
    }

    private static final class Counts {
        private long source;
        private long lake;
        private long missing;
        private long surplus;
        private long different;
    }

    private void pass(int pass, int passes, Counts counts, Examples examples) {
        SourceRows rows = new SourceRows(maxRows);
        RowDigests keys = new RowDigests();
        RowDigests values = new RowDigests();
        source.read(table, batch -> {
            keys.compute(batch, keyColumns);
            values.compute(batch, allColumns);
            for (int i = 0; i < batch.rowCount(); i++) {
                if (Long.remainderUnsigned(keys.low()[i], passes) == pass) {
                    rows.add(keys.high()[i], keys.low()[i], values.high()[i], values.low()[i]);
                    counts.source++;
                }
            }
        });
        lake.read(schema, batch -> {
            keys.compute(batch, keyColumns);
            values.compute(batch, allColumns);
            for (int i = 0; i < batch.rowCount(); i++) {
                if (Long.remainderUnsigned(keys.low()[i], passes) != pass) {
                    continue;
                }
                counts.lake++;
                switch (rows.match(keys.high()[i], keys.low()[i], values.high()[i], values.low()[i])) {
                    case SAME -> {}
                    case DIFFERENT -> {
                        counts.different++;
                        examples.add(keys.high()[i], keys.low()[i]);
                    }
                    case SURPLUS -> {
                        counts.surplus++;
                        examples.add(keys.high()[i], keys.low()[i]);
                    }
                }
            }
        });
        counts.missing += rows.missing();
        rows.forEachMissing(EXAMPLES, examples::add);
    }
}
