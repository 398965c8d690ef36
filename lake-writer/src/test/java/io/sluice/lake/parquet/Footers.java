package io.sluice.lake.parquet;

import java.io.IOException;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/** What the footer of a file says. */
final class Footers {

    private Footers() {}

    static ParquetMetadata read(InputFile file) throws IOException {
        try (ParquetFileReader reader = ParquetFileReader.open(ParquetFiles.input(file))) {
            return reader.getFooter();
        }
    }

    static CompressionCodecName codec(InputFile file) throws IOException {
        return read(file).getBlocks().get(0).getColumns().get(0).getCodec();
    }

    static long bloomFilterOffset(InputFile file, String column) throws IOException {
        for (ColumnChunkMetaData chunk : read(file).getBlocks().get(0).getColumns()) {
            if (chunk.getPath().toDotString().equals(column)) {
                return chunk.getBloomFilterOffset();
            }
        }
        throw new IllegalArgumentException(column);
    }
}
