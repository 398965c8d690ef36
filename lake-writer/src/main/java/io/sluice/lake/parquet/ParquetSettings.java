package io.sluice.lake.parquet;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.ParquetOutputFormat;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;

/**
 * How data files are laid out: Iceberg's table properties with Iceberg's defaults.
 *
 * @param targetFileBytes a file is ended when it has reached this size ({@code write.target-file-size-bytes})
 * @param rowGroupBytes encoded bytes of a row group ({@code write.parquet.row-group-size-bytes})
 * @param pageBytes encoded bytes of a page before compression ({@code write.parquet.page-size-bytes})
 * @param pageRows rows of a page ({@code write.parquet.page-row-limit})
 * @param dictionaryBytes bytes of a column's dictionary before it is given up ({@code write.parquet.dict-size-bytes})
 * @param codec page compression ({@code write.parquet.compression-codec})
 * @param level the codec's level, or {@link #DEFAULT_LEVEL} ({@code write.parquet.compression-level})
 * @param metrics which column metrics go into the manifest ({@code write.metadata.metrics.*})
 * @param properties all table properties, for what only parquet-java interprets
 */
record ParquetSettings(
        long targetFileBytes,
        int rowGroupBytes,
        int pageBytes,
        int pageRows,
        int dictionaryBytes,
        CompressionCodecName codec,
        int level,
        MetricsConfig metrics,
        Map<String, String> properties) {

    /** The codec's own default. */
    static final int DEFAULT_LEVEL = Integer.MIN_VALUE;

    /**
     * Reads the properties of a table.
     *
     * @throws PipelineException {@code CONFIGURATION} when one is not of the form Iceberg expects
     */
    static ParquetSettings forTable(Table table) {
        return of(table.name(), table.schema(), table.properties(), MetricsConfig.forTable(table));
    }

    static ParquetSettings of(String table, Schema schema, Map<String, String> properties) {
        return of(table, schema, properties, MetricsConfig.from(properties, schema, SortOrder.unsorted()));
    }

    private static ParquetSettings of(
            String table, Schema schema, Map<String, String> properties, MetricsConfig metrics) {
        Reader reader = new Reader(table, properties);
        String level = properties.get(TableProperties.PARQUET_COMPRESSION_LEVEL);
        ParquetSettings settings = new ParquetSettings(
                reader.positiveLong(
                        TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
                        TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT),
                reader.positive(
                        TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES,
                        TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES_DEFAULT),
                reader.positive(
                        TableProperties.PARQUET_PAGE_SIZE_BYTES, TableProperties.PARQUET_PAGE_SIZE_BYTES_DEFAULT),
                reader.positive(TableProperties.PARQUET_PAGE_ROW_LIMIT, TableProperties.PARQUET_PAGE_ROW_LIMIT_DEFAULT),
                reader.positive(
                        TableProperties.PARQUET_DICT_SIZE_BYTES, TableProperties.PARQUET_DICT_SIZE_BYTES_DEFAULT),
                reader.codec(),
                level == null
                        ? DEFAULT_LEVEL
                        : (int) reader.number(
                                TableProperties.PARQUET_COMPRESSION_LEVEL, 0, Integer.MIN_VALUE + 1, Integer.MAX_VALUE),
                metrics,
                Map.copyOf(properties));
        reader.version();
        return settings;
    }

    /** Whether columns are dictionary-encoded at all. */
    boolean dictionary() {
        return !"false".equalsIgnoreCase(properties.get(ParquetOutputFormat.ENABLE_DICTIONARY));
    }

    /** Whether properties ask for what only parquet-java's own column writers do: bloom filters, single columns' settings. */
    boolean needsColumnWriters() {
        if (new Reader("", properties).version() != WriterVersion.PARQUET_1_0) {
            return true;
        }
        for (String name : properties.keySet()) {
            if (name.startsWith(TableProperties.PARQUET_BLOOM_FILTER_COLUMN_ENABLED_PREFIX)
                    || name.startsWith(TableProperties.PARQUET_COLUMN_STATS_ENABLED_PREFIX)
                    || name.startsWith(TableProperties.PARQUET_DICT_ENCODING_ENABLED_COLUMN_PREFIX)) {
                return true;
            }
        }
        return false;
    }

    /** The settings as parquet-java takes them. */
    ParquetProperties parquetProperties(Schema schema, MessageType type) {
        ParquetProperties.Builder builder = ParquetProperties.builder()
                .withWriterVersion(new Reader("", properties).version())
                .withPageSize(pageBytes)
                .withPageRowCountLimit(pageRows)
                .withDictionaryEncoding(dictionary())
                .withDictionaryPageSize(dictionaryBytes)
                .withMinRowCountForPageSizeCheck(100)
                .estimateRowCountForPageSizeCheck(false);
        String bloomBytes = properties.get(TableProperties.PARQUET_BLOOM_FILTER_MAX_BYTES);
        if (bloomBytes != null) {
            builder.withMaxBloomFilterBytes(Integer.parseInt(bloomBytes));
        }
        for (int i = 0; i < type.getFieldCount(); i++) {
            String path = type.getFieldName(i);
            String column = schema.findColumnName(type.getType(i).getId().intValue());
            String bloom = properties.get(TableProperties.PARQUET_BLOOM_FILTER_COLUMN_ENABLED_PREFIX + column);
            if (bloom != null) {
                builder.withBloomFilterEnabled(path, Boolean.parseBoolean(bloom));
                String fpp = properties.get(TableProperties.PARQUET_BLOOM_FILTER_COLUMN_FPP_PREFIX + column);
                if (fpp != null) {
                    builder.withBloomFilterFPP(path, Double.parseDouble(fpp));
                }
                String ndv = properties.get(TableProperties.PARQUET_BLOOM_FILTER_COLUMN_NDV_PREFIX + column);
                if (ndv != null) {
                    builder.withBloomFilterNDV(path, Long.parseLong(ndv));
                }
            }
            String statistics = properties.get(TableProperties.PARQUET_COLUMN_STATS_ENABLED_PREFIX + column);
            if (statistics != null) {
                builder.withStatisticsEnabled(path, Boolean.parseBoolean(statistics));
            }
            String dictionary = properties.get(TableProperties.PARQUET_DICT_ENCODING_ENABLED_COLUMN_PREFIX + column);
            if (dictionary != null) {
                builder.withDictionaryEncoding(path, Boolean.parseBoolean(dictionary));
            }
        }
        return builder.build();
    }

    /** Reads single properties and says which one is wrong. */
    private record Reader(String table, Map<String, String> properties) {

        int positive(String name, int defaultValue) {
            return (int) number(name, defaultValue, 1, Integer.MAX_VALUE);
        }

        long positiveLong(String name, long defaultValue) {
            return number(name, defaultValue, 1, Long.MAX_VALUE);
        }

        long number(String name, long defaultValue, long min, long max) {
            String text = properties.get(name);
            if (text == null) {
                return defaultValue;
            }
            try {
                long value = Long.parseLong(text.strip());
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Said below, as for numbers out of range.
            }
            throw refused(name, text, "a whole number from " + min + " to " + max);
        }

        CompressionCodecName codec() {
            String name = TableProperties.PARQUET_COMPRESSION;
            String text = properties.getOrDefault(name, TableProperties.PARQUET_COMPRESSION_DEFAULT_SINCE_1_4_0);
            try {
                return CompressionCodecName.valueOf(text.strip().toUpperCase(Locale.ENGLISH));
            } catch (IllegalArgumentException e) {
                throw refused(name, text, "one of zstd, snappy, gzip, lz4_raw, uncompressed");
            }
        }

        WriterVersion version() {
            String name = TableProperties.PARQUET_PAGE_VERSION;
            String text = properties.getOrDefault(name, TableProperties.PARQUET_PAGE_VERSION_DEFAULT);
            return switch (text.toLowerCase(Locale.ENGLISH)) {
                case "v1", "parquet_1_0" -> WriterVersion.PARQUET_1_0;
                case "v2", "parquet_2_0" -> WriterVersion.PARQUET_2_0;
                default -> throw refused(name, text, "v1 or v2");
            };
        }

        private PipelineException refused(String name, String text, String expected) {
            return new PipelineException(
                    ErrorKind.CONFIGURATION,
                    "Table property " + name + " of " + table + " is '" + text + "', expected " + expected);
        }
    }
}
