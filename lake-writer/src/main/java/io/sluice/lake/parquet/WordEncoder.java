package io.sluice.lake.parquet;

import io.sluice.lake.parquet.LakeColumn.Conversion;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Encodes INT32, INT64, FLOAT and DOUBLE: values are taken as words of 64 bits, floating-point ones as their bits. */
final class WordEncoder extends ColumnEncoder {

    private final PrimitiveTypeName physical;
    private final int width;
    private final WordDictionary dictionary = new WordDictionary();
    private long[] words = new long[0];
    /** In the order of values: floating-point bits are turned so that they compare as numbers do. */
    private long min = Long.MAX_VALUE;

    private long max = Long.MIN_VALUE;

    WordEncoder(ColumnDescriptor descriptor, PageWriter pages, ParquetSettings settings) {
        super(descriptor, pages, settings, settings.dictionary());
        this.physical = descriptor.getPrimitiveType().getPrimitiveTypeName();
        this.width =
                physical == PrimitiveTypeName.INT32 || physical == PrimitiveTypeName.FLOAT ? Integer.BYTES : Long.BYTES;
    }

    @Override
    void number(Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        take(conversion, vector, rows, from, to);
        int[] target = numbers;
        int at = pageValues;
        for (int i = 0; i < to - from; i++) {
            target[at++] = dictionary.number(words[i]);
        }
    }

    @Override
    void encode(Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        take(conversion, vector, rows, from, to);
        put(words, to - from, plain);
    }

    @Override
    void encodeNumbered() {
        if (words.length < pageValues) {
            words = new long[pageValues];
        }
        long[] entries = dictionary.words();
        for (int i = 0; i < pageValues; i++) {
            words[i] = entries[numbers[i]];
        }
        put(words, pageValues, plain);
    }

    private void put(long[] values, int count, ByteSink sink) {
        if (width == Integer.BYTES) {
            sink.putInts(values, count);
        } else {
            sink.putLongs(values, count);
        }
    }

    private void take(Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        if (words.length < to - from) {
            words = new long[to - from];
        }
        switch (conversion) {
            case INT, INT_AS_LONG -> ints(((IntVector) vector).values(), rows, from, to);
            case LONG -> longs(((LongVector) vector).values(), rows, from, to);
            case LONG_AS_INT -> longsAsInts(((LongVector) vector).values(), rows, from, to);
            case FLOAT -> floats(((FloatVector) vector).values(), rows, from, to);
            case FLOAT_AS_DOUBLE -> floatsAsDoubles(((FloatVector) vector).values(), rows, from, to);
            case DOUBLE -> doubles(((DoubleVector) vector).values(), rows, from, to);
            default -> throw new IllegalStateException(conversion + " does not give " + physical);
        }
    }

    private void ints(int[] values, int[] rows, int from, int to) {
        long[] target = words;
        long least = min;
        long greatest = max;
        for (int i = from, at = 0; i < to; i++, at++) {
            long word = values[rows[i]];
            target[at] = word;
            least = Math.min(least, word);
            greatest = Math.max(greatest, word);
        }
        min = least;
        max = greatest;
    }

    private void longs(long[] values, int[] rows, int from, int to) {
        long[] target = words;
        long least = min;
        long greatest = max;
        for (int i = from, at = 0; i < to; i++, at++) {
            long word = values[rows[i]];
            target[at] = word;
            least = Math.min(least, word);
            greatest = Math.max(greatest, word);
        }
        min = least;
        max = greatest;
    }

    private void longsAsInts(long[] values, int[] rows, int from, int to) {
        for (int i = from; i < to; i++) {
            Math.toIntExact(values[rows[i]]);
        }
        longs(values, rows, from, to);
    }

    private void floats(float[] values, int[] rows, int from, int to) {
        for (int i = from, at = 0; i < to; i++, at++) {
            int bits = Float.floatToIntBits(values[rows[i]]);
            words[at] = bits;
            bound(turn(bits));
        }
    }

    private void floatsAsDoubles(float[] values, int[] rows, int from, int to) {
        for (int i = from, at = 0; i < to; i++, at++) {
            long bits = Double.doubleToLongBits(values[rows[i]]);
            words[at] = bits;
            bound(turn(bits));
        }
    }

    private void doubles(double[] values, int[] rows, int from, int to) {
        for (int i = from, at = 0; i < to; i++, at++) {
            long bits = Double.doubleToLongBits(values[rows[i]]);
            words[at] = bits;
            bound(turn(bits));
        }
    }

    private void bound(long word) {
        min = Math.min(min, word);
        max = Math.max(max, word);
    }

    /** Bits of a double whose order as integers is that of {@link Double#compare}; its own inverse. Floats alike. */
    private static long turn(long bits) {
        return bits ^ bits >> 63 & Long.MAX_VALUE;
    }

    @Override
    long plainBytes() {
        return (long) pageValues * width;
    }

    @Override
    int dictionarySize() {
        return dictionary.size();
    }

    @Override
    long dictionaryBytes() {
        return (long) dictionary.size() * width;
    }

    @Override
    void appendDictionary(ByteSink to) {
        put(dictionary.words(), dictionary.size(), to);
    }

    @Override
    void addBounds(Statistics<?> statistics) {
        if (pageValues > 0) {
            addTo(statistics, min);
            addTo(statistics, max);
        }
    }

    private void addTo(Statistics<?> statistics, long word) {
        switch (physical) {
            case INT32 -> statistics.updateStats((int) word);
            case INT64 -> statistics.updateStats(word);
            case FLOAT -> statistics.updateStats(Float.intBitsToFloat((int) turn(word)));
            default -> statistics.updateStats(Double.longBitsToDouble(turn(word)));
        }
    }

    @Override
    void pageEnded() {
        min = Long.MAX_VALUE;
        max = Long.MIN_VALUE;
    }
}
