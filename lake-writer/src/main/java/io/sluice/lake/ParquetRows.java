package io.sluice.lake;

import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DateTimeUtil;
import org.jspecify.annotations.Nullable;

/** Reads rows back through Iceberg's generic Parquet reader. */
final class ParquetRows implements RowSource {

    private static final int GROUP = 4096;

    private final TableSchema schema;
    private final Table table;

    ParquetRows(TableSchema schema, Table table) {
        this.schema = schema;
        this.table = table;
    }

    @Override
    public ColumnBatch rows(DataFile file, long[] positions, int count) {
        ColumnBatch result = ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, count);
        int[] all = new int[schema.width()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        int next = 0;
        try (CloseableIterable<Record> records = read(file, all)) {
            for (Record row : records) {
                if (next == count) {
                    break;
                }
                if ((long) row.get(all.length) == positions[next]) {
                    for (int i = 0; i < all.length; i++) {
                        append(result.column(i), row.get(i));
                    }
                    result.endRow();
                    next++;
                }
            }
        } catch (IOException e) {
            throw StorageFailures.of(schema.table(), "read data file " + file.location(), e);
        }
        if (next != count) {
            throw new IllegalStateException("File " + file.location() + " has no row " + positions[next]);
        }
        return result;
    }

    @Override
    public void scan(DataFile file, @Nullable DeleteFile vector, int[] columns, Rows consumer) {
        PositionDeleteIndex deleted = vector == null
                ? PositionDeleteIndex.empty()
                : new BaseDeleteLoader(delete -> table.io().newInputFile(delete))
                        .loadPositionDeletes(List.of(vector), file.location());
        ColumnVector[] vectors = new ColumnVector[schema.width()];
        for (int column : columns) {
            vectors[column] = ColumnVector.create(schema.column(column).type(), GROUP);
        }
        long[] positions = new long[GROUP];
        int count = 0;
        try (CloseableIterable<Record> records = read(file, columns)) {
            for (Record row : records) {
                long position = (long) row.get(columns.length);
                if (deleted.isDeleted(position)) {
                    continue;
                }
                for (int i = 0; i < columns.length; i++) {
                    append(vectors[columns[i]], row.get(i));
                }
                positions[count++] = position;
                if (count == GROUP) {
                    consumer.accept(vectors, positions, count);
                    for (int column : columns) {
                        vectors[column].clear();
                    }
                    count = 0;
                }
            }
        } catch (IOException e) {
            throw StorageFailures.of(schema.table(), "read data file " + file.location(), e);
        }
        if (count > 0) {
            consumer.accept(vectors, positions, count);
        }
    }

    private CloseableIterable<Record> read(DataFile file, int[] columns) {
        List<Types.NestedField> fields = new ArrayList<>();
        for (int column : columns) {
            fields.add(table.schema().findField(schema.column(column).name()));
        }
        fields.add(MetadataColumns.ROW_POSITION);
        Schema projection = new Schema(fields);
        return Parquet.read(table.io().newInputFile(file))
                .project(projection)
                .createReaderFunc(fileSchema -> GenericParquetReaders.buildReader(projection, fileSchema))
                .build();
    }

    static void append(ColumnVector vector, @Nullable Object value) {
        if (value == null) {
            vector.appendNull();
            return;
        }
        switch (vector.type().kind()) {
            case BOOLEAN -> ((BooleanVector) vector).append((byte) ((boolean) value ? 1 : 0));
            case INT32 -> ((IntVector) vector).append(((Number) value).intValue());
            case DATE -> ((IntVector) vector).append(DateTimeUtil.daysFromDate((LocalDate) value));
            case INT64 -> ((LongVector) vector).append(((Number) value).longValue());
            case TIME -> ((LongVector) vector).append(DateTimeUtil.microsFromTime((LocalTime) value));
            case TIMESTAMP -> ((LongVector) vector).append(DateTimeUtil.microsFromTimestamp((LocalDateTime) value));
            case TIMESTAMP_TZ ->
                ((LongVector) vector).append(DateTimeUtil.microsFromTimestamptz((OffsetDateTime) value));
            case FLOAT32 -> ((FloatVector) vector).append(((Number) value).floatValue());
            case FLOAT64 -> ((DoubleVector) vector).append(((Number) value).doubleValue());
            case DECIMAL -> {
                BigInteger unscaled = ((BigDecimal) value).unscaledValue();
                if (vector.type().isLongDecimal()) {
                    ((LongVector) vector).append(unscaled.longValueExact());
                } else {
                    ((Int128Vector) vector).append(unscaled.shiftRight(64).longValue(), unscaled.longValue());
                }
            }
            case UUID ->
                ((Int128Vector) vector)
                        .append(((UUID) value).getMostSignificantBits(), ((UUID) value).getLeastSignificantBits());
            case STRING -> ((BytesVector) vector).append(value.toString().getBytes(StandardCharsets.UTF_8));
            case BINARY -> {
                ByteBuffer bytes = ((ByteBuffer) value).duplicate();
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                ((BytesVector) vector).append(copy);
            }
        }
    }
}
