package io.sluice.lake.parquet;

import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.parquet.ParquetCodecFactory;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;

/** Chooses how pages are compressed. */
final class PageCompressors {

    private PageCompressors() {}

    static BytesInputCompressor create(ParquetSettings settings) {
        Configuration configuration = new Configuration(false);
        if (settings.level() != ParquetSettings.DEFAULT_LEVEL) {
            String level = Integer.toString(settings.level());
            switch (settings.codec()) {
                case GZIP -> configuration.set("zlib.compress.level", level);
                case BROTLI -> configuration.set("compression.brotli.quality", level);
                case ZSTD -> configuration.set("parquet.compression.codec.zstd.level", level);
                default -> {
                    // The other codecs have no levels.
                }
            }
        }
        return new ParquetCodecFactory(configuration, settings.pageBytes()).getCompressor(settings.codec());
    }
}
