package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.encryption.EncryptedOutputFile;
import org.apache.iceberg.encryption.NativeEncryptionOutputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches of one table into data files: rows go to the files of their partitions, and a file that has reached
 * {@code write.target-file-size-bytes} is ended and followed by another. Files are numbered from 0 in the order of
 * {@link #finish}'s list. Used by one thread. When a method throws, the only call that makes sense is {@link #abort}.
 */
public final class PartitionedFileWriter {

    /** Rows of one partition written between two looks at the file's size. */
    private static final int SLICE_ROWS = 8192;

    private final TableId name;
    private final Schema schema;
    private final PartitionSpec spec;
    private final ParquetSettings settings;
    private final FileIO io;
    private final OutputFileFactory files;
    private final WriterLimits limits;
    private final PartitionRouter router;

    /** Open files by partition number, the one written to least recently first. */
    private final LinkedHashMap<Integer, OpenFile> open = new LinkedHashMap<>(16, 0.75f, true);

    private final List<ColumnarFileWriter> writers = new ArrayList<>();
    private final List<@Nullable DataFile> finished = new ArrayList<>();

    private long rows;
    private long closedBytes;
    private boolean ended;
    private int[] allRows = new int[0];
    private int[] order = new int[0];
    private int[] orderedRows = new int[0];
    private int[] starts = new int[0];

    private record OpenFile(int ordinal, ColumnarFileWriter writer) {}

    /** A writer with the table's schema, default spec and properties as they are now, and default limits. */
    public PartitionedFileWriter(TableId name, Table table, OutputFileFactory files) {
        this(name, table, files, WriterLimits.DEFAULT);
    }

    /**
     * A writer with the table's schema, default spec and properties as they are now.
     *
     * @param name the table in messages
     * @param files names and creates the files; must be made for the same table
     */
    public PartitionedFileWriter(TableId name, Table table, OutputFileFactory files, WriterLimits limits) {
        this.name = name;
        this.schema = table.schema();
        this.spec = table.spec();
        this.settings = ParquetSettings.forTable(table);
        this.io = table.io();
        this.files = files;
        this.limits = limits;
        this.router = new PartitionRouter(name, schema, spec);
    }

    /** Writes all rows of a batch. The batch is not kept. */
    public void append(ColumnBatch batch) {
        append(batch, allRows(batch.rowCount()), batch.rowCount());
    }

    /**
     * Writes the rows {@code selection[0..count)} of a batch; rows of one partition keep their order. The batch is not
     * kept.
     *
     * @throws IllegalStateException when a value is unavailable, or the batch has columns that the table has not
     * @throws PipelineException {@code DATA_REFUSED} for a null in a required column or a decimal that does not fit,
     *     {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED}, {@code INTERRUPTED}
     */
    public void append(ColumnBatch batch, int[] selection, int count) {
        write(batch, selection, count, null);
    }

    /** As {@link #append(ColumnBatch, int[], int)}, and tells where each row went. */
    public void append(ColumnBatch batch, int[] selection, int count, RowLocations locations) {
        locations.reset(count);
        write(batch, selection, count, locations);
    }

    private void write(ColumnBatch batch, int[] selection, int count, @Nullable RowLocations locations) {
        if (ended) {
            throw new IllegalStateException("The writer of " + name + " is finished already");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw PipelineException.interrupted("writing rows of " + name);
        }
        if (count == 0) {
            return;
        }
        if (spec.isUnpartitioned()) {
            writePartition(0, batch, selection, null, 0, count, locations);
            rows += count;
            return;
        }
        int[] partitions = router.route(batch, selection, count);
        if (isOnePartition(partitions, count)) {
            writePartition(partitions[0], batch, selection, null, 0, count, locations);
        } else {
            writePartitions(partitions, batch, selection, count, locations);
        }
        rows += count;
    }

    private static boolean isOnePartition(int[] partitions, int count) {
        for (int i = 1; i < count; i++) {
            if (partitions[i] != partitions[0]) {
                return false;
            }
        }
        return true;
    }

    /** Sorts the rows by partition, stably, by counting. */
    private void writePartitions(
            int[] partitions, ColumnBatch batch, int[] selection, int count, @Nullable RowLocations locations) {
        int known = router.size();
        if (starts.length < known + 1) {
            starts = new int[Math.max(known + 1, starts.length * 2)];
        }
        Arrays.fill(starts, 0, known + 1, 0);
        for (int i = 0; i < count; i++) {
            starts[partitions[i] + 1]++;
        }
        for (int p = 0; p < known; p++) {
            starts[p + 1] += starts[p];
        }
        if (order.length < count) {
            order = new int[count];
            orderedRows = new int[count];
        }
        for (int i = 0; i < count; i++) {
            int at = starts[partitions[i]]++;
            order[at] = i;
            orderedRows[at] = selection[i];
        }
        // Each start has moved to its partition's end.
        for (int p = 0, from = 0; p < known; p++) {
            int to = starts[p];
            if (to > from) {
                writePartition(p, batch, orderedRows, order, from, to, locations);
            }
            from = to;
        }
    }

    /**
     * Writes {@code batchRows[from..to)}, all of one partition.
     *
     * @param indexes the selection's index of each entry; null when they are the same
     */
    private void writePartition(
            int partition,
            ColumnBatch batch,
            int[] batchRows,
            int @Nullable [] indexes,
            int from,
            int to,
            @Nullable RowLocations locations) {
        for (int at = from; at < to; ) {
            int next = Math.min(to, at + SLICE_ROWS);
            OpenFile file = fileFor(partition);
            long first = file.writer().rows();
            file.writer().append(batch, batchRows, at, next);
            if (locations != null) {
                for (int i = at; i < next; i++) {
                    locations.set(indexes == null ? i : indexes[i], file.ordinal(), first + i - at);
                }
            }
            if (file.writer().bytes() >= settings.targetFileBytes()) {
                end(partition);
            } else {
                boundBuffers();
            }
            at = next;
        }
    }

    private OpenFile fileFor(int partition) {
        OpenFile file = open.get(partition);
        if (file != null) {
            return file;
        }
        if (open.size() >= limits.openFiles()) {
            end(open.keySet().iterator().next());
        }
        EncryptedOutputFile target =
                spec.isUnpartitioned() ? files.newOutputFile() : files.newOutputFile(spec, router.partition(partition));
        ColumnarFileWriter writer = new ColumnarFileWriter(
                name,
                schema,
                settings,
                io,
                plain(target),
                spec,
                spec.isUnpartitioned() ? null : router.partition(partition));
        file = new OpenFile(writers.size(), writer);
        writers.add(writer);
        finished.add(null);
        open.put(partition, file);
        return file;
    }

    private OutputFile plain(EncryptedOutputFile file) {
        if (file instanceof NativeEncryptionOutputFile) {
            throw new PipelineException(
                    ErrorKind.CONFIGURATION,
                    name,
                    "The table " + name + " is encrypted by Iceberg, which is not supported; remove its"
                            + " encryption.key-id or encrypt at the storage",
                    null);
        }
        return file.encryptingOutputFile();
    }

    private void end(int partition) {
        OpenFile file = open.remove(partition);
        if (file != null) {
            DataFile result = file.writer().close();
            finished.set(file.ordinal(), result);
            closedBytes += result.fileSizeInBytes();
        }
    }

    private void boundBuffers() {
        while (true) {
            long total = 0;
            long most = 0;
            ColumnarFileWriter largest = null;
            for (OpenFile file : open.values()) {
                long bytes = file.writer().bufferedBytes();
                total += bytes;
                if (bytes > most) {
                    most = bytes;
                    largest = file.writer();
                }
            }
            if (largest == null || total <= limits.bufferedBytes()) {
                return;
            }
            largest.flush();
        }
    }

    private int[] allRows(int count) {
        if (allRows.length < count) {
            int[] grown = new int[Math.max(count, 1024)];
            Arrays.setAll(grown, i -> i);
            allRows = grown;
        }
        return allRows;
    }

    /** Rows written. */
    public long rows() {
        return rows;
    }

    /** Bytes of all files so far; those of open files are not yet compressed in part. */
    public long bytes() {
        long bytes = closedBytes;
        for (OpenFile file : open.values()) {
            bytes += file.writer().bytes();
        }
        return bytes;
    }

    /** Files begun so far; ordinals are below. */
    public int files() {
        return writers.size();
    }

    /** The path of the file with an ordinal, as it will stand in the table. */
    public String path(int ordinal) {
        return writers.get(ordinal).location();
    }

    /**
     * Ends all files; they are durable, and invisible until committed, when this returns.
     *
     * @return the file of ordinal i at index i; empty when no row was written
     * @throws PipelineException {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED}, {@code INTERRUPTED}; the writer is then
     *     to be aborted
     */
    public List<DataFile> finish() {
        if (ended) {
            throw new IllegalStateException("The writer of " + name + " is finished already");
        }
        for (int partition : List.copyOf(open.keySet())) {
            end(partition);
        }
        ended = true;
        List<DataFile> result = new ArrayList<>(finished.size());
        for (DataFile file : finished) {
            if (file == null) {
                throw new IllegalStateException("A file of " + name + " was not ended");
            }
            result.add(file);
        }
        return result;
    }

    /** Gives all files up and deletes them, also after {@link #finish} when they will not be committed. */
    public void abort() {
        ended = true;
        open.clear();
        for (ColumnarFileWriter writer : writers) {
            writer.abort();
        }
    }
}
