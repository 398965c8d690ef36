package io.sluice.lake.index;

import io.sluice.pipeline.batch.ColumnVector;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The identity of a row of a table without a key: the first 128 bits of the SHA-256 of all its values. A cryptographic
 * digest, because two different rows with one digest would let a delete remove the wrong one, and rows are user input.
 * Used by one thread.
 */
public final class RowDigest {

    /** Bytes of a digest. */
    public static final int LENGTH = 16;

    private final MessageDigest sha256;
    private final byte[] full;
    private final KeyBuffer values = new KeyBuffer();

    /** A digest to be used for any number of rows. */
    public RowDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
        full = new byte[sha256.getDigestLength()];
    }

    /**
     * Appends a row's digest.
     *
     * @param row the row whose values count
     * @param fallback the row that has the values that are unavailable in {@code row}; {@code row} itself when there is none
     */
    public void digest(ColumnVector[] columns, int row, int fallback, KeyBuffer out) {
        values.clear();
        for (ColumnVector column : columns) {
            KeyEncoder.encode(column, column.isUnavailable(row) ? fallback : row, values);
        }
        sha256.update(values.bytes(), 0, values.length());
        try {
            sha256.digest(full, 0, full.length);
        } catch (DigestException e) {
            throw new IllegalStateException("The buffer has the digest's length", e);
        }
        out.putBytes(full, 0, LENGTH);
    }
}
