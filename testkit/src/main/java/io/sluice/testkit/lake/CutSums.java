package io.sluice.testkit.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/**
 * The sum of a column of whole numbers in every cut of a table. Each data file and each deletion vector is read once, in
 * the order in which snapshots brought them, so that thousands of cuts can be looked at; reading every cut as a table
 * would read every file in every cut.
 */
public final class CutSums {

    private static final String CUT = "sluice.cut";

    private final Table table;
    private final String column;
    private final Map<String, Rows> files = new HashMap<>();
    private long sum;

    /** A data file's values, and what those add up to that its deletion vector takes away. */
    private static final class Rows {
        private final long[] values;
        private long deleted;

        Rows(long[] values) {
            this.values = values;
        }

        long live() {
            return Arrays.stream(values).sum() - deleted;
        }
    }

    private CutSums(Table table, String column) {
        this.table = table;
        this.column = column;
    }

    /** The sums by the number of the cut that made a snapshot, from the first one that is still there. */
    static NavigableMap<Long, Long> of(Table table, String column) {
        Deque<Snapshot> oldestFirst = new ArrayDeque<>();
        SnapshotUtil.currentAncestors(table).forEach(oldestFirst::addFirst);
        CutSums sums = new CutSums(table, column);
        NavigableMap<Long, Long> byCut = new TreeMap<>();
        for (Snapshot snapshot : oldestFirst) {
            sums.apply(snapshot);
            String cut = snapshot.summary().get(CUT);
            if (cut != null) {
                byCut.put(Long.parseLong(cut), sums.sum);
            }
        }
        return byCut;
    }

    private void apply(Snapshot snapshot) {
        for (DataFile file : snapshot.addedDataFiles(table.io())) {
            Rows rows = new Rows(read(file));
            files.put(file.location(), rows);
            sum += rows.live();
        }
        BaseDeleteLoader loader = new BaseDeleteLoader(file -> table.io().newInputFile(file.location()));
        for (DeleteFile vector : snapshot.addedDeleteFiles(table.io())) {
            String path = vector.referencedDataFile();
            Rows rows = known(files.get(path), path);
            sum -= rows.live();
            long[] deleted = new long[1];
            loader.loadPositionDeletes(List.of(vector), path)
                    .forEach(position -> deleted[0] += rows.values[Math.toIntExact(position)]);
            rows.deleted = deleted[0];
            sum += rows.live();
        }
        for (DataFile file : snapshot.removedDataFiles(table.io())) {
            sum -= known(files.remove(file.location()), file.location()).live();
        }
    }

    private Rows known(@Nullable Rows rows, String path) {
        if (rows == null) {
            throw new AssertionError("Table " + table.name() + " speaks of file " + path + ", which no snapshot added");
        }
        return rows;
    }

    private long[] read(DataFile file) {
        Schema wanted = table.schema().select(column);
        long[] read = new long[Math.toIntExact(file.recordCount())];
        int row = 0;
        try (CloseableIterable<Record> records = Parquet.read(table.io().newInputFile(file.location()))
                .project(wanted)
                .createReaderFunc(type -> GenericParquetReaders.buildReader(wanted, type))
                .build()) {
            for (Record record : records) {
                read[row++] = ((Number) record.get(0)).longValue();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (row != read.length) {
            throw new AssertionError(file.location() + " has " + row + " rows, its manifest says " + read.length);
        }
        return read;
    }
}
