package io.sluice.lake.commit;

import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/** A table as somebody wants it to be seen; only the committer, with the catalog's own operations, changes it. */
abstract class ReadOnlyOperations implements TableOperations {

    private final TableOperations real;

    ReadOnlyOperations(TableOperations real) {
        this.real = real;
    }

    @Override
    public final void commit(TableMetadata base, TableMetadata metadata) {
        throw new UnsupportedOperationException("A table is changed by its committer only");
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
    public long newSnapshotId() {
        return real.newSnapshotId();
    }
}
