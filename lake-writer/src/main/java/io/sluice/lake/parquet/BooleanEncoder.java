package io.sluice.lake.parquet;

import io.sluice.lake.parquet.LakeColumn.Conversion;
import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.ColumnVector;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.Statistics;

/** Encodes BOOLEAN: one bit a value, the first value in the lowest bit; never with a dictionary. */
final class BooleanEncoder extends ColumnEncoder {

    private int bits;
    private int held;
    private boolean anyFalse;
    private boolean anyTrue;

    BooleanEncoder(ColumnDescriptor descriptor, PageWriter pages, ParquetSettings settings) {
        super(descriptor, pages, settings, false);
    }

    @Override
    void encode(Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        byte[] values = ((BooleanVector) vector).values();
        for (int i = from; i < to; i++) {
            int bit = values[rows[i]] == 0 ? 0 : 1;
            anyFalse |= bit == 0;
            anyTrue |= bit == 1;
            bits |= bit << held;
            if (++held == Byte.SIZE) {
                plain.putByte(bits);
                bits = 0;
                held = 0;
            }
        }
    }

    @Override
    void appendPlain(ByteSink to) {
        super.appendPlain(to);
        if (held > 0) {
            to.putByte(bits);
        }
    }

    @Override
    void addBounds(Statistics<?> statistics) {
        if (anyFalse) {
            statistics.updateStats(false);
        }
        if (anyTrue) {
            statistics.updateStats(true);
        }
    }

    @Override
    void pageEnded() {
        bits = 0;
        held = 0;
        anyFalse = false;
        anyTrue = false;
    }

    @Override
    long plainBytes() {
        return pageValues + 7 >> 3;
    }

    @Override
    void number(Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        throw noDictionary();
    }

    @Override
    void encodeNumbered() {
        throw noDictionary();
    }

    @Override
    int dictionarySize() {
        return 0;
    }

    @Override
    long dictionaryBytes() {
        return 0;
    }

    @Override
    void appendDictionary(ByteSink to) {
        throw noDictionary();
    }

    private static IllegalStateException noDictionary() {
        return new IllegalStateException("Booleans have no dictionary");
    }
}
