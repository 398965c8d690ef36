package io.sluice.lake;

import io.sluice.lake.commit.TableMarks;
import io.sluice.lake.index.KeyBuffer;
import io.sluice.lake.index.KeyIndex;
import io.sluice.lake.index.RowLocation;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.ContentFileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a table's key index and list of files true for one snapshot. Used by one thread. */
final class KeyIndexBuild {

    private static final Logger LOG = LoggerFactory.getLogger(KeyIndexBuild.class);

    private final TableSchema schema;
    private final Table table;
    private final RowSource rows;
    private final long snapshot;

    /**
     * For a table that was refreshed.
     *
     * @param snapshot what the index is to be true for; {@link TableMarks#NO_SNAPSHOT} when there are no rows
     */
    KeyIndexBuild(TableSchema schema, Table table, RowSource rows, long snapshot) {
        this.schema = schema;
        this.table = table;
        this.rows = rows;
        this.snapshot = snapshot;
    }

    /** The index is true: finds the files that it speaks of. */
    void list(KeyIndex opened, LakeFiles listed) {
        Map<String, Integer> ordinals = new HashMap<>();
        opened.files().forEach((ordinal, path) -> ordinals.put(path, ordinal));
        plan((file, vector) -> {
            Integer ordinal = ordinals.get(file.location());
            if (ordinal == null) {
                throw new PipelineException(
                        ErrorKind.INTERNAL,
                        schema.table(),
                        "The key index of " + schema.table() + " claims to be true for snapshot " + snapshot
                                + " and does not know file " + file.location()
                                + "; remove its directory to have it rebuilt",
                        null);
            }
            listed.add(ordinal, file, vector, LakeFiles.Visibility.COMMITTED);
        });
    }

    /** Builds the index of a base in which every key stands once. */
    void whole(KeyIndex opened, LakeFiles listed) {
        build(opened, listed, Optional.empty());
    }

    /**
     * Builds the index of a base whose rows are of several positions.
     *
     * @return locations of which another one has the same key
     */
    List<Long> mixed(KeyIndex opened, LakeFiles listed) {
        List<Long> duplicates = new ArrayList<>();
        build(opened, listed, Optional.of(duplicates));
        return duplicates;
    }

    private void build(KeyIndex opened, LakeFiles listed, Optional<List<Long>> duplicates) {
        long began = System.nanoTime();
        KeyIndex.Load load = opened.rebuild();
        RowIdentity identity = new RowIdentity(schema);
        KeyBuffer key = new KeyBuffer();
        plan((file, vector) -> {
            int ordinal = opened.nextFile();
            load.file(ordinal, file.location());
            listed.add(ordinal, file, vector, LakeFiles.Visibility.COMMITTED);
            rows.scan(file, vector, identity.columns(), (columns, positions, count) -> {
                duplicates.ifPresent(found -> findDuplicates(columns, count, identity, load, key, found));
                for (int row = 0; row < count; row++) {
                    identity.load(columns, row, ordinal, positions[row], load, key);
                }
            });
        });
        String uuid = LakeTables.metadata(table).uuid();
        // Of a mixed base the index alone does not tell the duplicates: the next process has to build it again.
        load.finish(new KeyIndex.Marker(duplicates.isPresent() ? uuid + "#" : uuid, snapshot));
        LOG.info(
                "Built the key index of {} from the lake in {} ms",
                schema.table(),
                (System.nanoTime() - began) / 1_000_000);
    }

    /** Within a batch, which is of one file, keys differ; so the index need not see each row before the next. */
    private static void findDuplicates(
            ColumnVector[] columns,
            int count,
            RowIdentity identity,
            KeyIndex.Load load,
            KeyBuffer key,
            List<Long> duplicates) {
        for (int row = 0; row < count; row++) {
            identity.key(columns, row, key);
            long before = load.lookup(key.bytes(), key.length());
            if (before != RowLocation.ABSENT) {
                duplicates.add(before);
            }
        }
    }

    private void plan(FileConsumer consumer) {
        if (snapshot == TableMarks.NO_SNAPSHOT) {
            return;
        }
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().useSnapshot(snapshot).planFiles()) {
            for (FileScanTask task : tasks) {
                List<DeleteFile> deletes = task.deletes();
                for (DeleteFile delete : deletes) {
                    if (!ContentFileUtil.isDV(delete)) {
                        throw new PipelineException(
                                ErrorKind.LAKE_CONFLICT,
                                schema.table(),
                                "Lake table " + schema.table() + " has a delete file that is not a deletion vector: "
                                        + delete.location() + ". Compact the table, then start the pipeline again",
                                null);
                    }
                }
                consumer.accept(task.file(), deletes.isEmpty() ? null : deletes.get(0));
            }
        } catch (IOException e) {
            throw StorageFailures.of(schema.table(), "list the data files", e);
        }
    }

    @FunctionalInterface
    private interface FileConsumer {
        void accept(DataFile file, @Nullable DeleteFile vector);
    }
}
