package io.sluice.snapshot.postgres;

/**
 * How a snapshot is cut into pieces.
 *
 * @param chunkBytes bytes on the source's disk, large values included, that one chunk aims at; at least 1 MB
 * @param batchRows the most rows of one batch, at least 1
 * @param batchBytes bytes received from the source after which a batch ends, at least 1; one row that is larger still
 *     passes, as a batch of its own
 */
public record ReadSettings(long chunkBytes, int batchRows, long batchBytes) {

    private static final long MIN_CHUNK_BYTES = 1L << 20;

    public ReadSettings {
        if (chunkBytes < MIN_CHUNK_BYTES || batchRows < 1 || batchBytes < 1) {
            throw new IllegalArgumentException("A chunk has at least " + MIN_CHUNK_BYTES
                    + " bytes, a batch at least 1 row and 1 byte; got " + chunkBytes + " bytes, " + batchRows
                    + " rows and " + batchBytes + " bytes");
        }
    }

    /** Chunks of 128 MB, batches of 8192 rows or 8 MB. */
    public static ReadSettings defaults() {
        return new ReadSettings(128L << 20, 8192, 8L << 20);
    }
}
