package io.sluice.testkit.lake;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Two multisets of rows in the space of 128 bits a row: how often each row is on the source's side more than on the
 * lake's.
 */
final class RowDigests {

    /** A row's MD5, good against accidents. */
    record Digest(long high, long low) {}

    private final MessageDigest md5;
    private final Map<Digest, int[]> surplusAtSource = new HashMap<>();
    private long sourceRows;
    private long lakeRows;

    RowDigests() {
        try {
            md5 = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("MD5 belongs to every JDK", e);
        }
    }

    void addSource(@Nullable String[] row) {
        sourceRows++;
        surplusAtSource.computeIfAbsent(digest(row), key -> new int[1])[0]++;
    }

    void addLake(@Nullable String[] row) {
        lakeRows++;
        surplusAtSource.computeIfAbsent(digest(row), key -> new int[1])[0]--;
    }

    /** Forgets the rows that are equally often on both sides; tells whether any are left. */
    boolean settle() {
        surplusAtSource.values().removeIf(count -> count[0] == 0);
        return !surplusAtSource.isEmpty();
    }

    /** Whether the row is more often on one side, after {@link #settle}. */
    boolean differs(@Nullable String[] row) {
        return surplusAtSource.containsKey(digest(row));
    }

    long sourceRows() {
        return sourceRows;
    }

    long lakeRows() {
        return lakeRows;
    }

    private Digest digest(@Nullable String[] row) {
        for (String cell : row) {
            if (cell == null) {
                md5.update((byte) 0);
            } else {
                byte[] bytes = cell.getBytes(StandardCharsets.UTF_8);
                md5.update((byte) 1);
                md5.update(ByteBuffer.allocate(4).putInt(0, bytes.length));
                md5.update(bytes);
            }
        }
        ByteBuffer digest = ByteBuffer.wrap(md5.digest());
        return new Digest(digest.getLong(), digest.getLong());
    }
}
