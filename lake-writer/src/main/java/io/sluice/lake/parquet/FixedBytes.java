package io.sluice.lake.parquet;

/** 128-bit two's complement integers as big-endian bytes of a fixed length up to 16, as Parquet stores decimals. */
final class FixedBytes {

    private FixedBytes() {}

    /**
     * Writes a value's low {@code length} bytes, most significant first.
     *
     * @throws ArithmeticException when the value needs more bytes
     */
    static void write(long high, long low, byte[] target, int start, int length) {
        if (length < 16 && !fits(high, low, length)) {
            throw new ArithmeticException("A decimal has more digits than its column");
        }
        for (int i = length - 1, shift = 0; i >= 0; i--, shift += 8) {
            target[start + i] = (byte) (shift < 64 ? low >>> shift : high >>> (shift - 64));
        }
    }

    /** The more significant half of a value of {@code length} bytes, sign-extended. */
    static long high(byte[] source, int start, int length) {
        if (length <= 8) {
            return source[start] < 0 ? -1L : 0L;
        }
        long value = source[start];
        for (int i = start + 1; i < start + length - 8; i++) {
            value = value << 8 | source[i] & 0xFFL;
        }
        return value;
    }

    /** The less significant half of a value of {@code length} bytes; the whole, sign-extended, up to 8 bytes. */
    static long low(byte[] source, int start, int length) {
        long value = source[start] < 0 ? -1L : 0L;
        for (int i = start + Math.max(0, length - 8); i < start + length; i++) {
            value = value << 8 | source[i] & 0xFFL;
        }
        return value;
    }

    private static boolean fits(long high, long low, int length) {
        if (length > 8) {
            int bits = (length - 8) * 8;
            return high << (64 - bits) >> (64 - bits) == high;
        }
        int bits = length * 8;
        return low << (64 - bits) >> (64 - bits) == low && high == low >> 63;
    }
}
