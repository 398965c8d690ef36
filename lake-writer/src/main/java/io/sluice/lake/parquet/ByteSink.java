package io.sluice.lake.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;

/** Bytes of a page in the making, in one array that grows and is used again for the next page. */
final class ByteSink {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private byte[] data = new byte[64];
    private int size;

    /** Bytes written since {@link #clear}. */
    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /**
     * Makes room, so that as many bytes can be put without growing in between.
     *
     * @throws IllegalStateException when the page would pass 2 GB
     */
    void reserve(int bytes) {
        if (bytes > data.length - size) {
            long needed = (long) size + bytes;
            if (needed > MAX_BYTES) {
                throw new IllegalStateException("A page would pass 2 GB; batches must be cut smaller");
            }
            data = Arrays.copyOf(data, (int) Math.min(MAX_BYTES, Math.max(needed, data.length * 2L)));
        }
    }

    void putByte(int value) {
        reserve(1);
        data[size++] = (byte) value;
    }

    /** Four bytes, least significant first. */
    void putInt(int value) {
        reserve(Integer.BYTES);
        INT.set(data, size, value);
        size += Integer.BYTES;
    }

    /** The low {@code bytes} bytes of a value, least significant first; up to four. */
    void putLowBytes(int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            putByte(value >>> 8 * i);
        }
    }

    /** Seven bits a byte, least significant first, the top bit telling that more follow. */
    void putUnsignedVarInt(int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            putByte(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        putByte(rest);
    }

    void put(byte[] source, int start, int length) {
        reserve(length);
        System.arraycopy(source, start, data, size, length);
        size += length;
    }

    /** A byte array as Parquet's PLAIN encoding has it: its length, then its bytes. */
    void putWithLength(byte[] source, int start, int length) {
        reserve(Integer.BYTES + length);
        INT.set(data, size, length);
        System.arraycopy(source, start, data, size + Integer.BYTES, length);
        size += Integer.BYTES + length;
    }

    /** The low halves of words, four bytes each. */
    void putInts(long[] words, int count) {
        reserve(count * Integer.BYTES);
        byte[] to = data;
        int at = size;
        for (int i = 0; i < count; i++, at += Integer.BYTES) {
            INT.set(to, at, (int) words[i]);
        }
        size = at;
    }

    /** Words of eight bytes each. */
    void putLongs(long[] words, int count) {
        reserve(count * Long.BYTES);
        byte[] to = data;
        int at = size;
        for (int i = 0; i < count; i++, at += Long.BYTES) {
            LONG.set(to, at, words[i]);
        }
        size = at;
    }

    /** Leaves room for a length that is known later; gives the place for {@link #endLength}. */
    int beginLength() {
        putInt(0);
        return size;
    }

    /** Fills in how many bytes came after {@link #beginLength}. */
    void endLength(int place) {
        INT.set(data, place - Integer.BYTES, size - place);
    }

    /** Puts what was written at another one's end. */
    void appendTo(ByteSink other) {
        other.put(data, 0, size);
    }

    /** What was written, as parquet-java takes it; true until the next change. */
    BytesInput toBytesInput() {
        return BytesInput.from(data, 0, size);
    }
}
