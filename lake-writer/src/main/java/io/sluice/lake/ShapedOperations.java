package io.sluice.lake;

import io.sluice.lake.commit.LoadShape;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/** A table as it will be when its load is published: files of the load are written and read through it, nothing else. */
final class ShapedOperations implements TableOperations {

    private final TableOperations real;
    private final LoadShape shape;
    private @Nullable TableMetadata seen;
    private @Nullable TableMetadata shaped;

    ShapedOperations(TableOperations real, LoadShape shape) {
        this.real = real;
        this.shape = shape;
    }

    @Override
    public synchronized TableMetadata current() {
        return shape(real.current());
    }

    @Override
    public synchronized TableMetadata refresh() {
        return shape(real.refresh());
    }

    private TableMetadata shape(TableMetadata base) {
        TableMetadata result = shaped;
        if (result == null || base != seen) {
            result = shape.applyTo(base);
            seen = base;
            shaped = result;
        }
        return result;
    }

    @Override
    public void commit(TableMetadata base, TableMetadata metadata) {
        throw new UnsupportedOperationException("A load's table is changed by its committer only");
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
        TableMetadata metadata = current();
        return LocationProviders.locationsFor(metadata.location(), metadata.properties());
    }

    @Override
    public long newSnapshotId() {
        return real.newSnapshotId();
    }
}
