package io.sluice.lake;

import io.sluice.lake.commit.CommitTarget;
import io.sluice.lake.commit.LoadMarks;
import io.sluice.lake.commit.LoadPart;
import io.sluice.lake.commit.LoadShape;
import io.sluice.lake.commit.SnapshotClaim;
import io.sluice.lake.commit.Spools;
import io.sluice.lake.commit.TableChange;
import io.sluice.lake.commit.TableMarks;
import io.sluice.lake.index.KeyIndex;
import io.sluice.lake.index.KeyIndexes;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
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
    private final Supplier<TableOperations> moreOperations;
    private @Nullable TableOperations loadHandle;
    private final KeyIndexes indexes;
    private final RowSource rows;
    private final List<LoadShape> shapes;
    private final LoadKeeping loadKeeping;
    private volatile TableMarks marks;
    /** What the next commit shall note; the committing thread may still be setting marks of the commit before. */
    private volatile Map<String, String> notes;

    private volatile @Nullable KeyIndex index;
    private volatile @Nullable LakeFiles files;
    private volatile boolean indexLost;
    private volatile boolean left;

    /** Whether the next step of the load begins it anew. */
    private volatile boolean loadBegins;

    /** Whether the open cut's base is the load and not the table. */
    private volatile boolean joined;

    /** Rows of the load that are there once more because they moved between two snapshots. */
    private List<Long> duplicates = List.of();

    LakeTable(
            TableSchema schema,
            TableIdentifier identifier,
            Table table,
            TableOperations operations,
            Supplier<TableOperations> moreOperations,
            KeyIndexes indexes,
            RowSource rows,
            TableMarks marks,
            List<LoadShape> shapes) {
        this.schema = schema;
        this.identifier = identifier;
        this.table = table;
        this.operations = operations;
        this.moreOperations = moreOperations;
        this.indexes = indexes;
        this.rows = rows;
        this.marks = marks;
        this.notes = marks.notes();
        this.shapes = shapes;
        TableMetadata metadata = LakeTables.metadata(table);
        this.loadBegins = !marks.load().isWholeIn(metadata);
        this.loadKeeping = new LoadKeeping(
                Spools.files(metadata).stream().map(StatisticsFile::path).toList());
    }

    /** What a table says, with its load only when the branch still has it and all changes that wait in it are there. */
    static Optional<TableMarks> marks(TableMetadata metadata) {
        return TableMarks.read(metadata.properties())
                .map(found -> found.load().isWholeIn(metadata) ? found : withoutRows(found));
    }

    /** What has to be loaded anew still has; a table that was never published is loaded in any case. */
    private static TableMarks withoutRows(TableMarks marks) {
        return marks.load().exists() && marks.phase() != TablePhase.SNAPSHOT
                ? marks.withLoad(LoadMarks.begin(marks.load().id(), marks.load().definition()))
                : marks.withLoad(LoadMarks.NONE);
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

    /** Beside those of the thread that commits cuts. */
    private synchronized TableOperations loadOperations() {
        TableOperations handle = loadHandle;
        if (handle == null) {
            handle = moreOperations.get();
            loadHandle = handle;
        }
        return handle;
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
        if (!marks.load().definition().equals(definition())) {
            // What was loaded was made by another rule or from other columns.
            loadBegins = true;
        }
    }

    /** Names what the notes say, which is what rows are made by. */
    String definition() {
        Map<String, String> lasting = new TreeMap<>(notes);
        lasting.keySet().removeIf(name -> name.startsWith(LakeSession.PASSING));
        if (lasting.isEmpty()) {
            return "";
        }
        byte[] text = lasting.toString().getBytes(StandardCharsets.UTF_8);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** These marks with the notes of the next commit. */
    TableMarks noted(TableMarks next) {
        return next.withNotes(notes);
    }

    /** A change of this table, for the thread that commits cuts. */
    CommitTarget target(TableChange change) {
        return new CommitTarget(identifier, operations, change);
    }

    /** A step of the load, for the thread that commits those. */
    CommitTarget loadTarget(TableChange change) {
        return new CommitTarget(identifier, loadOperations(), change);
    }

    /** Removes a file that nobody refers to. */
    void deleteQuietly(String path) {
        try {
            table.io().deleteFile(path);
        } catch (RuntimeException e) {
            LOG.warn("Unused file {} could not be deleted; orphan file removal will take it", path, e);
        }
    }

    /** What waited in the table's load is in the table, or given up with it. */
    void loadEnded() {
        loadKeeping.ended(this::deleteQuietly);
    }

    /** For the pipeline, with the load only as far as it is of use. */
    LakeTableState state() {
        TableMarks now = marks;
        return (loadBegins ? withoutRows(now) : now).state(id());
    }

    /** A commit left other marks; a step of the load may have been committed beside it. */
    synchronized void setMarks(TableMarks newMarks) {
        marks = newMarks.withLoad(marks.load());
    }

    /** The table was left behind, or is to be loaded anew: what its load had is dropped. No cut was beside that. */
    synchronized void loadDropped(TableMarks newMarks) {
        marks = newMarks;
        loadBegins = true;
    }

    /** The load beside its marks. */
    LoadKeeping loadKeeping() {
        return loadKeeping;
    }

    /** Whether the table was stopped and its load given up with it, so that it takes no further step. */
    boolean isGivenUp() {
        TableMarks now = marks;
        return now.phase() == TablePhase.STOPPED && !now.load().exists();
    }

    /** A step of the load was committed; a cut may have been beside it. */
    synchronized void setLoad(TableMarks newMarks) {
        marks = marks.withLoad(newMarks.load()).withNotes(newMarks.notes());
        loadBegins = false;
    }

    /** What the table is shaped to with its load; empty when it keeps its own shape. */
    List<LoadShape> shapes() {
        return shapes;
    }

    /** Whether the next step of the load is its first. */
    boolean loadBegins() {
        return loadBegins;
    }

    /** The load is begun anew with its next step. */
    void beginLoad() {
        loadBegins = true;
    }

    /** The open cut publishes the load. */
    void join() {
        if (loadBegins || marks.load().extent() != TableLoad.Extent.COMPLETE) {
            throw new IllegalStateException("Table " + id() + " has no complete load to publish: " + marks.describe());
        }
        joined = true;
        indexLost = true;
    }

    /** The cut that would have published the load was given up. */
    void leave() {
        if (joined) {
            joined = false;
            indexLost = true;
        }
    }

    /** Whether the open cut publishes the load. */
    boolean isJoined() {
        return joined;
    }

    /** Whether the base has rows of several positions: then a row can be missing from it, or there twice. */
    boolean isMixed() {
        return joined && marks.load().isMixed();
    }

    /**
     * Locations in the base of which another one has the same key; {@link #index} first. Given once: the next cut begins
     * while the one that publishes the load is being committed, and must not delete them again.
     */
    List<Long> takeDuplicates() {
        List<Long> taken = duplicates;
        duplicates = List.of();
        return taken;
    }

    /** What the index has to be true for. */
    private long baseSnapshot() {
        return joined ? marks.load().head() : marks.snapshotId();
    }

    /** Someone else changed the table under this session, which leaves it alone from now on. */
    synchronized void leftBehind(TableMarks newMarks) {
        loadDropped(newMarks);
        left = true;
    }

    /** Whether the session left the table behind by itself: changes that still come for it are dropped. */
    boolean isLeft() {
        return left;
    }

    /** A publication replaced all rows: the key index and the files are for others. */
    synchronized void published(TableMarks newMarks) {
        left = false;
        indexLost = true;
        joined = false;
        loadBegins |= !newMarks.load().exists();
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
            KeyIndexBuild build = new KeyIndexBuild(schema, table, rows, baseSnapshot());
            if (isTrue(opened)) {
                duplicates = List.of();
                build.list(opened, listed);
            } else if (isMixed()) {
                duplicates = build.mixed(opened, listed);
            } else {
                duplicates = List.of();
                build.whole(opened, listed);
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
        TableMetadata metadata = LakeTables.metadata(table);
        if (marker == null || isMixed() || !marker.tableUuid().equals(metadata.uuid())) {
            return false;
        }
        if (joined) {
            // The load is there, so no commit that would have published it went through.
            opened.dropSealed();
            return marker.snapshotId() == baseSnapshot();
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

    /** Gives the columns of every row of the table's files as they were committed last; {@link #index} first. */
    void scanKeys(int[] columns, PlacedRows consumer) {
        LakeFiles listed = files();
        for (int ordinal = 0; ordinal < listed.bound(); ordinal++) {
            if (listed.isCommitted(ordinal)) {
                int file = ordinal;
                rows.scan(
                        listed.file(ordinal),
                        listed.vector(ordinal),
                        columns,
                        (vectors, positions, count) -> consumer.accept(file, vectors, positions, count));
            }
        }
    }

    /** Takes rows of a scan over files. */
    @FunctionalInterface
    interface PlacedRows {
        void accept(int file, ColumnVector[] columns, long[] positions, int count);
    }

    /** A cut's commit is in the catalog: files and index follow. */
    synchronized void committed(TableChange change, TableMarks newMarks) {
        boolean publishes = change.load().role() == LoadPart.Role.PUBLISH;
        boolean changesLoad = publishes || change.load().role() == LoadPart.Role.DRAIN;
        TableMarks merged = changesLoad ? newMarks : newMarks.withLoad(marks.load());
        KeyIndex opened = index;
        LakeFiles known = files;
        if (opened == null
                || known == null
                || !opened.sealed()
                        .map(waiting -> waiting.commitId().equals(newMarks.commitId()))
                        .orElse(false)) {
            // Prepared elsewhere: what this process knows about keys and files is no longer true.
            published(merged);
            return;
        }
        known.committed(change);
        opened.promote(newMarks.commitId(), newMarks.snapshotId());
        if (publishes) {
            joined = false;
            loadBegins = true;
            duplicates = List.of();
        }
        marks = merged;
    }

    @Override
    public void close() {
        KeyIndex opened = index;
        if (opened != null) {
            opened.close();
            index = null;
        }
    }
}
