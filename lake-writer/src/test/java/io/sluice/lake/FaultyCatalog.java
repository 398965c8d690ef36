package io.sluice.lake;

import io.sluice.pipeline.schema.TableId;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.exceptions.ServiceUnavailableException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/** A catalog that lets things happen just before or just after the swap of a commit, or cannot be reached. */
final class FaultyCatalog {

    private final Map<TableIdentifier, Runnable> before = new HashMap<>();
    private final Map<TableIdentifier, Runnable> after = new HashMap<>();
    private final Map<TableIdentifier, Runnable> every = new HashMap<>();
    private final Set<TableIdentifier> unreachable = new HashSet<>();

    /** Once, between everything that was checked and the swap. */
    void beforeSwap(TableId table, Runnable action) {
        before.put(LakeTables.identifier(table), action);
    }

    /** Once, after the swap took effect. */
    void afterSwap(TableId table, Runnable action) {
        after.put(LakeTables.identifier(table), action);
    }

    /** Before each swap. */
    void everySwap(TableId table, Runnable action) {
        every.put(LakeTables.identifier(table), action);
    }

    /** The table cannot be read from now on. */
    void unreachable(TableId table) {
        unreachable.add(LakeTables.identifier(table));
    }

    void clear() {
        before.clear();
        after.clear();
        every.clear();
        unreachable.clear();
    }

    Catalog wrap(Catalog real) {
        return new Wrapped(real);
    }

    private static void run(Map<TableIdentifier, Runnable> actions, TableIdentifier table) {
        Runnable action = actions.remove(table);
        if (action != null) {
            action.run();
        }
    }

    private final class Operations implements TableOperations {
        private final TableIdentifier table;
        private final TableOperations real;

        private Operations(TableIdentifier table, TableOperations real) {
            this.table = table;
            this.real = real;
        }

        @Override
        public TableMetadata current() {
            return real.current();
        }

        @Override
        public TableMetadata refresh() {
            if (unreachable.contains(table)) {
                throw new ServiceUnavailableException("catalog is down");
            }
            return real.refresh();
        }

        @Override
        public void commit(TableMetadata base, TableMetadata metadata) {
            Runnable always = every.get(table);
            if (always != null) {
                always.run();
            }
            run(before, table);
            real.commit(base, metadata);
            run(after, table);
        }

        @Override
        public FileIO io() {
            return real.io();
        }

        @Override
        public EncryptionManager encryption() {
            return real.encryption();
        }

        @Override
        public String metadataFileLocation(String fileName) {
            return real.metadataFileLocation(fileName);
        }

        @Override
        public LocationProvider locationProvider() {
            return real.locationProvider();
        }

        @Override
        public TableOperations temp(TableMetadata metadata) {
            return real.temp(metadata);
        }
    }

    private final class Wrapped implements Catalog, SupportsNamespaces, Closeable {
        private final Catalog real;

        private Wrapped(Catalog real) {
            this.real = real;
        }

        @Override
        public Table loadTable(TableIdentifier identifier) {
            Table table = real.loadTable(identifier);
            return new BaseTable(new Operations(identifier, ((HasTableOperations) table).operations()), table.name());
        }

        @Override
        public TableBuilder buildTable(TableIdentifier identifier, Schema schema) {
            return real.buildTable(identifier, schema);
        }

        @Override
        public List<TableIdentifier> listTables(Namespace namespace) {
            return real.listTables(namespace);
        }

        @Override
        public boolean dropTable(TableIdentifier identifier, boolean purge) {
            return real.dropTable(identifier, purge);
        }

        @Override
        public void renameTable(TableIdentifier from, TableIdentifier to) {
            real.renameTable(from, to);
        }

        @Override
        public Transaction newCreateTableTransaction(
                TableIdentifier identifier, Schema schema, PartitionSpec spec, Map<String, String> properties) {
            return real.newCreateTableTransaction(identifier, schema, spec, properties);
        }

        @Override
        public void createNamespace(Namespace namespace, Map<String, String> metadata) {
            ((SupportsNamespaces) real).createNamespace(namespace, metadata);
        }

        @Override
        public List<Namespace> listNamespaces(Namespace namespace) {
            return ((SupportsNamespaces) real).listNamespaces(namespace);
        }

        @Override
        public Map<String, String> loadNamespaceMetadata(Namespace namespace) {
            return ((SupportsNamespaces) real).loadNamespaceMetadata(namespace);
        }

        @Override
        public boolean dropNamespace(Namespace namespace) {
            return ((SupportsNamespaces) real).dropNamespace(namespace);
        }

        @Override
        public boolean setProperties(Namespace namespace, Map<String, String> properties) {
            return ((SupportsNamespaces) real).setProperties(namespace, properties);
        }

        @Override
        public boolean removeProperties(Namespace namespace, Set<String> properties) {
            return ((SupportsNamespaces) real).removeProperties(namespace, properties);
        }

        @Override
        public void close() throws IOException {
            ((Closeable) real).close();
        }
    }
}
