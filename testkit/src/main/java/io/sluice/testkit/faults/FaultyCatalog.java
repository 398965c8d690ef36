package io.sluice.testkit.faults;

import java.io.Closeable;
import java.io.IOException;
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
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/**
 * A catalog in front of another one, with {@link Faults} at the steps {@code commit}, {@code refresh}, {@code load} and
 * {@code create}, each with the table's name, such as {@code commit shop.orders}. Not for a REST catalog, whose client
 * is known by its class: there the server itself has faults.
 */
public final class FaultyCatalog implements Catalog, SupportsNamespaces, Closeable {

    private final Catalog real;
    private final Faults faults;

    /** Closes the real catalog when it is closed. */
    public FaultyCatalog(Catalog real, Faults faults) {
        this.real = real;
        this.faults = faults;
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public Table loadTable(TableIdentifier identifier) {
        Table table = faults.run("load " + identifier, () -> real.loadTable(identifier));
        TableOperations operations = ((HasTableOperations) table).operations();
        return new BaseTable(new Operations(identifier, operations), table.name());
    }

    @Override
    public TableBuilder buildTable(TableIdentifier identifier, Schema schema) {
        return new Builder(identifier, real.buildTable(identifier, schema));
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
    public void createNamespace(Namespace namespace, Map<String, String> metadata) {
        namespaces().createNamespace(namespace, metadata);
    }

    @Override
    public List<Namespace> listNamespaces(Namespace namespace) {
        return namespaces().listNamespaces(namespace);
    }

    @Override
    public Map<String, String> loadNamespaceMetadata(Namespace namespace) {
        return namespaces().loadNamespaceMetadata(namespace);
    }

    @Override
    public boolean dropNamespace(Namespace namespace) {
        return namespaces().dropNamespace(namespace);
    }

    @Override
    public boolean setProperties(Namespace namespace, Map<String, String> properties) {
        return namespaces().setProperties(namespace, properties);
    }

    @Override
    public boolean removeProperties(Namespace namespace, Set<String> properties) {
        return namespaces().removeProperties(namespace, properties);
    }

    @Override
    public void close() throws IOException {
        if (real instanceof Closeable closeable) {
            closeable.close();
        }
    }

    private SupportsNamespaces namespaces() {
        return (SupportsNamespaces) real;
    }

    /** Only {@link #create} has faults; the table is loaded anew afterwards. */
    private final class Builder implements TableBuilder {
        private final TableIdentifier identifier;
        private final TableBuilder builder;

        private Builder(TableIdentifier identifier, TableBuilder builder) {
            this.identifier = identifier;
            this.builder = builder;
        }

        @Override
        public TableBuilder withPartitionSpec(PartitionSpec spec) {
            builder.withPartitionSpec(spec);
            return this;
        }

        @Override
        public TableBuilder withSortOrder(org.apache.iceberg.SortOrder order) {
            builder.withSortOrder(order);
            return this;
        }

        @Override
        public TableBuilder withLocation(String location) {
            builder.withLocation(location);
            return this;
        }

        @Override
        public TableBuilder withProperties(Map<String, String> properties) {
            builder.withProperties(properties);
            return this;
        }

        @Override
        public TableBuilder withProperty(String key, String value) {
            builder.withProperty(key, value);
            return this;
        }

        @Override
        public Table create() {
            return faults.run("create " + identifier, builder::create);
        }

        @Override
        public Transaction createTransaction() {
            return builder.createTransaction();
        }

        @Override
        public Transaction replaceTransaction() {
            return builder.replaceTransaction();
        }

        @Override
        public Transaction createOrReplaceTransaction() {
            return builder.createOrReplaceTransaction();
        }
    }

    private final class Operations implements TableOperations {
        private final TableIdentifier table;
        private final TableOperations operations;

        private Operations(TableIdentifier table, TableOperations operations) {
            this.table = table;
            this.operations = operations;
        }

        @Override
        public TableMetadata current() {
            return operations.current();
        }

        @Override
        public TableMetadata refresh() {
            return faults.run("refresh " + table, operations::refresh);
        }

        @Override
        public void commit(TableMetadata base, TableMetadata metadata) {
            faults.run("commit " + table, () -> {
                operations.commit(base, metadata);
                return table;
            });
        }

        @Override
        public FileIO io() {
            return operations.io();
        }

        @Override
        public EncryptionManager encryption() {
            return operations.encryption();
        }

        @Override
        public String metadataFileLocation(String fileName) {
            return operations.metadataFileLocation(fileName);
        }

        @Override
        public LocationProvider locationProvider() {
            return operations.locationProvider();
        }

        @Override
        public long newSnapshotId() {
            return operations.newSnapshotId();
        }

        @Override
        public TableOperations temp(TableMetadata uncommitted) {
            return operations.temp(uncommitted);
        }
    }
}
