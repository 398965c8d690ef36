package io.sluice.lake.commit;

import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.io.FileIO;

/**
 * A table frozen at the metadata that was checked. Iceberg's operations build the next metadata on it and cannot
 * refresh behind our back; the one swap against the catalog is made by the caller, with this metadata as its base.
 */
final class PinnedOperations extends ReadOnlyOperations {

    private final TableMetadata base;
    private final RecordingFileIO io;

    PinnedOperations(TableOperations real, TableMetadata base) {
        super(real);
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
    public FileIO io() {
        return io;
    }
}
