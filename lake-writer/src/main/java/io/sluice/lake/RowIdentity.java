package io.sluice.lake;

import io.sluice.lake.index.KeyBuffer;
import io.sluice.lake.index.KeyEncoder;
import io.sluice.lake.index.KeyIndex;
import io.sluice.lake.index.RowDigest;
import io.sluice.lake.index.RowLocation;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.TableSchema;

/**
 * What tells the rows of a table apart: the key, or for a table without one a digest of all values.
 *
 * <p>Equal rows of a table without a key are numbered from 1. The key index has the location of number n under the
 * digest followed by n, and under the digest alone how many there are.
 */
final class RowIdentity {

    private final TableSchema schema;
    private final int[] columns;
    private final RowDigest digest = new RowDigest();

    RowIdentity(TableSchema schema) {
        this.schema = schema;
        this.columns = schema.hasKey()
                ? schema.key().stream().mapToInt(Integer::intValue).toArray()
                : java.util.stream.IntStream.range(0, schema.width()).toArray();
    }

    /** Indexes of the columns that identity is made of. */
    int[] columns() {
        return columns;
    }

    /** Puts a row's key into the buffer. */
    void key(ColumnVector[] vectors, int row, KeyBuffer out) {
        out.clear();
        KeyEncoder.encode(vectors, columns, row, out);
    }

    /** Puts a row's digest into the buffer; values that are unavailable are taken from the fallback row. */
    void digest(ColumnVector[] vectors, int row, int fallback, KeyBuffer out) {
        out.clear();
        digest.digest(vectors, row, fallback, out);
    }

    /** Makes the digest in the buffer the key of its {@code number}-th row. */
    static void number(KeyBuffer digest, long number) {
        digest.truncate(RowDigest.LENGTH);
        digest.putLong(number);
    }

    /** Notes one row in a bulk load. */
    void load(ColumnVector[] vectors, int row, int file, long position, KeyIndex.Load load, KeyBuffer key) {
        long location = RowLocation.of(file, position);
        if (schema.hasKey()) {
            key(vectors, row, key);
            load.put(key.bytes(), key.length(), location);
            return;
        }
        digest(vectors, row, row, key);
        long before = load.lookup(key.bytes(), key.length());
        long number = before == RowLocation.ABSENT ? 1 : before + 1;
        load.put(key.bytes(), key.length(), number);
        number(key, number);
        load.put(key.bytes(), key.length(), location);
    }
}
