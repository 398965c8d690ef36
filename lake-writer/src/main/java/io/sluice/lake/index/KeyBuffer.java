package io.sluice.lake.index;

import java.util.Arrays;

/** Growing bytes in which one key at a time is put together; reused row after row. */
public final class KeyBuffer {

    private byte[] bytes = new byte[64];
    private int length;

    /** The bytes; the first {@link #length()} are the key. Changes identity when it grows. */
    public byte[] bytes() {
        return bytes;
    }

    /** How many bytes the key has. */
    public int length() {
        return length;
    }

    /** Forgets the key. */
    public void clear() {
        length = 0;
    }

    /** Cuts the key to its first bytes. */
    public void truncate(int newLength) {
        length = newLength;
    }

    /** Appends one byte. */
    public void putByte(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    /** Appends 4 bytes, most significant first. */
    public void putInt(int value) {
        reserve(Integer.BYTES);
        bytes[length] = (byte) (value >>> 24);
        bytes[length + 1] = (byte) (value >>> 16);
        bytes[length + 2] = (byte) (value >>> 8);
        bytes[length + 3] = (byte) value;
        length += Integer.BYTES;
    }

    /** Appends 8 bytes, most significant first. */
    public void putLong(long value) {
        putInt((int) (value >>> 32));
        putInt((int) value);
    }

    /** Appends a copy of a range of bytes. */
    public void putBytes(byte[] source, int start, int count) {
        reserve(count);
        System.arraycopy(source, start, bytes, length, count);
        length += count;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
