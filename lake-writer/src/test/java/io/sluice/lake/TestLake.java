package io.sluice.lake;

import static io.sluice.lake.TestRows.EVENTS_SCHEMA;
import static io.sluice.lake.TestRows.ORDERS_SCHEMA;
import static io.sluice.lake.TestRows.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.lake.commit.CommitRetries;
import io.sluice.lake.index.KeyIndexes;
import io.sluice.lake.index.RocksKeyIndexes;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.SnapshotWriter;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.testkit.faults.Faults;
import io.sluice.testkit.faults.FaultyFileIO;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.ContentFileUtil;

/**
 * A lake in a directory, with a JDBC catalog on SQLite, and what tests do to it. Rows are read back through Iceberg's
 * generic reader and through a catalog of their own, never through what is tested.
 */
final class TestLake implements AutoCloseable {

    static final String PIPELINE = "shop";
    static final RowRefetch NO_REFETCH = (table, keys) -> {
        throw new AssertionError(
                "Nothing should have to be read again, wanted " + keys.rowCount() + " rows of " + table);
    };

    final Path directory;
    final TestStore store;
    /** What shall go wrong with the files of lakes opened from now on. */
    final Faults faults = new Faults();
    /** No test sleeps: what would be waited is added up. */
    Duration waited = Duration.ZERO;

    final CommitRetries.Waiting waiting = duration -> waited = waited.plus(duration);
    private UnaryOperator<Catalog> wrapper = catalog -> catalog;
    private UnaryOperator<LakeOptions> changes = options -> options;
    private final List<AutoCloseable> open = new ArrayList<>();

    TestLake(Path directory) {
        this(directory, TestStore.local(directory));
    }

    /** A lake of another kind; the directory is for local state. */
    TestLake(Path directory, TestStore store) {
        this.directory = directory;
        this.store = store;
    }

    /** Lakes opened from now on see their catalog through the wrapper. */
    TestLake catalogWrappedBy(UnaryOperator<Catalog> newWrapper) {
        wrapper = newWrapper;
        return this;
    }

    /** Lakes opened from now on have these options. */
    TestLake with(UnaryOperator<LakeOptions> newChanges) {
        changes = newChanges;
        return this;
    }

    LakeOptions options() {
        LakeOptions options = LakeOptions.of(store.options(), directory.resolve("state"))
                .withMemory(32L << 20, 8L << 20)
                .withRetries(new CommitRetries(4, Duration.ofMillis(50), Duration.ofSeconds(2), waiting));
        return changes.apply(options);
    }

    IcebergLake lake() {
        LakeOptions options = options();
        KeyIndexes indexes = new RocksKeyIndexes(options.stateDirectory(), options.indexMemoryBytes());
        IcebergLake lake =
                new IcebergLake(wrapper.apply(IcebergCatalogs.open(faulty(options.catalog()))), options, indexes);
        open.add(0, lake);
        return lake;
    }

    /** What is tested goes through the faults, what reads it back does not. */
    private CatalogOptions faulty(CatalogOptions options) {
        Map<String, String> properties = new HashMap<>(options.properties());
        properties.putAll(FaultyFileIO.properties(faults));
        return options.withProperties(properties);
    }

