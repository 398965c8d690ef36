package io.sluice.lake;

import io.sluice.lake.commit.RecordingFileIO;
import io.sluice.lake.index.KeyIndex;
import io.sluice.lake.index.RowLocation;
import io.sluice.lake.parquet.PartitionedFileWriter;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.lake.parquet.WriterLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.DVFileWriter;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.DeleteWriteResult;
import org.apache.iceberg.io.OutputFileFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one cut of one table: data files that were written and are not visible yet, and the rows that the cut
 * deletes in them and in the table's own files. Used by one thread.
 */
final class CutFiles {

    private static final Logger LOG = LoggerFactory.getLogger(CutFiles.class);

    private final LakeTable table;
    private final KeyIndex index;
    private final OutputFileFactory dataFiles;
    private final OutputFileFactory deleteFiles;
    private final RecordingFileIO vectorFiles;
    private final Map<Integer, DataFile> written = new TreeMap<>();
    private final DeletedRows deleted = new DeletedRows();
    private boolean truncated;
    private @Nullable Outcome outcome;

    CutFiles(LakeTable table, KeyIndex index, String cutId) {
        this.table = table;
        this.index = index;
        this.dataFiles = factory(table.table(), FileFormat.PARQUET, cutId);
        this.vectorFiles = new RecordingFileIO(table.table().io());
        this.deleteFiles = OutputFileFactory.builderFor(table.table(), 0, 0)
                .format(FileFormat.PUFFIN)
                .operationId(cutId + "-dv")
                .ioSupplier(() -> vectorFiles)
                .build();
    }

    static OutputFileFactory factory(Table table, FileFormat format, String operationId) {
        return OutputFileFactory.builderFor(table, 0, 0)
                .format(format)
                .operationId(operationId)
                .build();
    }

    PartitionedFileWriter newWriter(WriterLimits limits) {
        return new PartitionedFileWriter(table.id(), table.table(), dataFiles, limits);
    }

    /** Takes over the files of a finished writer; gives the ordinal of each. */
    int[] add(List<DataFile> files) {
        int[] ordinals = new int[files.size()];
        for (int i = 0; i < ordinals.length; i++) {
            int ordinal = index.nextFile();
            ordinals[i] = ordinal;
            written.put(ordinal, files.get(i));
            table.files().add(ordinal, files.get(i), null, LakeFiles.Visibility.PENDING);
        }
        return ordinals;
    }

    /** The row at a location goes. */
    void delete(long location) {
        deleted.add(RowLocation.file(location), RowLocation.position(location));
    }

    /** All rows go: those of the cut so far at once, those of the table with the commit. */
    void truncate() {
        discard();
        deleted.clear();
        truncated = true;
    }

    /** Deletes what was written: nobody refers to it. */
    void discard() {
        for (Map.Entry<Integer, DataFile> file : written.entrySet()) {
            delete(file.getValue().location());
            table.files().remove(file.getKey());
        }
        written.clear();
        Outcome ended = outcome;
        if (ended != null) {
            ended.deletes.stream().map(DeleteFile::location).distinct().forEach(this::delete);
            outcome = null;
        }
    }

    private void delete(String path) {
        // An interrupted thread must still clean up; some file systems refuse to work while the flag is set.
        boolean interrupted = Thread.interrupted();
        try {
            table.table().io().deleteFile(path);
        } catch (RuntimeException e) {
            LOG.warn("Abandoned file {} could not be deleted; orphan file removal will take it", path, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether the table is different after the cut. */
    boolean isChange() {
        return truncated && hasCommittedFiles() || !written.isEmpty() || !deleted.isEmpty();
    }

    private boolean hasCommittedFiles() {
        for (int ordinal = 0; ordinal < table.files().bound(); ordinal++) {
            if (table.files().isCommitted(ordinal)) {
                return true;
            }
        }
        return false;
    }

    /** Drops files without a row left and writes the deletion vectors of the others. */
    Outcome finish() {
        Map<Integer, DataFile> added = new TreeMap<>(written);
        List<DataFile> removed = new ArrayList<>();
        LakeFiles files = table.files();
        if (truncated) {
            for (int ordinal = 0; ordinal < files.bound(); ordinal++) {
                if (files.isCommitted(ordinal)) {
                    removed.add(files.file(ordinal));
                }
            }
        }
        List<DeleteFile> deletes = new ArrayList<>();
        List<DeleteFile> replaced = new ArrayList<>();
        try {
            writeVectors(files, added, removed, deletes, replaced);
        } catch (IOException | RuntimeException e) {
            // The answer may be wrong and the file be there; nobody refers to it.
            vectorFiles.written().forEach(this::delete);
            throw StorageFailures.of(table.id(), "write the deletion vectors", e);
        }
        Outcome result = new Outcome(added, deletes, replaced, removed);
        outcome = result;
        return result;
    }

    private void writeVectors(
            LakeFiles files,
            Map<Integer, DataFile> added,
            List<DataFile> removed,
            List<DeleteFile> deletes,
            List<DeleteFile> replaced)
            throws IOException {
        Map<String, DeleteFile> previous = new HashMap<>();
        BaseDeleteLoader loader =
                new BaseDeleteLoader(file -> table.table().io().newInputFile(file));
        DVFileWriter writer = new BaseDVFileWriter(deleteFiles, path -> {
            DeleteFile vector = previous.get(path);
            return vector == null ? null : loader.loadPositionDeletes(List.of(vector), path);
        });
        for (int ordinal = 0; ordinal < deleted.bound(); ordinal++) {
            PositionDeleteIndex positions = deleted.of(ordinal);
            if (positions == null || !files.has(ordinal)) {
                continue;
            }
            DataFile file = files.file(ordinal);
            DeleteFile vector = files.vector(ordinal);
            long gone = positions.cardinality() + (vector == null ? 0 : vector.recordCount());
            if (gone >= file.recordCount()) {
                if (added.remove(ordinal) == null) {
                    removed.add(file);
                } else {
                    delete(file.location());
                    written.remove(ordinal);
                    files.remove(ordinal);
                }
                continue;
            }
            if (vector != null) {
                previous.put(file.location(), vector);
            }
            writer.delete(file.location(), positions, table.table().specs().get(file.specId()), file.partition());
        }
        writer.close();
        DeleteWriteResult result = writer.result();
        deletes.addAll(result.deleteFiles());
        replaced.addAll(result.rewrittenDeleteFiles());
    }

    /**
     * What the cut does to the table.
     *
     * @param added new data files by ordinal
     * @param deletes new deletion vectors
     * @param replaced vectors that the new ones contain
     * @param removed data files that go
     */
    record Outcome(
            Map<Integer, DataFile> added, List<DeleteFile> deletes, List<DeleteFile> replaced, List<DataFile> removed) {

        boolean isEmpty() {
            return added.isEmpty() && deletes.isEmpty() && removed.isEmpty();
        }

        Map<Integer, String> paths() {
            Map<Integer, String> paths = new HashMap<>();
            added.forEach((ordinal, file) -> paths.put(ordinal, file.location()));
            return paths;
        }
    }
}
