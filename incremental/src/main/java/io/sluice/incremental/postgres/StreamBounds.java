package io.sluice.incremental.postgres;

/**
 * How much of the log is held in memory. Bytes are those received from the server; decoded they take up to about three
 * times as much. A single row may pass any bound.
 *
 * @param queueRows rows in chunks that wait to be polled, at which reading pauses; at least 1
 * @param queueBytes bytes in chunks that wait to be polled, at which reading pauses; at least 1
 * @param chunkRows rows at which a chunk ends, in the middle of a transaction if need be; at least 1
 * @param chunkBytes bytes at which a chunk ends; at least 1
 */
public record StreamBounds(int queueRows, long queueBytes, int chunkRows, long chunkBytes) {

    public StreamBounds {
        if (queueRows < 1 || queueBytes < 1 || chunkRows < 1 || chunkBytes < 1) {
            throw new IllegalArgumentException("Bounds are at least 1, got " + queueRows + " rows and " + queueBytes
                    + " bytes waiting, " + chunkRows + " rows and " + chunkBytes + " bytes in a chunk");
        }
    }

    /** 100,000 rows or 64 MB waiting; chunks of 20,000 rows or 16 MB. */
    public static StreamBounds defaults() {
        return new StreamBounds(100_000, 64L << 20, 20_000, 16L << 20);
    }
}
