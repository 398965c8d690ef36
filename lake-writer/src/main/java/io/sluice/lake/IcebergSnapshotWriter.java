package io.sluice.lake;

import io.sluice.lake.parquet.PartitionedFileWriter;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.SnapshotWriter;
import io.sluice.pipeline.schema.TableId;
import java.util.List;
import org.apache.iceberg.DataFile;

/** Writes snapshot rows of one table. */
final class IcebergSnapshotWriter implements SnapshotWriter {

    private final TableId table;
    private final PartitionedFileWriter writer;
    private final FailPoints failPoints;
    private final Runnable onEnd;
    private boolean ended;

    IcebergSnapshotWriter(TableId table, PartitionedFileWriter writer, FailPoints failPoints, Runnable onEnd) {
        this.table = table;
        this.writer = writer;
        this.failPoints = failPoints;
        this.onEnd = onEnd;
    }

    @Override
    public void append(ColumnBatch batch) {
        writer.append(batch);
    }

    @Override
    public SnapshotFiles finish() {
        failPoints.reach(FailPoint.SNAPSHOT_BEFORE_FILES);
        List<DataFile> files = writer.finish();
        failPoints.reach(FailPoint.SNAPSHOT_AFTER_FILES);
        ended = true;
        onEnd.run();
        long bytes = files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
        return new IcebergSnapshotFiles(table, files, writer.rows(), bytes);
    }

    @Override
    public void close() {
        if (!ended) {
            ended = true;
            onEnd.run();
            writer.abort();
        }
    }
}