    /** Does something to the lake with a catalog of one's own, as another engine would. */
    void elsewhere(Elsewhere use) {
        try (IcebergCatalogsHandle catalog =
                new IcebergCatalogsHandle(IcebergCatalogs.open(options().catalog()))) {
            use.accept(catalog.catalog());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static LakeTableSpec spec(TableSchema schema, String... partitionKeys) {
        return new LakeTableSpec(schema, List.of(partitionKeys), Map.of());
    }

    /** A session of a new lake that owns both tables. */
    LakeSession session() {
        return session(spec(ORDERS_SCHEMA), spec(EVENTS_SCHEMA));
    }

    LakeSession session(LakeTableSpec... specs) {
        LakeSession session = lake().takeOver(PIPELINE, List.of(specs));
        open.add(0, session);
        return session;
    }

    /** Ends all sessions and lakes, in an orderly way. */
    void restart() throws Exception {
        close();
    }

    /** Ends all sessions and lakes as a kill would: files stay as they are, only locks of this process are freed. */
    void kill() throws Exception {
        for (AutoCloseable closeable : open) {
            if (closeable instanceof IcebergSession session) {
                for (LakeTableState table : session.tables()) {
                    session.table(table.table()).close();
                }
            }
        }
        open.removeIf(LakeSession.class::isInstance);
        close();
    }

    static Position at(long lsn) {
        return new LogSequenceNumber(lsn);
    }

    static CommitOutcome publish(LakeSession session, TableSchema schema, long lsn, Object[]... rows) {
        SnapshotFiles files = write(session, schema, rows);
        return session.publish(schema.table(), List.of(files), 1, at(lsn));
    }

    static SnapshotFiles write(LakeSession session, TableSchema schema, Object[]... rows) {
        try (SnapshotWriter writer = session.snapshotWriter(schema.table())) {
            ColumnBatch batch = ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, 4);
            for (Object[] row : rows) {
                append(batch, row);
                batch.endRow();
            }
            writer.append(batch);
            return writer.finish();
        }
    }

    /** Collects and commits a cut at position {@code number * 100}. */
    static CommitOutcome cut(LakeSession session, long number, ColumnBatch... batches) {
        return cut(session, number, NO_REFETCH, batches);
    }

    static CommitOutcome cut(LakeSession session, long number, RowRefetch refetch, ColumnBatch... batches) {
        return session.commit(prepare(session, number, refetch, batches));
    }

    static PreparedCut prepare(LakeSession session, long number, RowRefetch refetch, ColumnBatch... batches) {
        CutWriter writer = session.openCut(number, refetch);
        try {
            for (ColumnBatch batch : batches) {
                writer.apply(batch);
            }
            return writer.prepare(at(number * 100));
        } catch (RuntimeException e) {
            // Not after an error: that is a kill, after which nobody cleans up.
            writer.close();
            throw e;
        }
    }

    /** The table through a catalog of the reader's own. */
    <T> T read(TableId id, TableUse<T> use) {
        try (IcebergCatalogsHandle catalog =
                new IcebergCatalogsHandle(IcebergCatalogs.open(options().catalog()))) {
            return use.apply(catalog.catalog().loadTable(LakeTables.identifier(id)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** All rows as texts, sorted. */
    List<String> rows(TableId id) {
        return read(id, table -> {
            List<String> rows = new ArrayList<>();
            try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
                for (Record record : records) {
                    List<String> values = new ArrayList<>();
                    // The reader leaves the row's position at the end where there are deletes.
                    for (int i = 0; i < table.schema().columns().size(); i++) {
                        values.add(String.valueOf(record.get(i)));
                    }
                    rows.add(String.join("|", values));
                }
            }
            rows.sort(null);
            return rows;
        });
    }

    Map<String, String> properties(TableId id) {
        return read(id, table -> Map.copyOf(table.properties()));
    }

    /** Files of data and deletes in the warehouse. */
    Set<String> dataFilesOnDisk() {
        Set<String> files = store.files(store.warehouse());
        files.removeIf(path -> !path.contains("/data/"));
        return files;
    }

    /** Each table's files are those that its metadata speaks of. */
    void assertNoFileLeakedOrMissing(TableId... ids) {
        for (TableId id : ids) {
            read(id, table -> {
                LakeAudit.assertNoFileLeakedOrMissing(store, table);
                return id;
            });
        }
    }

    /** Files of data and deletes that some snapshot of the tables refers to. */
    Set<String> referencedFiles(TableId... ids) {
        Set<String> files = new TreeSet<>();
        for (TableId id : ids) {
            read(id, table -> {
                for (Snapshot snapshot : table.snapshots()) {
                    snapshot.addedDataFiles(table.io()).forEach(file -> files.add(TestStore.path(file.location())));
                    snapshot.addedDeleteFiles(table.io()).forEach(file -> files.add(TestStore.path(file.location())));
                }
                return files;
            });
        }
        return files;
    }

    /** What must hold of every table after every commit. */
    void assertSound(TableId... ids) {
        for (TableId id : ids) {
            read(id, table -> {
                assertNoForeignDeletes(table);
                Snapshot current = table.currentSnapshot();
                if (current != null) {
                    // A stop changes no row, so no snapshot says so.
                    boolean stopped = "STOPPED".equals(table.properties().get("sluice.phase"));
                    for (String mark : stopped
                            ? List.of("pipeline", "cut", "position")
                            : List.of("pipeline", "cut", "position", "phase", "commit-id")) {
                        assertThat(current.summary().get("sluice." + mark))
                                .as("sluice.%s of %s in summary and properties", mark, id)
                                .isEqualTo(table.properties().get("sluice." + mark));
                    }
                    assertThat(table.properties().get("sluice.snapshot-id"))
                            .isEqualTo(Long.toString(current.snapshotId()));
                }
                return id;
            });
        }
    }

    private static void assertNoForeignDeletes(Table table) throws IOException {
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                assertThat(task.deletes().size())
                        .as("deletion vectors of one file")
                        .isLessThanOrEqualTo(1);
                for (DeleteFile delete : task.deletes()) {
                    assertThat(ContentFileUtil.isDV(delete)).isTrue();
                    assertThat(delete.recordCount()).isLessThan(task.file().recordCount());
                }
            }
        }
    }

    @Override
    public void close() throws Exception {
        List<AutoCloseable> closing = new ArrayList<>(open);
        open.clear();
        for (AutoCloseable closeable : closing) {
            closeable.close();
        }
    }

    /** Dies at the place. */
    static FailPoints dyingAt(FailPoint failPoint) {
        return point -> {
            if (point == failPoint) {
                throw new Killed();
            }
        };
    }

    /** A kill: no handler for exceptions sees it. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    @FunctionalInterface
    interface Elsewhere {
        void accept(Catalog catalog) throws Exception;
    }

    @FunctionalInterface
    interface TableUse<T> {
        T apply(Table table) throws Exception;
    }

    private record IcebergCatalogsHandle(Catalog catalog) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            ((AutoCloseable) catalog).close();
        }
    }
}
