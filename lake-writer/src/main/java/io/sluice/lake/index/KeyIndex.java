package io.sluice.lake.index;

import java.util.Map;
import java.util.Optional;

/**
 * The key index of one table: key bytes to {@link RowLocation}, with the files that the locations' ordinals stand for.
 *
 * <p>Three layers, asked from the top: the <em>open</em> layer of the cut that is being collected, the <em>sealed</em>
 * layer of the cut before it while that is being committed, and the <em>base</em>, which is true for exactly one
 * snapshot of the table ({@link #marker}). A sealed layer survives a crash together with the id of its commit, so that
 * after one the table itself says whether the layer is to be promoted or dropped.
 *
 * <p>One thread looks up, writes and seals; another may promote or drop the sealed layer meanwhile.
 */
public interface KeyIndex extends AutoCloseable {

    /** What the base is true for; empty when it has never been built or a build broke off. */
    Optional<Marker> marker();

    /** The layer that waits for its commit's outcome. */
    Optional<Sealed> sealed();

    /** The files of the base, by ordinal. */
    Map<Integer, String> files();

    /** A number for a new file that no layer uses yet. */
    int nextFile();

    /** The location of a key's row as the open layer has it, or {@link RowLocation#ABSENT}. */
    long lookup(byte[] key, int length);

    /** Opens the layer of a cut; there must be none open. */
    void open();

    /** Notes in the open layer that the key's row is at a location. Seen by {@link #lookup} at once. */
    void put(byte[] keys, int start, int length, long location);

    /** Notes in the open layer that the key has no row. */
    void remove(byte[] keys, int start, int length);

    /** Empties the table as the open layer sees it. */
    void truncate();

    /** Gives the open layer up. Does nothing when there is none. */
    void abandon();

    /**
     * Closes the open layer, which then waits for its commit. There must be no other sealed layer.
     *
     * @param commitId the id under which the table will show the commit
     * @param newFiles files that the layer's locations stand for, by ordinal
     */
    void seal(String commitId, Map<Integer, String> newFiles);

    /**
     * The sealed layer's commit went through: it becomes part of the base, which from now on is true for
     * {@code snapshotId}. A crash in between leaves the layer sealed; promoting it again has the same result.
     */
    void promote(String commitId, long snapshotId);

    /** The sealed layer's commit did not go through and never will. Does nothing when there is none. */
    void dropSealed();

    /** Declares that the base, unchanged, is true for another snapshot too: one that changed no row. */
    void remark(long snapshotId);

    /** Throws everything away and begins to load the base anew. */
    Load rebuild();

    @Override
    void close();

    /**
     * What a base is true for.
     *
     * @param tableUuid the table's own id, so that a dropped and recreated table is not taken for the same
     * @param snapshotId the Iceberg snapshot
     */
    record Marker(String tableUuid, long snapshotId) {}

    /**
     * A sealed layer.
     *
     * @param commitId the id under which the table shows its commit
     * @param base the snapshot that it was made on
     */
    record Sealed(String commitId, long base) {}

    /** A bulk load of the base. Until {@link #finish} the index has no marker. Used by one thread. */
    interface Load {

        /** Declares a file. */
        void file(int ordinal, String path);

        /** The location that was put for a key, or {@link RowLocation#ABSENT}. */
        long lookup(byte[] key, int length);

        /** Puts a key's location. */
        void put(byte[] key, int length, long location);

        /** Makes the load durable and valid for a snapshot. */
        void finish(Marker marker);
    }
}
