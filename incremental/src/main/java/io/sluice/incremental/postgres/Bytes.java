package io.sluice.incremental.postgres;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian integers within a byte array. */
final class Bytes {

    private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    static int int16(byte[] data, int at) {
        return (short) SHORTS.get(data, at) & 0xFFFF;
    }

    static int int32(byte[] data, int at) {
        return (int) INTS.get(data, at);
    }

    static long int64(byte[] data, int at) {
        return (long) LONGS.get(data, at);
    }

    static void putInt32(byte[] data, int at, int value) {
        INTS.set(data, at, value);
    }

    static void putInt64(byte[] data, int at, long value) {
        LONGS.set(data, at, value);
    }
}
