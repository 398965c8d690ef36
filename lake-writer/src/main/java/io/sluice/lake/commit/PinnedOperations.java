package io.sluice.lake.commit;

import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/**
 * A table frozen at the metadata that was checked. Iceberg's operations build the next metadata on it and cannot
 * refresh behind our back; the one swap against the catalog is made by the caller, with this metadata as its base.
 */
final class PinnedOperations implements TableOperations {

    private final TableOperations real;
    private final TableMetadata base;
    private final RecordingFileIO io;

    PinnedOperations(TableOperations real, TableMetadata base) {
        this.real = real;
        this.base = base;
        this.io = new RecordingFileIO(real.io());
    }

    RecordingFileIO recorded() {
        return io;
    }

    @Override
    public TableMetadata current() {
        return base;
    }

    @Override
    public TableMetadata refresh() {
        return base;
    }

    @Override
    public void commit(TableMetadata expected, TableMetadata metadata) {
        throw new UnsupportedOperationException("The swap is made by the committer, not by the operation");
    }

    @Override
    public FileIO io() {
        return io;
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
