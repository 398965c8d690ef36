package io.sluice.incremental.postgres;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Packs messages of the log one after another: 4 bytes of length, 8 bytes of position, the message as received. One frame
 * is one event for the engine, so that what the engine does per event is paid once for many rows.
 */
final class FrameWriter {

    /** Bytes before each message. */
    static final int HEADER = Integer.BYTES + Long.BYTES;

    /** A message of our own, of this one byte: nothing more comes before its position. */
    static final byte IDLE = 0;

    private static final int INITIAL_BYTES = 1 << 16;

    private byte[] data = new byte[INITIAL_BYTES];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(ByteBuffer message, long position) {
        int length = message.remaining();
        header(length, position);
        message.get(data, size, length);
        size += length;
    }

    void addIdle(long position) {
        header(1, position);
        data[size++] = IDLE;
    }

    /** The frame as an array of its own; the next message begins a new one. */
    byte[] take() {
        byte[] frame = Arrays.copyOf(data, size);
        size = 0;
        if (data.length > INITIAL_BYTES * 16) {
            // A very large value passed; its room is not kept.
            data = new byte[INITIAL_BYTES];
        }
        return frame;
    }

    private void header(int length, long position) {
        int needed = Math.addExact(Math.addExact(size, HEADER), length);
        if (needed > data.length) {
            long larger = Math.max(needed, Math.min((long) data.length * 2, Integer.MAX_VALUE - 8L));
            data = Arrays.copyOf(data, (int) larger);
        }
        Bytes.putInt32(data, size, length);
        Bytes.putInt64(data, size + Integer.BYTES, position);
        size += HEADER;
    }
}
