package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.MetricsModes;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.types.Type;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches into one Parquet data file of an Iceberg table, column by column. The file is an ordinary Iceberg data
 * file: field ids, Iceberg's physical types, statistics, page indexes, and the metrics that Iceberg's own writers give.
 *
 * <p>Batch columns are matched to the table's by name; optional columns that a batch does not have become null. Used by
 * one thread. Nothing is visible to readers until the data file is committed. When a method throws, the only call that
 * makes sense is {@link #abort}.
 */
public final class ColumnarFileWriter {

    /** Rows of a column that are encoded before the next column's turn. */
    private static final int BLOCK_ROWS = 1000;

    /** Bytes that a block's variable-width values may have before it is made smaller. */
    private static final long BLOCK_BYTES = 8L << 20;

    private static final int[] NO_ROWS = new int[0];

    private final TableId table;
    private final Schema schema;
    private final ParquetSettings settings;
    private final FileIO io;
    private final OutputFile file;
    private final PartitionSpec spec;
    private final @Nullable StructLike partition;
    private final MessageType type;
    private final LakeColumn[] columns;
    private final @Nullable FloatBounds[] floatBounds;
    private final ParquetProperties properties;
    private final BytesInputCompressor compressor;
    private final BatchBinding binding;

    private @Nullable RowGroup rowGroup;
    private @Nullable ParquetFileWriter writer;
    private ParquetFiles.@Nullable Output output;
    private long rows;
    private long rowsInGroup;
    private boolean ended;
    private boolean complete;
    private int[] allRows = NO_ROWS;

    /**
     * A writer for one file. The file is created when the first row group is full or the writer is finished.
     *
     * @param name the table in messages
     * @param table schema, properties and FileIO to write with, as they are now
     * @param file where to write; must not exist
     * @param spec the spec that {@code partition} belongs to
     * @param partition the partition of every row; ignored for an unpartitioned spec
     */
    public ColumnarFileWriter(TableId name, Table table, OutputFile file, PartitionSpec spec, StructLike partition) {
        this(name, table.schema(), ParquetSettings.forTable(table), table.io(), file, spec, partition);
    }

    ColumnarFileWriter(
            TableId table,
            Schema schema,
            ParquetSettings settings,
            FileIO io,
            OutputFile file,
            PartitionSpec spec,
            @Nullable StructLike partition) {
        this.table = table;
        this.schema = schema;
        this.settings = settings;
        this.io = io;
        this.file = file;
        this.spec = spec;
        this.partition = partition;
        this.type = ParquetSchemaUtil.convert(schema, "table");
        this.columns = LakeColumn.of(schema, type);
        this.floatBounds = new FloatBounds[columns.length];
        for (int i = 0; i < columns.length; i++) {
            Type.TypeID id = columns[i].field().type().typeId();
            if (id == Type.TypeID.FLOAT || id == Type.TypeID.DOUBLE) {
                floatBounds[i] = new FloatBounds(columns[i].field());
            }
        }
        this.properties = settings.parquetProperties(schema, type);
        this.compressor = PageCompressors.create(settings);
        this.binding = new BatchBinding(table, columns);
    }

    /** Writes all rows of a batch, in order. */
    public void append(ColumnBatch batch) {
        append(batch, allRows(batch.rowCount()), batch.rowCount());
    }

    /**
     * Writes the rows {@code selection[0..count)} of a batch, in that order. The batch is not kept.
     *
     * @throws IllegalStateException when a value is unavailable, or the batch has columns that the table has not
     * @throws PipelineException {@code DATA_REFUSED} for a null in a required column or a decimal that does not fit,
     *     {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED}, {@code INTERRUPTED}
     */
    public void append(ColumnBatch batch, int[] selection, int count) {
        append(batch, selection, 0, count);
    }

    void append(ColumnBatch batch, int[] selection, int from, int to) {
        if (ended) {
            throw new IllegalStateException("The file " + file.location() + " of " + table + " is closed already");
        }
        binding.bind(batch.schema());
        binding.check(batch, selection, from, to);
        int at = from;
        while (at < to) {
            int next = at + blockRows(batch, selection, at, to);
            writeBlock(batch, selection, at, next);
            at = next;
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

    private static int blockRows(ColumnBatch batch, int[] selection, int from, int to) {
        int count = Math.min(BLOCK_ROWS, to - from);
        for (ColumnVector column : batch.columns()) {
            if (column instanceof BytesVector bytes) {
                while (count > 1 && selectedBytes(bytes, selection, from, count) > BLOCK_BYTES) {
                    count /= 2;
                }
            }
        }
        return count;
    }

    private static long selectedBytes(BytesVector vector, int[] selection, int from, int count) {
        int first = selection[from];
        int last = selection[from + count - 1];
        if (last >= first && vector.offsets()[last + 1] - vector.offsets()[first] <= BLOCK_BYTES) {
            // Enough for rising selections, and wrong only towards smaller blocks.
            return 0;
        }
        long bytes = 0;
        for (int i = from; i < from + count; i++) {
            bytes += vector.length(selection[i]);
        }
        return bytes;
    }

    private void writeBlock(ColumnBatch batch, int[] selection, int from, int to) {
        RowGroup group = rowGroup;
        if (group == null) {
            group = newRowGroup();
            rowGroup = group;
        }
        int count = to - from;
        for (int leaf = 0; leaf < columns.length; leaf++) {
            int index = binding.batchColumn(leaf);
            FloatBounds bounds = floatBounds[leaf];
            if (index < 0) {
                group.writeNulls(leaf, count);
                if (bounds != null) {
                    bounds.addNulls(count);
                }
                continue;
            }
            ColumnVector vector = batch.column(index);
            try {
                group.write(leaf, binding.conversion(leaf), vector, selection, from, to);
            } catch (ArithmeticException e) {
                throw new PipelineException(
                        ErrorKind.DATA_REFUSED,
                        table,
                        "A value of column '" + columns[leaf].field().name() + "' of " + table + " does not fit "
                                + columns[leaf].field().type()
                                + "; widen the column in the lake or cast it in the projection",
                        e);
            }
            if (bounds != null) {
                bounds.add(vector, selection, from, to);
            }
        }
        group.endRows(count);
        rows += count;
        rowsInGroup += count;
        if (group.bytes() >= settings.rowGroupBytes()) {
            flush(group);
        }
    }

    private RowGroup newRowGroup() {
        return settings.needsColumnWriters()
                ? new ColumnApiRowGroup(columns, type, properties, compressor)
                : new PageRowGroup(columns, type, settings, properties, compressor);
    }

    private void flush(RowGroup group) {
        try {
            ParquetFileWriter to = writer;
            if (to == null) {
                to = open();
            }
            to.startBlock(rowsInGroup);
            group.flushTo(to);
            to.endBlock();
        } catch (IOException | RuntimeException e) {
            throw StorageFailures.of(table, "write file " + file.location(), e);
        } finally {
            group.close();
            rowGroup = null;
            rowsInGroup = 0;
        }
    }

    private ParquetFileWriter open() throws IOException {
        ParquetFiles.Output target = ParquetFiles.output(file);
        output = target;
        ParquetFileWriter opened = new ParquetFileWriter(
                target, type, ParquetFileWriter.Mode.CREATE, settings.rowGroupBytes(), 0, null, properties);
        writer = opened;
        opened.start();
        return opened;
    }

    /** Rows taken so far; the next row's position in the file. */
    public long rows() {
        return rows;
    }

    /** Bytes of the file so far: what is written, plus what is encoded and waits for its row group's end. */
    public long bytes() {
        RowGroup group = rowGroup;
        ParquetFileWriter to = writer;
        try {
            return (to == null ? 0 : to.getPos()) + (group == null ? 0 : group.bytes());
        } catch (IOException e) {
            throw StorageFailures.of(table, "write file " + file.location(), e);
        }
    }

    /** Ends the row group early, to free its memory. */
    void flush() {
        RowGroup group = rowGroup;
        if (group != null) {
            flush(group);
        }
    }

    /** Bytes of encoded rows held in memory. */
    long bufferedBytes() {
        RowGroup group = rowGroup;
        return group == null ? 0 : group.bytes();
    }

    /** Where the file is written. */
    public String location() {
        return file.location();
    }

    /**
     * Ends the file; it is durable, and invisible until committed, when this returns.
     *
     * @throws PipelineException {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED}, {@code INTERRUPTED}; the file is then
     *     to be aborted
     */
    public DataFile close() {
        if (ended) {
            throw new IllegalStateException("The file " + file.location() + " of " + table + " is closed already");
        }
        flush();
        try {
            ParquetFileWriter to = writer == null ? open() : writer;
            to.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
            long length = to.getPos();
            DataFile result = dataFile(to.getFooter(), length);
            ended = true;
            complete = true;
            // Many closed writers may be kept to the end of a cut: only what abort() needs stays.
            writer = null;
            output = null;
            compressor.release();
            return result;
        } catch (IOException | RuntimeException e) {
            throw StorageFailures.of(table, "end file " + file.location(), e);
        }
    }

    private DataFile dataFile(ParquetMetadata footer, long length) {
        List<FieldMetrics<?>> measured = new ArrayList<>();
        for (FloatBounds bounds : floatBounds) {
            if (bounds != null) {
                measured.add(bounds.metrics());
            }
        }
        Metrics metrics = ParquetUtil.footerMetrics(footer, measured.stream(), metricsConfig());
        DataFiles.Builder builder = DataFiles.builder(spec)
                .withPath(file.location())
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(length)
                .withMetrics(metrics)
                .withSplitOffsets(ParquetUtil.getSplitOffsets(footer));
        if (spec.isPartitioned()) {
            builder.withPartition(Objects.requireNonNull(partition, "partition"));
        }
        return builder.build();
    }

    /** Iceberg looks metrics modes up by the file's column names, which differ where Parquet cannot spell the table's. */
    private MetricsConfig metricsConfig() {
        boolean renamed = false;
        Map<String, String> modes = new HashMap<>();
        modes.put(
                TableProperties.DEFAULT_WRITE_METRICS_MODE,
                MetricsModes.None.get().toString());
        for (LakeColumn column : columns) {
            String inFile = column.descriptor().getPath()[0];
            String name = column.field().name();
            renamed |= !inFile.equals(name);
            modes.put(
                    TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX + inFile,
                    settings.metrics().columnMode(name).toString());
        }
        return renamed ? MetricsConfig.fromProperties(modes) : settings.metrics();
    }

    /**
     * Gives the file up and deletes it, also after {@link #close} when it will not be committed. Calling it again does
     * nothing. A file that cannot be deleted is left to orphan file removal.
     */
    public void abort() {
        RowGroup group = rowGroup;
        if (group != null) {
            group.close();
            rowGroup = null;
        }
        if (!ended) {
            ended = true;
            compressor.release();
        }
        if (complete) {
            complete = false;
            AbandonedFiles.delete(io, file.location());
        }
        ParquetFiles.Output target = output;
        ParquetFileWriter to = writer;
        output = null;
        writer = null;
        if (target != null && target.created()) {
            AbandonedFiles.discard(io, file.location(), to, target);
        }
    }
}
