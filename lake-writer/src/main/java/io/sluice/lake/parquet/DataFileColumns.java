package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Chosen columns of one open Parquet data file, matched to the table's by field id. */
final class DataFileColumns implements AutoCloseable {

    private final TableId table;
    private final String location;
    private final ParquetFileReader reader;
    private final MessageType type;
    private final @Nullable FileColumn[] columns;
    private final @Nullable Object[] defaults;

    private DataFileColumns(TableId table, String location, ParquetFileReader reader, int width) {
        this.table = table;
        this.location = location;
        this.reader = reader;
        MessageType written = reader.getFileMetaData().getSchema();
        this.type = ParquetSchemaUtil.hasIds(written) ? written : ParquetSchemaUtil.addFallbackIds(written);
        this.columns = new FileColumn[width];
        this.defaults = new Object[width];
    }

    /**
     * Opens a file.
     *
     * @param schema the table's present schema, which has all the columns of {@code wanted} by name
     */
    static DataFileColumns open(TableId table, Schema schema, TableSchema wanted, InputFile file) {
        try {
            ParquetFileReader reader = ParquetFileReader.open(
                    ParquetFiles.input(file),
                    ParquetReadOptions.builder(new PlainParquetConfiguration()).build());
            DataFileColumns opened = new DataFileColumns(table, file.location(), reader, wanted.width());
            try {
                opened.resolve(schema, wanted);
                return opened;
            } catch (RuntimeException e) {
                reader.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            throw failure(table, file.location(), e);
        }
    }

    private void resolve(Schema schema, TableSchema wanted) {
        List<ColumnDescriptor> requested = new ArrayList<>();
        for (int c = 0; c < columns.length; c++) {
            String name = wanted.column(c).name();
            Types.NestedField field = schema.asStruct().field(name);
            if (field == null) {
                throw new IllegalStateException("The table " + table + " has no column '" + name + "'");
            }
            Type stored = withId(field.fieldId());
            if (stored == null) {
                defaults[c] = field.initialDefault();
                if (field.isRequired() && field.initialDefault() == null) {
                    throw new PipelineException(
                            ErrorKind.LAKE_CONFLICT,
                            table,
                            "The file " + location + " of " + table + " has no column '" + name
                                    + "', which is required and has no initial default",
                            null);
                }
                continue;
            }
            ColumnDescriptor descriptor = type.getColumnDescription(new String[] {stored.getName()});
            try {
                columns[c] = new FileColumn(descriptor, wanted.column(c).type());
            } catch (IllegalArgumentException e) {
                throw new PipelineException(
                        ErrorKind.LAKE_CONFLICT,
                        table,
                        "Column '" + name + "' of the file " + location + " of " + table + " cannot be read: "
                                + e.getMessage(),
                        e);
            }
            requested.add(descriptor);
        }
        reader.setRequestedSchema(requested);
    }

    private @Nullable Type withId(int id) {
        for (Type field : type.getFields()) {
            if (field.getId() != null && field.getId().intValue() == id && field.isPrimitive()) {
                return field;
            }
        }
        return null;
    }

    ParquetFileReader reader() {
        return reader;
    }

    List<BlockMetaData> rowGroups() {
        return reader.getRowGroups();
    }

    /** Whether a column of the file is one of the chosen. */
    boolean reads(ColumnPath path) {
        for (FileColumn column : columns) {
            if (column != null && Arrays.equals(column.descriptor().getPath(), path.toArray())) {
                return true;
            }
        }
        return false;
    }

    /** Readers of the columns in pages that were read; null for columns that the file does not have. */
    @Nullable
    ColumnReader[] readers(PageReadStore pages) {
        ColumnReadStoreImpl store = new ColumnReadStoreImpl(
                pages, new NoRecords(), type, reader.getFileMetaData().getCreatedBy());
        ColumnReader[] readers = new ColumnReader[columns.length];
        for (int c = 0; c < columns.length; c++) {
            FileColumn column = columns[c];
            if (column != null) {
                readers[c] = store.getColumnReader(column.descriptor());
            }
        }
        return readers;
    }

    /** Appends the next {@code count} rows of the pages to the vectors, but for the skipped ones. */
    void read(
            @Nullable ColumnReader[] readers,
            ColumnVector[] vectors,
            int count,
            boolean[] skipped,
            int kept,
            boolean more) {
        for (int c = 0; c < columns.length; c++) {
            FileColumn column = columns[c];
            ColumnReader from = readers[c];
            if (column == null || from == null) {
                ColumnDefaults.append(vectors[c], defaults[c], kept);
            } else {
                column.read(from, vectors[c], count, skipped, more);
            }
        }
    }

    PipelineException failure(Exception cause) {
        return failure(table, location, cause);
    }

    private static PipelineException failure(TableId table, String location, Exception cause) {
        return StorageFailures.of(table, "read file " + location, cause);
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Column readers want a place to put records; ours are asked for values directly. */
    private static final class NoRecords extends GroupConverter {
        private static final PrimitiveConverter NO_VALUE = new PrimitiveConverter() {};

        @Override
        public Converter getConverter(int index) {
            return NO_VALUE;
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }
}
