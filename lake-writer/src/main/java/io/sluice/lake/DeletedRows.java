package io.sluice.lake;

import java.util.Arrays;
import org.apache.iceberg.deletes.Deletes;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/** The positions that a cut deletes, a compressed bitmap per data file. Used by one thread. */
final class DeletedRows {

    private @Nullable PositionDeleteIndex[] files = new PositionDeleteIndex[16];
    private long count;

    /** Deletes a row. */
    void add(int file, long position) {
        if (file >= files.length) {
            files = Arrays.copyOf(files, Math.max(file + 1, files.length * 2));
        }
        PositionDeleteIndex positions = files[file];
        if (positions == null) {
            positions = Deletes.toPositionIndex(CloseableIterable.<Long>empty());
            files[file] = positions;
        }
        positions.delete(position);
        count++;
    }

    /** Deleted rows of a file, or null when there are none. */
    @Nullable
    PositionDeleteIndex of(int file) {
        return file < files.length ? files[file] : null;
    }

    /** One more than the highest file number that may have deleted rows. */
    int bound() {
        return files.length;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void clear() {
        Arrays.fill(files, null);
        count = 0;
    }
}
