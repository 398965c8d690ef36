package io.sluice.lake;

import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.schema.TableId;
import java.util.List;
import org.apache.iceberg.DataFile;

/**
 * Data files of a snapshot.
 *
 * @param table the table that they were written for
 */
record IcebergSnapshotFiles(TableId table, List<DataFile> files, long rows, long bytes) implements SnapshotFiles {

    private static final long serialVersionUID = 1;

    IcebergSnapshotFiles {
        files = List.copyOf(files);
    }
}
