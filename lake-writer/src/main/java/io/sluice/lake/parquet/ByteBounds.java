package io.sluice.lake.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;

/** The least and the greatest byte string of a page. Most are told apart by their first eight bytes. */
final class ByteBounds {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final byte[] NOTHING = new byte[0];

    /** How byte strings are ordered. */
    enum Order {
        /** Byte by byte, unsigned. */
        UNSIGNED,
        /** As two's complement numbers of one length. */
        SIGNED
    }

    private final long flip;
    private boolean empty = true;
    private byte[] min = NOTHING;
    private byte[] max = NOTHING;
    private long minPrefix;
    private long maxPrefix;

    ByteBounds(Order order) {
        // Prefixes are compared signed: flipping the top bit of one that is ordered unsigned makes that right.
        this.flip = order == Order.SIGNED ? 0 : Long.MIN_VALUE;
    }

    void clear() {
        empty = true;
        min = NOTHING;
        max = NOTHING;
    }

    void add(byte[] data, int start, int length) {
        long prefix = prefix(data, start, length) ^ flip;
        if (empty) {
            empty = false;
            min = Arrays.copyOfRange(data, start, start + length);
            max = min;
            minPrefix = prefix;
            maxPrefix = prefix;
            return;
        }
        if (prefix <= minPrefix
                && (prefix < minPrefix
                        || Arrays.compareUnsigned(data, start, start + length, min, 0, min.length) < 0)) {
            min = Arrays.copyOfRange(data, start, start + length);
            minPrefix = prefix;
        }
        if (prefix >= maxPrefix
                && (prefix > maxPrefix
                        || Arrays.compareUnsigned(data, start, start + length, max, 0, max.length) > 0)) {
            max = Arrays.copyOfRange(data, start, start + length);
            maxPrefix = prefix;
        }
    }

    /** The first eight bytes as a number, most significant first; zeros stand for bytes that are not there. */
    private static long prefix(byte[] data, int start, int length) {
        if (length >= Long.BYTES) {
            return (long) LONG.get(data, start);
        }
        if (length == 0) {
            return 0;
        }
        if (start + Long.BYTES <= data.length) {
            return (long) LONG.get(data, start) & -1L << (Long.BYTES - length) * Byte.SIZE;
        }
        long prefix = 0;
        for (int i = 0; i < length; i++) {
            prefix |= (data[start + i] & 0xFFL) << (Long.BYTES - 1 - i) * Byte.SIZE;
        }
        return prefix;
    }

    /** Adds what was found to a page's statistics. */
    void addTo(Statistics<?> statistics) {
        if (!empty) {
            statistics.updateStats(Binary.fromConstantByteArray(min));
            statistics.updateStats(Binary.fromConstantByteArray(max));
        }
    }
}
