package io.sluice.lake.parquet;

/**
 * Parquet's hybrid of run-length encoding and bit-packing: small numbers of a fixed width, in runs of one value or in
 * packed groups of eight, as the format's {@code Encodings.md} describes under RLE.
 */
final class HybridRuns {

    private static final int GROUP = 8;
    /** As many as one byte of header can tell, which every reader is used to. */
    private static final int MAX_GROUPS = 63;

    private HybridRuns() {}

    /** Bits that numbers up to {@code max} need; 0 when there is only the 0. */
    static int width(int max) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(max);
    }

    /**
     * Encodes numbers.
     *
     * @param values from 0, each below 2^width
     * @param width bits of a number, 0 to 32
     */
    static void write(int[] values, int count, int width, ByteSink sink) {
        int packedFrom = 0;
        int at = 0;
        while (at < count) {
            int run = run(values, at, count);
            if (run >= GROUP) {
                pack(values, packedFrom, at, width, sink);
                writeRun(values[at], run, width, sink);
                at += run;
                packedFrom = at;
            } else {
                at = Math.min(count, at + GROUP);
            }
        }
        pack(values, packedFrom, count, width, sink);
    }

    /** One value, many times. */
    static void writeRun(int value, int count, int width, ByteSink sink) {
        sink.putUnsignedVarInt(count << 1);
        sink.putLowBytes(value, width + 7 >>> 3);
    }

    private static int run(int[] values, int from, int count) {
        int value = values[from];
        int at = from + 1;
        while (at < count && values[at] == value) {
            at++;
        }
        return at - from;
    }

    /** Whole groups; only the last of a page may be filled up with zeros. */
    private static void pack(int[] values, int from, int to, int width, ByteSink sink) {
        for (int at = from; at < to; ) {
            int groups = Math.min(MAX_GROUPS, to - at + GROUP - 1 >>> 3);
            sink.putByte(groups << 1 | 1);
            int end = Math.min(to, at + groups * GROUP);
            packGroups(values, at, end, groups, width, sink);
            at = end;
        }
    }

    private static void packGroups(int[] values, int from, int to, int groups, int width, ByteSink sink) {
        long bits = 0;
        int held = 0;
        for (int i = from; i < to; i++) {
            bits |= (values[i] & 0xFFFFFFFFL) << held;
            held += width;
            if (held >= Integer.SIZE) {
                sink.putInt((int) bits);
                bits >>>= Integer.SIZE;
                held -= Integer.SIZE;
            }
        }
        int missing = groups * width - (int) (((long) (to - from) * width - held) >>> 3);
        for (int i = 0; i < missing; i++) {
            sink.putByte((int) bits);
            bits >>>= Byte.SIZE;
        }
    }
}
