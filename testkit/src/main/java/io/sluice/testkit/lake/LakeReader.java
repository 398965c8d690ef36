package io.sluice.testkit.lake;

import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.util.SnapshotUtil;

/** The tables of a lake, read afresh from the catalog at each call. */
public final class LakeReader implements AutoCloseable {

    private static final String CUT = "sluice.cut";

    /** In the summary of a snapshot that replaced whatever the table had before. */
    private static final String PUBLICATION = "sluice.publication";

    private final Catalog catalog;
    private final Path warehouse;
    private final AutoCloseable onClose;

    private LakeReader(Catalog catalog, Path warehouse, AutoCloseable onClose) {
        this.catalog = catalog;
        this.warehouse = warehouse;
        this.onClose = onClose;
    }

    /**
     * Opens a JDBC catalog under the name that its tables have in it.
     *
     * @param uri such as {@code jdbc:sqlite:/some/where/catalog.db}; the catalog must exist
     * @param warehouse the local directory of the data
     */
    public static LakeReader open(String uri, Path warehouse) {
        JdbcCatalog catalog = new JdbcCatalog(properties -> new LocalFileIO(), null, false);
        catalog.initialize(
                catalogName(uri),
                Map.of(
                        CatalogProperties.URI,
                        uri,
                        CatalogProperties.WAREHOUSE_LOCATION,
                        warehouse.toString(),
                        "jdbc.schema-version",
                        "V1"));
        return new LakeReader(catalog, warehouse, catalog::close);
    }

    /** The lake of a catalog that somebody else opened and closes. */
    public static LakeReader of(Catalog catalog, Path warehouse) {
        return new LakeReader(catalog, warehouse, () -> {});
    }

    /** All tables, ordered by name. */
    public List<TableId> tables() {
        List<TableId> tables = new ArrayList<>();
        collectTables(Namespace.empty(), tables);
        return tables.stream().sorted().toList();
    }

    /** Whether the catalog has the table. */
    public boolean exists(TableId table) {
        return catalog.tableExists(identifier(table));
    }

    /** The table as readers see it now. */
    public LakeTable table(TableId table) {
        Table loaded = catalog.loadTable(identifier(table));
        Snapshot current = loaded.currentSnapshot();
        return new LakeTable(loaded, current == null ? List.of() : List.of(current));
    }

    /** The table as readers see it now. */
    public LakeTable table(String table) {
        return table(TableId.parse(table));
    }

    /** The table as it was in one of its snapshots. */
    public LakeTable tableAt(TableId table, long snapshotId) {
        Table loaded = catalog.loadTable(identifier(table));
        Snapshot snapshot = loaded.snapshot(snapshotId);
        if (snapshot == null) {
            throw new AssertionError("Table " + table + " has no snapshot " + snapshotId);
        }
        return new LakeTable(loaded, List.of(snapshot));
    }

