package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * Tells rows' partitions apart: each distinct partition has a number from 0. Work per row is on primitives; objects are
 * made once per partition.
 */
final class PartitionRouter {

    private static final int MAX_FIELDS = Long.SIZE;

    private final TableId table;
    private final PartitionSpec spec;
    private final String[] sources;
    private final PartitionCode[] fields;
    private final LongTuples tuples;
    private final List<StructLike> partitions = new ArrayList<>();
    private long[] codes = new long[0];
    private int[] result = new int[0];

    PartitionRouter(TableId table, Schema schema, PartitionSpec spec) {
        this.table = table;
        this.spec = spec;
        List<PartitionField> live = spec.fields();
        if (live.size() > MAX_FIELDS) {
            throw new IllegalArgumentException(table + " has more than " + MAX_FIELDS + " partition fields");
        }
        this.sources = new String[live.size()];
        this.fields = new PartitionCode[live.size()];
        for (int i = 0; i < fields.length; i++) {
            PartitionField field = live.get(i);
            Types.NestedField source = schema.findField(field.sourceId());
            Type type = source == null ? Types.UnknownType.get() : source.type();
            boolean isVoid = field.transform().isVoid() || source == null;
            sources[i] = isVoid ? "" : source.name();
            fields[i] = new PartitionCode(field, isVoid ? Types.LongType.get() : type);
        }
        // One long per field, and one with a bit for every field that is null.
        this.tuples = new LongTuples(fields.length + 1);
    }

    /**
     * The number of each row's partition: entry i is that of row {@code selection[i]}. The array is used again by the
     * next call.
     */
    int[] route(ColumnBatch batch, int[] selection, int count) {
        int width = fields.length + 1;
        if (codes.length < count * width) {
            codes = new long[count * width];
        }
        if (result.length < count) {
            result = new int[count];
        }
        Arrays.fill(codes, 0, count * width, 0);
        int[] columns = columns(batch.schema());
        for (int f = 0; f < fields.length; f++) {
            long bit = 1L << f;
            if (columns[f] < 0) {
                for (int i = 0, at = width - 1; i < count; i++, at += width) {
                    codes[at] |= bit;
                }
                continue;
            }
            ColumnVector vector = batch.column(columns[f]);
            if (vector.hasNulls()) {
                for (int i = 0, at = width - 1; i < count; i++, at += width) {
                    if (vector.isNull(selection[i])) {
                        codes[at] |= bit;
                    }
                }
            }
            fields[f].fill(vector, selection, count, codes, width, f);
        }
        for (int i = 0; i < count; i++) {
            int at = i * width;
            if (i > 0 && Arrays.equals(codes, at, at + width, codes, at - width, at)) {
                result[i] = result[i - 1];
                continue;
            }
            int number = tuples.intern(codes, at);
            if (number == partitions.size()) {
                partitions.add(partition(batch, columns, selection[i]));
            }
            result[i] = number;
        }
        return result;
    }

    /** Distinct partitions seen. */
    int size() {
        return partitions.size();
    }

    /** The partition values of a partition's number. */
    StructLike partition(int number) {
        return partitions.get(number);
    }

    private StructLike partition(ColumnBatch batch, int[] columns, int row) {
        PartitionData data = new PartitionData(spec.partitionType());
        for (int f = 0; f < fields.length; f++) {
            if (columns[f] >= 0 && !batch.column(columns[f]).isNull(row)) {
                data.set(f, fields[f].value(batch.column(columns[f]), row));
            }
        }
        return data;
    }

    private int[] columns(TableSchema schema) {
        int[] columns = new int[sources.length];
        for (int f = 0; f < columns.length; f++) {
            String source = sources[f];
            columns[f] = source.isEmpty() ? -1 : schema.indexOf(source).orElse(-1);
        }
        return columns;
    }

    @Override
    public String toString() {
        return "partitions of " + table;
    }
}
