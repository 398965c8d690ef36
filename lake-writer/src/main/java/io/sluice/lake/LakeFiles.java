package io.sluice.lake;

import io.sluice.lake.commit.TableChange;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.jspecify.annotations.Nullable;

/**
 * The data files of one table by the ordinals of its key index, with each one's present deletion vector. The thread that
 * collects a cut adds files; the thread that commits changes deletion vectors and removes files.
 */
final class LakeFiles {

    private @Nullable DataFile[] files = new DataFile[16];
    private @Nullable DeleteFile[] vectors = new DeleteFile[16];
    private boolean[] committed = new boolean[16];
    private int bound;

    /** Adds a file; column statistics are not kept. */
    synchronized void add(int ordinal, DataFile file, @Nullable DeleteFile vector, Visibility visibility) {
        if (ordinal >= files.length) {
            int capacity = Math.max(ordinal + 1, files.length * 2);
            files = Arrays.copyOf(files, capacity);
            vectors = Arrays.copyOf(vectors, capacity);
            committed = Arrays.copyOf(committed, capacity);
        }
        files[ordinal] = file.copyWithoutStats();
        vectors[ordinal] = vector;
        committed[ordinal] = visibility == Visibility.COMMITTED;
        bound = Math.max(bound, ordinal + 1);
    }

    /** Whether there is a file with this ordinal. */
    synchronized boolean has(int ordinal) {
        return ordinal < bound && files[ordinal] != null;
    }

    /** The file of an ordinal that the index gave. */
    synchronized DataFile file(int ordinal) {
        DataFile file = ordinal < bound ? files[ordinal] : null;
        if (file == null) {
            throw new IllegalStateException("The key index speaks of file " + ordinal + ", which is not in the table");
        }
        return file;
    }

    /** The file's deletion vector, or null. */
    synchronized @Nullable DeleteFile vector(int ordinal) {
        return vectors[ordinal];
    }

    /** Whether the ordinal's file is in the table. */
    synchronized boolean isCommitted(int ordinal) {
        return ordinal < bound && committed[ordinal];
    }

    /** A change is in the table from now on. */
    synchronized void committed(TableChange change) {
        Map<String, DeleteFile> newVectors = new HashMap<>();
        change.deletes().forEach(vector -> newVectors.put(vector.referencedDataFile(), vector));
        Set<String> removed = paths(change.removed());
        Set<String> added = paths(change.added());
        for (int ordinal = 0; ordinal < bound; ordinal++) {
            DataFile file = files[ordinal];
            if (file == null) {
                continue;
            }
            String path = file.location();
            if (removed.contains(path)) {
                remove(ordinal);
                continue;
            }
            committed[ordinal] |= added.contains(path);
            DeleteFile vector = newVectors.get(path);
            if (vector != null) {
                vectors[ordinal] = vector;
            }
        }
    }

    private static Set<String> paths(List<DataFile> files) {
        Set<String> paths = new HashSet<>();
        files.forEach(file -> paths.add(file.location()));
        return paths;
    }

    /** The file is gone, or never came to be. */
    synchronized void remove(int ordinal) {
        files[ordinal] = null;
        vectors[ordinal] = null;
        committed[ordinal] = false;
    }

    /** One more than the highest ordinal. */
    synchronized int bound() {
        return bound;
    }

    /** Whether readers can see a file. */
    enum Visibility {
        COMMITTED,
        PENDING
    }
}
