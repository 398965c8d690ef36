package io.sluice.lake.parquet;

/**
 * The 32-bit x86 variant of Austin Appleby's MurmurHash3 with seed 0, which Iceberg's specification prescribes for
 * bucket transforms (appendix B).
 */
final class Murmur3 {

    private static final int C1 = 0xcc9e2d51;
    private static final int C2 = 0x1b873593;

    private Murmur3() {}

    /** Hash of a long's eight bytes, least significant first: how integers, dates and times are hashed. */
    static int hashLong(long value) {
        int hash = mix(0, (int) value);
        return finish(mix(hash, (int) (value >>> 32)), Long.BYTES);
    }

    /** Hash of a range of bytes. */
    static int hashBytes(byte[] data, int start, int length) {
        int hash = 0;
        int blocks = length & ~3;
        for (int i = start; i < start + blocks; i += 4) {
            hash = mix(
                    hash, data[i] & 0xFF | (data[i + 1] & 0xFF) << 8 | (data[i + 2] & 0xFF) << 16 | data[i + 3] << 24);
        }
        int tail = 0;
        for (int i = length - 1; i >= blocks; i--) {
            tail = tail << 8 | data[start + i] & 0xFF;
        }
        if (length != blocks) {
            hash ^= scramble(tail);
        }
        return finish(hash, length);
    }

    private static int scramble(int block) {
        return Integer.rotateLeft(block * C1, 15) * C2;
    }

    private static int mix(int hash, int block) {
        return Integer.rotateLeft(hash ^ scramble(block), 13) * 5 + 0xe6546b64;
    }

    private static int finish(int hash, int length) {
        int h = hash ^ length;
        h = (h ^ h >>> 16) * 0x85ebca6b;
        h = (h ^ h >>> 13) * 0xc2b2ae35;
        return h ^ h >>> 16;
    }
}
