package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A row's key as a person can put it into a query: {@code id=17}, {@code a=1, b='x'}. Different keys differ in it. */
final class RowKeyText {

    /** A longer text is cut, and ends with a digest of the whole. */
    static final int LONGEST = 200;

    private static final int DIGEST_BYTES = 16;

    private RowKeyText() {}

    /** The key of a row of a batch whose schema has one. */
    static String of(ColumnBatch batch, int row) {
        StringBuilder text = new StringBuilder();
        for (int column : batch.schema().key()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(batch.schema().column(column).name())
                    .append('=')
                    .append(literal(batch.column(column), row));
        }
        return text.length() <= LONGEST ? text.toString() : shortened(text.toString());
    }

    private static String shortened(String text) {
        String digest = HexFormat.of().formatHex(sha256(text), 0, DIGEST_BYTES);
        int end = LONGEST - digest.length() - 10;
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + "… sha256 " + digest;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private static String literal(ColumnVector vector, int row) {
        if (vector.isNull(row)) {
            return "NULL";
        }
        String text = ValueText.of(vector, row);
        return switch (vector.type().kind()) {
            case BOOLEAN, INT32, INT64, FLOAT32, FLOAT64, DECIMAL -> text;
            case DATE, TIME, TIMESTAMP, TIMESTAMP_TZ, STRING, BINARY, UUID -> "'" + text.replace("'", "''") + "'";
        };
    }
}
