package io.sluice.lake.parquet;

import io.sluice.lake.parquet.LakeColumn.Conversion;
import io.sluice.pipeline.batch.ColumnVector;
import java.io.IOException;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.schema.MessageType;

/**
 * A row group whose pages are encoded straight from the vectors, without parquet-java's calls per value. Compression,
 * page headers, indexes and statistics of the chunk stay parquet-java's.
 */
final class PageRowGroup implements RowGroup {

    private final ColumnChunkPageWriteStore pages;
    private final ColumnEncoder[] encoders;
    private boolean closed;

    PageRowGroup(
            LakeColumn[] columns,
            MessageType type,
            ParquetSettings settings,
            ParquetProperties properties,
            BytesInputCompressor compressor) {
        this.pages = new ColumnChunkPageWriteStore(
                compressor,
                type,
                properties.getAllocator(),
                properties.getColumnIndexTruncateLength(),
                properties.getPageWriteChecksumEnabled());
        this.encoders = new ColumnEncoder[columns.length];
        for (int i = 0; i < columns.length; i++) {
            ColumnDescriptor descriptor = columns[i].descriptor();
            encoders[i] = encoder(descriptor, pages.getPageWriter(descriptor), settings);
        }
    }

    private static ColumnEncoder encoder(ColumnDescriptor descriptor, PageWriter pages, ParquetSettings settings) {
        return switch (descriptor.getPrimitiveType().getPrimitiveTypeName()) {
            case BOOLEAN -> new BooleanEncoder(descriptor, pages, settings);
            case INT32, INT64, FLOAT, DOUBLE -> new WordEncoder(descriptor, pages, settings);
            case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> new BytesEncoder(descriptor, pages, settings);
        };
    }

    @Override
    public void write(int leaf, Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        encoders[leaf].write(conversion, vector, rows, from, to);
    }

    @Override
    public void writeNulls(int leaf, int count) {
        encoders[leaf].writeNulls(count);
    }

    @Override
    public void endRows(int count) {
        // Every value is a row here, and each column cuts its own pages.
    }

    @Override
    public long bytes() {
        long bytes = 0;
        for (ColumnEncoder encoder : encoders) {
            bytes += encoder.bytes();
        }
        return bytes;
    }

    @Override
    public void flushTo(ParquetFileWriter writer) throws IOException {
        for (ColumnEncoder encoder : encoders) {
            encoder.finish();
        }
        pages.flushToFileWriter(writer);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            pages.close();
        }
    }
}