    /**
     * The table at a cut: its latest published snapshot whose {@code sluice.cut} is at most {@code cut}; without rows
     * when there is none since the table was published, first or anew.
     */
    public LakeTable tableAtCut(TableId table, long cut) {
        Table loaded = catalog.loadTable(identifier(table));
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(loaded)) {
            String own = snapshot.summary().get(CUT);
            if (own != null && Long.parseLong(own) <= cut) {
                return new LakeTable(loaded, List.of(snapshot));
            }
            if (snapshot.summary().containsKey(PUBLICATION)) {
                return new LakeTable(loaded, List.of());
            }
        }
        return new LakeTable(loaded, List.of());
    }

    /** The numbers of the cuts that made a snapshot of the table, as far as its snapshots are there. */
    public NavigableSet<Long> cuts(TableId table) {
        NavigableSet<Long> cuts = new TreeSet<>();
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(catalog.loadTable(identifier(table)))) {
            String own = snapshot.summary().get(CUT);
            if (own != null) {
                cuts.add(Long.parseLong(own));
            }
        }
        return cuts;
    }

    /**
     * The sum of a column of whole numbers in every cut that made a snapshot of the table, by the cut's number; each file
     * is read once.
     */
    public NavigableMap<Long, Long> sums(TableId table, String column) {
        return CutSums.of(catalog.loadTable(identifier(table)), column);
    }

    /** Drops a table and its files, as an operator does with any engine. */
    public void drop(TableId table) {
        if (!catalog.dropTable(identifier(table), true)) {
            throw new AssertionError("There is no table " + table);
        }
    }

    /** The names of the table's tags. */
    public Set<String> tags(TableId table) {
        Set<String> tags = new TreeSet<>();
        catalog.loadTable(identifier(table)).refs().forEach((name, reference) -> {
            if (reference.isTag()) {
                tags.add(name);
            }
        });
        return tags;
    }

    /** The table as {@code FOR VERSION AS OF} the tag reads it. */
    public LakeTable tableAtTag(TableId table, String tag) {
        Table loaded = catalog.loadTable(identifier(table));
        SnapshotRef reference = loaded.refs().get(tag);
        if (reference == null) {
            throw new AssertionError("Table " + table + " has no tag " + tag);
        }
        return new LakeTable(loaded, List.of(loaded.snapshot(reference.snapshotId())));
    }

    /**
     * Files below the warehouse that no snapshot of any table refers to, relative to the warehouse: what a failed or
     * killed writer left behind. Only meaningful while nobody writes.
     */
    public Set<String> unreferencedFiles() {
        Set<Path> referenced = new TreeSet<>();
        for (TableId table : tables()) {
            Table loaded = catalog.loadTable(identifier(table));
            ReferencedFiles.of(loaded).forEach(file -> referenced.add(ReferencedFiles.localPath(file)));
        }
        Set<String> unreferenced = new TreeSet<>();
        Path root = warehouse.toAbsolutePath().normalize();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(Files::isRegularFile)
                    .filter(file -> !referenced.contains(file))
                    .filter(file -> !isCatalogOrChecksum(file, referenced))
                    .forEach(file -> unreferenced.add(root.relativize(file).toString()));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list the warehouse", e);
        }
        return unreferenced;
    }

    /** Asserts that {@link #unreferencedFiles} is empty. */
    public void assertNoLeakedFiles() {
        Set<String> leaked = unreferencedFiles();
        if (!leaked.isEmpty()) {
            throw new AssertionError(leaked.size() + " files belong to no snapshot, among them "
                    + leaked.stream().limit(10).toList());
        }
    }

    @Override
    public void close() {
        try {
            onClose.close();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot close the catalog", e);
        }
    }

    private void collectTables(Namespace parent, List<TableId> tables) {
        if (!parent.isEmpty()) {
            for (TableIdentifier table : catalog.listTables(parent)) {
                tables.add(new TableId(String.join(".", table.namespace().levels()), table.name()));
            }
        }
        for (Namespace child : ((SupportsNamespaces) catalog).listNamespaces(parent)) {
            collectTables(child, tables);
        }
    }

    /** Hadoop's local file system keeps the checksum of file {@code x} in {@code .x.crc}. */
    private static boolean isCatalogOrChecksum(Path file, Set<Path> referenced) {
        String name = file.getFileName().toString();
        if (name.startsWith(".") && name.endsWith(".crc")) {
            return referenced.contains(file.resolveSibling(name.substring(1, name.length() - ".crc".length())));
        }
        return name.matches(".*\\.(db|sqlite)(-(wal|shm|journal))?") || name.equals("version-hint.text");
    }

    private static TableIdentifier identifier(TableId table) {
        return TableIdentifier.of(Namespace.of(table.namespace().split("\\.")), table.name());
    }

    private static String catalogName(String uri) {
        try (Connection connection = DriverManager.getConnection(uri);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT catalog_name FROM iceberg_tables"
                        + " UNION SELECT catalog_name FROM iceberg_namespace_properties")) {
            String name = rows.next() ? rows.getString(1) : "sluice";
            if (rows.next()) {
                throw new IllegalStateException("More than one catalog in " + uri);
            }
            return name;
        } catch (SQLException e) {
            throw new IllegalStateException("There is no Iceberg catalog in " + uri + ": " + e.getMessage(), e);
        }
    }
}
