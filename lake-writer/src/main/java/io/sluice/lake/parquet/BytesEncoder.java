package io.sluice.lake.parquet;

import io.sluice.lake.parquet.LakeColumn.Conversion;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.LongVector;
import java.util.Arrays;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Encodes BINARY and FIXED_LEN_BYTE_ARRAY. */
final class BytesEncoder extends ColumnEncoder {

    private static final int[] NO_MARKS = new int[0];

    /** Bytes of every value; 0 when each has a length of its own. */
    private final int fixedLength;

    private final ByteInterner dictionary = new ByteInterner();
    private final ByteBounds bounds;
    /** The page, from 1, in which a number of the dictionary was last seen. */
    private int[] lastSeen = NO_MARKS;

    private int page = 1;
    private long pageBytes;
    /** Values of fixed length, one after another. */
    private byte[] fixed = new byte[0];

    BytesEncoder(ColumnDescriptor descriptor, PageWriter pages, ParquetSettings settings) {
        super(descriptor, pages, settings, settings.dictionary());
        boolean isFixed =
                descriptor.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
        this.fixedLength = isFixed ? descriptor.getPrimitiveType().getTypeLength() : 0;
        boolean isDecimal =
                descriptor.getPrimitiveType().getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation;
        this.bounds = new ByteBounds(isDecimal ? ByteBounds.Order.SIGNED : ByteBounds.Order.UNSIGNED);
    }

    @Override
    void number(Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        int at = pageValues;
        if (conversion == Conversion.BYTES) {
            BytesVector bytes = (BytesVector) vector;
            byte[] data = bytes.data();
            int[] offsets = bytes.offsets();
            for (int i = from; i < to; i++) {
                int start = offsets[rows[i]];
                numbers[at++] = number(data, start, checked(offsets[rows[i] + 1] - start));
            }
        } else {
            takeFixed(conversion, vector, rows, from, to);
            for (int i = 0; i < to - from; i++) {
                numbers[at++] = number(fixed, i * fixedLength, fixedLength);
            }
        }
    }

    private int number(byte[] data, int start, int length) {
        int number = dictionary.intern(data, start, length);
        if (number >= lastSeen.length) {
            lastSeen = Arrays.copyOf(lastSeen, Math.max(16, number * 2));
        }
        if (lastSeen[number] != page) {
            lastSeen[number] = page;
            bounds.add(data, start, length);
        }
        pageBytes += length;
        return number;
    }

    @Override
    void encode(Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        if (conversion == Conversion.BYTES) {
            BytesVector bytes = (BytesVector) vector;
            byte[] data = bytes.data();
            int[] offsets = bytes.offsets();
            for (int i = from; i < to; i++) {
                int start = offsets[rows[i]];
                encode(data, start, checked(offsets[rows[i] + 1] - start));
            }
        } else {
            takeFixed(conversion, vector, rows, from, to);
            for (int i = 0; i < to - from; i++) {
                encode(fixed, i * fixedLength, fixedLength);
            }
        }
    }

    private void encode(byte[] data, int start, int length) {
        put(data, start, length, plain);
        bounds.add(data, start, length);
        pageBytes += length;
    }

    private void put(byte[] data, int start, int length, ByteSink sink) {
        if (fixedLength == 0) {
            sink.putWithLength(data, start, length);
        } else {
            sink.put(data, start, length);
        }
    }

    private int checked(int length) {
        if (fixedLength != 0 && length != fixedLength) {
            throw new ArithmeticException("A value has " + length + " bytes, its column " + fixedLength);
        }
        return length;
    }

    private void takeFixed(Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        int length = fixedLength;
        if (fixed.length < (to - from) * length) {
            fixed = new byte[(to - from) * length];
        }
        if (conversion == Conversion.INT128_AS_FIXED) {
            long[] high = ((Int128Vector) vector).high();
            long[] low = ((Int128Vector) vector).low();
            for (int i = from, at = 0; i < to; i++, at += length) {
                FixedBytes.write(high[rows[i]], low[rows[i]], fixed, at, length);
            }
        } else if (conversion == Conversion.LONG_AS_FIXED) {
            long[] values = ((LongVector) vector).values();
            for (int i = from, at = 0; i < to; i++, at += length) {
                long value = values[rows[i]];
                FixedBytes.write(value >> 63, value, fixed, at, length);
            }
        } else {
            throw new IllegalStateException(conversion + " does not give " + type());
        }
    }

    @Override
    void encodeNumbered() {
        for (int i = 0; i < pageValues; i++) {
            int number = numbers[i];
            int start = dictionary.start(number);
            put(dictionary.data(), start, dictionary.end(number) - start, plain);
        }
    }

    @Override
    long plainBytes() {
        return pageBytes + (fixedLength == 0 ? (long) pageValues * Integer.BYTES : 0);
    }

    @Override
    int dictionarySize() {
        return dictionary.size();
    }

    @Override
    long dictionaryBytes() {
        return dictionary.bytes() + (fixedLength == 0 ? (long) dictionary.size() * Integer.BYTES : 0);
    }

    @Override
    void appendDictionary(ByteSink to) {
        for (int i = 0; i < dictionary.size(); i++) {
            int start = dictionary.start(i);
            put(dictionary.data(), start, dictionary.end(i) - start, to);
        }
    }

    @Override
    void addBounds(Statistics<?> statistics) {
        bounds.addTo(statistics);
    }

    @Override
    long byteArrayBytes() {
        return fixedLength == 0 ? pageBytes : 0;
    }

    @Override
    void pageEnded() {
        bounds.clear();
        pageBytes = 0;
        page++;
    }
}
