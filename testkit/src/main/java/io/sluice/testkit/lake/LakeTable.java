package io.sluice.testkit.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/** One table of a lake in one of its snapshots, read with Iceberg's generic reader. */
public final class LakeTable {

    private final Table table;
    private final List<Snapshot> snapshot;

    LakeTable(Table table, List<Snapshot> atMostOne) {
        this.table = table;
        this.snapshot = atMostOne;
    }

    /**
     * Files of a snapshot by what they hold.
     *
     * @param data data files
     * @param positionDeletes files of position deletes that are not deletion vectors
     * @param deletionVectors deletion vectors, one per data file at most
     * @param equalityDeletes files of equality deletes; Sluice never writes any
     */
    public record FileCounts(int data, int positionDeletes, int deletionVectors, int equalityDeletes) {}

    /** Iceberg's own object. */
    public Table iceberg() {
        return table;
    }

    /** The snapshot's id; empty for a table without one. */
    public OptionalLong snapshotId() {
        return snapshot.stream().mapToLong(Snapshot::snapshotId).findFirst();
    }

    /** An entry of the snapshot's summary, such as {@code sluice.position}. */
    public Optional<String> summary(String property) {
        return snapshot.stream()
                .flatMap(s -> Optional.ofNullable(s.summary().get(property)).stream())
                .findFirst();
    }

    /** An entry of the table's properties, such as {@code sluice.position}. */
    public Optional<String> property(String property) {
        return Optional.ofNullable(table.properties().get(property));
    }

    /** The snapshot's schema. */
    public Schema schema() {
        if (snapshot.isEmpty()) {
            return table.schema();
        }
        return SnapshotUtil.schemaFor(table, snapshot.get(0).snapshotId());
    }

    /** The names of the columns in order. */
    public List<String> columns() {
        return schema().columns().stream().map(Types.NestedField::name).toList();
    }

    /** The names of the identifier fields in the columns' order; empty for a table without a key. */
    public List<String> key() {
        Schema schema = schema();
        return schema.columns().stream()
                .filter(field -> schema.identifierFieldIds().contains(field.fieldId()))
                .map(Types.NestedField::name)
                .toList();
    }

    /** Gives each row's values in the columns' order, as Iceberg's generic classes; the array is used again. */
    public void forEachRow(Consumer<@Nullable Object[]> consumer) {
        if (snapshot.isEmpty()) {
            return;
        }
        int width = schema().columns().size();
        @Nullable Object[] row = new @Nullable Object[width];
        try (CloseableIterable<Record> records = IcebergGenerics.read(table)
                .useSnapshot(snapshot.get(0).snapshotId())
                .reuseContainers()
                .build()) {
            for (Record record : records) {
                for (int i = 0; i < width; i++) {
                    row[i] = record.get(i);
                }
                consumer.accept(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read table " + table.name(), e);
        }
    }

    /**
     * All rows as maps in the columns' order, with values that compare by {@code equals}: boxed numbers, {@code
     * BigDecimal} at the column's scale, {@code java.time}, {@code UUID}, {@code String}, {@code ByteBuffer}. Ordered
     * by key, or by all columns in a table without one.
     */
    public List<Map<String, @Nullable Object>> rows() {
        List<String> columns = columns();
        List<String> order = key().isEmpty() ? columns : key();
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        forEachRow(values -> {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                row.put(columns.get(i), values[i]);
            }
            rows.add(row);
        });
        rows.sort((a, b) -> compare(a, b, order));
        return rows;
    }

    /** The number of rows, counted by reading them. */
    public long rowCount() {
        long[] count = new long[1];
        forEachRow(row -> count[0]++);
        return count[0];
    }

    /** The files that make up the snapshot. */
    public FileCounts files() {
        int data = 0;
        int positionDeletes = 0;
        int deletionVectors = 0;
        int equalityDeletes = 0;
        for (Snapshot one : snapshot) {
            for (ManifestFile manifest : one.dataManifests(table.io())) {
                try (ManifestReader<DataFile> files = ManifestFiles.read(manifest, table.io(), table.specs())) {
                    for (DataFile ignored : files) {
                        data++;
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            for (ManifestFile manifest : one.deleteManifests(table.io())) {
                try (ManifestReader<DeleteFile> files =
                        ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
                    for (DeleteFile file : files) {
                        if (file.content() == FileContent.EQUALITY_DELETES) {
                            equalityDeletes++;
                        } else if (file.format() == FileFormat.PUFFIN) {
                            deletionVectors++;
                        } else {
                            positionDeletes++;
                        }
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return new FileCounts(data, positionDeletes, deletionVectors, equalityDeletes);
    }

    /** What a full scan of the snapshot would read, task by task. */
    public List<FileScanTask> scanTasks() {
        if (snapshot.isEmpty()) {
            return List.of();
        }
        List<FileScanTask> tasks = new ArrayList<>();
        try (CloseableIterable<FileScanTask> planned =
                table.newScan().useSnapshot(snapshot.get(0).snapshotId()).planFiles()) {
            planned.forEach(tasks::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tasks;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static int compare(Map<String, @Nullable Object> a, Map<String, @Nullable Object> b, List<String> columns) {
        Comparator<Comparable> nullsFirst = Comparator.nullsFirst(Comparator.naturalOrder());
        for (String column : columns) {
            int order = nullsFirst.compare((Comparable) a.get(column), (Comparable) b.get(column));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
