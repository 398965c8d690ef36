package io.sluice.lake;

import io.sluice.lake.commit.SnapshotClaim;
import io.sluice.lake.commit.TableChange;
import io.sluice.lake.commit.TableMarks;
import io.sluice.lake.index.KeyBuffer;
import io.sluice.lake.index.KeyIndex;
import io.sluice.lake.index.KeyIndexes;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.ContentFileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One table of an owner's session: its marks as this session left them, and, from its first change on, its key index and
 * data files.
 *
 * <p>Two handles of the same Iceberg table: {@link #table} is what the thread that writes looks at, {@link #operations}
 * belongs to the thread that commits; Iceberg's own are not safe to be shared by the two.
 */
final class LakeTable implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LakeTable.class);

    private final TableSchema schema;
    private final TableIdentifier identifier;
    private final Table table;
    private final TableOperations operations;
    private final KeyIndexes indexes;
    private final RowSource rows;
    private volatile TableMarks marks;
    /** What the next commit shall note; the committing thread may still be setting marks of the commit before. */
    private volatile Map<String, String> notes;

    private volatile @Nullable KeyIndex index;
    private volatile @Nullable LakeFiles files;
    private volatile boolean indexLost;

    LakeTable(
            TableSchema schema,
            TableIdentifier identifier,
            Table table,
            TableOperations operations,
            KeyIndexes indexes,
            RowSource rows,
            TableMarks marks) {
        this.schema = schema;
        this.identifier = identifier;
        this.table = table;
        this.operations = operations;
        this.indexes = indexes;
        this.rows = rows;
        this.marks = marks;
        this.notes = marks.notes();
    }

    TableId id() {
        return schema.table();
    }

    TableSchema schema() {
        return schema;
    }

    TableIdentifier identifier() {
        return identifier;
    }

    Table table() {
        return table;
    }

    TableOperations operations() {
        return operations;
    }

    RowSource rows() {
        return rows;
    }

    /** As this session left them. */
    TableMarks marks() {
        return marks;
    }

    /** Adds to what the next commit notes. */
    void note(Map<String, String> added) {
        Map<String, String> all = new HashMap<>(notes);
        all.putAll(added);
        notes = Map.copyOf(all);
    }

    /** These marks with the notes of the next commit. */
    TableMarks noted(TableMarks next) {
        return next.withNotes(notes);
    }

    /** A commit left other marks. */
    void setMarks(TableMarks newMarks) {
        marks = newMarks;
    }

    /** A publication replaced all rows: the key index and the files are for others. */
    void published(TableMarks newMarks) {
        indexLost = true;
        marks = newMarks;
    }

    /** The data files; {@link #index} first. */
    LakeFiles files() {
        LakeFiles listed = files;
        if (listed == null) {
            throw new IllegalStateException("The files of " + id() + " have not been listed");
        }
        return listed;
    }

    /** The key index, opened and true for the table; built from the lake when it has to be. */
    KeyIndex index() {
        KeyIndex opened = index;
        if (opened != null && !indexLost) {
            return opened;
        }
        if (opened == null) {
            opened = indexes.open(marks.pipeline(), id());
            index = opened;
        }
        try {
            table.refresh();
            LakeFiles listed = new LakeFiles();
            if (isTrue(opened)) {
                list(opened, listed);
            } else {
                build(opened, listed);
            }
            files = listed;
            indexLost = false;
            return opened;
        } catch (RuntimeException e) {
            throw StorageFailures.of(id(), "build the key index", e);
        }
    }

    /** Whether the base is true for the table as it is; after a crash the table says what became of the last cut. */
    private boolean isTrue(KeyIndex opened) {
        KeyIndex.Marker marker = opened.marker().orElse(null);
        TableMetadata metadata = ((HasTableOperations) table).operations().current();
        if (marker == null || !marker.tableUuid().equals(metadata.uuid())) {
            return false;
        }
        KeyIndex.Sealed sealed = opened.sealed().orElse(null);
        if (sealed != null) {
            if (sealed.commitId().equals(marks.commitId()) && sealed.base() == marker.snapshotId()) {
                opened.promote(sealed.commitId(), marks.snapshotId());
                return true;
            }
            opened.dropSealed();
        }
        if (marker.snapshotId() == marks.snapshotId()) {
            return true;
        }
        if (SnapshotClaim.sameFiles(metadata, marker.snapshotId())) {
            opened.remark(marks.snapshotId());
            return true;
        }
        return false;
    }

    private void list(KeyIndex opened, LakeFiles listed) {
        Map<String, Integer> ordinals = new HashMap<>();
        opened.files().forEach((ordinal, path) -> ordinals.put(path, ordinal));
        plan((file, vector) -> {
            Integer ordinal = ordinals.get(file.location());
            if (ordinal == null) {
                throw new PipelineException(
                        ErrorKind.INTERNAL,
                        id(),
                        "The key index of " + id() + " claims to be true for snapshot " + marks.snapshotId()
                                + " and does not know file " + file.location()
                                + "; remove its directory to have it rebuilt",
                        null);
            }
            listed.add(ordinal, file, vector, LakeFiles.Visibility.COMMITTED);
        });
    }

    private void build(KeyIndex opened, LakeFiles listed) {
        long began = System.nanoTime();
        KeyIndex.Load load = opened.rebuild();
        RowIdentity identity = new RowIdentity(schema);
        KeyBuffer key = new KeyBuffer();
        plan((file, vector) -> {
            int ordinal = opened.nextFile();
            load.file(ordinal, file.location());
            listed.add(ordinal, file, vector, LakeFiles.Visibility.COMMITTED);
            rows.scan(file, vector, identity.columns(), (columns, positions, count) -> {
                for (int row = 0; row < count; row++) {
                    identity.load(columns, row, ordinal, positions[row], load, key);
                }
            });
        });
        load.finish(new KeyIndex.Marker(
                ((HasTableOperations) table).operations().current().uuid(), marks.snapshotId()));
        LOG.info("Built the key index of {} from the lake in {} ms", id(), (System.nanoTime() - began) / 1_000_000);
    }

    private void plan(FileConsumer consumer) {
        if (marks.snapshotId() == TableMarks.NO_SNAPSHOT) {
            return;
        }
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().useSnapshot(marks.snapshotId()).planFiles()) {
            for (FileScanTask task : tasks) {
                List<DeleteFile> deletes = task.deletes();
                for (DeleteFile delete : deletes) {
                    if (!ContentFileUtil.isDV(delete)) {
                        throw new PipelineException(
                                ErrorKind.LAKE_CONFLICT,
                                id(),
                                "Lake table " + id() + " has a delete file that is not a deletion vector: "
                                        + delete.location() + ". Compact the table, then start the pipeline again",
                                null);
                    }
                }
                consumer.accept(task.file(), deletes.isEmpty() ? null : deletes.get(0));
            }
        } catch (IOException e) {
            throw StorageFailures.of(id(), "list the data files", e);
        }
    }

    /** A cut's commit is in the catalog: files and index follow. */
    void committed(TableChange change, TableMarks newMarks) {
        KeyIndex opened = index;
        LakeFiles known = files;
        if (opened == null
                || known == null
                || !opened.sealed()
                        .map(waiting -> waiting.commitId().equals(newMarks.commitId()))
                        .orElse(false)) {
            // Prepared elsewhere: what this process knows about keys and files is no longer true.
            indexLost = true;
            marks = newMarks;
            return;
        }
        Map<String, DeleteFile> vectors = new HashMap<>();
        for (DeleteFile vector : change.deletes()) {
            vectors.put(vector.referencedDataFile(), vector);
        }
        Map<String, Boolean> removed = new HashMap<>();
        for (DataFile file : change.removed()) {
            removed.put(file.location(), true);
        }
        Map<String, Boolean> added = new HashMap<>();
        for (DataFile file : change.added()) {
            added.put(file.location(), true);
        }
        applyFiles(known, vectors, removed, added);
        opened.promote(newMarks.commitId(), newMarks.snapshotId());
        marks = newMarks;
    }

    private static void applyFiles(
            LakeFiles known,
            Map<String, DeleteFile> vectors,
            Map<String, Boolean> removed,
            Map<String, Boolean> added) {
        for (int ordinal = 0; ordinal < known.bound(); ordinal++) {
            if (!known.has(ordinal)) {
                continue;
            }
            String path = known.file(ordinal).location();
            if (removed.containsKey(path)) {
                known.remove(ordinal);
                continue;
            }
            if (added.containsKey(path)) {
                known.commit(ordinal);
            }
            DeleteFile vector = vectors.get(path);
            if (vector != null) {
                known.setVector(ordinal, vector);
            }
        }
    }

    @Override
    public void close() {
        KeyIndex opened = index;
        if (opened != null) {
            opened.close();
            index = null;
        }
    }

    @FunctionalInterface
    private interface FileConsumer {
        void accept(DataFile file, @Nullable DeleteFile vector);
    }
}
