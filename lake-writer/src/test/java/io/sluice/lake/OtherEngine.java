package io.sluice.lake;

import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.encryption.EncryptedFiles;
import org.apache.iceberg.encryption.EncryptionKeyMetadata;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFile;

/** What another engine does to a table, with nothing but Iceberg's own API. */
final class OtherEngine {

    private final TestLake lake;
    private final TableId id;

    OtherEngine(TestLake lake, TableId id) {
        this.lake = lake;
        this.id = id;
    }

    /** Adds rows; each has a value for every column. */
    void append(Object[]... rows) {
        lake.elsewhere(catalog -> {
            Table table = catalog.loadTable(LakeTables.identifier(id));
            List<Record> records = new ArrayList<>();
            for (Object[] row : rows) {
                GenericRecord record = GenericRecord.create(table.schema());
                for (int i = 0; i < row.length; i++) {
                    record.set(i, row[i]);
                }
                records.add(record);
            }
            table.newAppend().appendFile(write(table, records)).commit();
        });
    }

    /** One file with the live rows takes the place of all files. */
    void compact() {
        lake.elsewhere(catalog -> {
            Table table = catalog.loadTable(LakeTables.identifier(id));
            List<Record> live = new ArrayList<>();
            try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
                for (Record record : records) {
                    // Other places than before, whatever the reader's order.
                    live.add(0, record.copy());
                }
            }
            RewriteFiles rewrite = table.newRewrite()
                    .validateFromSnapshot(table.currentSnapshot().snapshotId());
            try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                for (FileScanTask task : tasks) {
                    rewrite.deleteFile(task.file());
                    task.deletes().forEach(rewrite::deleteFile);
                }
            }
            rewrite.addFile(write(table, live)).commit();
        });
    }

    /** The snapshot before the current one becomes the current one. */
    void rollBack() {
        lake.elsewhere(catalog -> {
            Table table = catalog.loadTable(LakeTables.identifier(id));
            table.manageSnapshots()
                    .rollbackTo(table.currentSnapshot().parentId())
                    .commit();
        });
    }

    void drop() {
        lake.elsewhere(catalog -> catalog.dropTable(LakeTables.identifier(id), false));
    }

    private static DataFile write(Table table, List<Record> records) throws Exception {
        OutputFile file = table.io()
                .newOutputFile(table.locationProvider().newDataLocation("other-" + UUID.randomUUID() + ".parquet"));
        DataWriter<Record> writer = new GenericFileWriterFactory.Builder(table)
                .dataFileFormat(FileFormat.PARQUET)
                .build()
                .newDataWriter(EncryptedFiles.encryptedOutput(file, EncryptionKeyMetadata.EMPTY), table.spec(), null);
        try (writer) {
            records.forEach(writer::write);
        }
        return writer.toDataFile();
    }
}
