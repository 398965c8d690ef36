package io.sluice.lake;

import io.sluice.lake.commit.CommitRetries;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.CommitListener;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a lake is made from.
 *
 * @param catalog where the tables are
 * @param stateDirectory where the key indexes are kept: a cache that may be lost
 * @param cutBufferBytes heap that the changes of a cut may take before they are written to files, at least 1
 * @param indexMemoryBytes memory outside the heap for all key indexes together
 * @param retries how often a commit is tried
 * @param failPoints places where tests let the process die
 * @param ids makes unique ids for files and commits
 * @param commits is told how cuts become visible
 */
public record LakeOptions(
        CatalogOptions catalog,
        Path stateDirectory,
        long cutBufferBytes,
        long indexMemoryBytes,
        CommitRetries retries,
        FailPoints failPoints,
        Supplier<String> ids,
        CommitListener commits) {

    private static final long DEFAULT_CUT_BUFFER_BYTES = 128L << 20;
    private static final long DEFAULT_INDEX_MEMORY_BYTES = 128L << 20;

    public LakeOptions {
        if (cutBufferBytes < 1 || indexMemoryBytes < 1) {
            throw new IllegalArgumentException("The lake needs memory for cuts and for the key index, got "
                    + cutBufferBytes + " and " + indexMemoryBytes + " bytes");
        }
    }

    /** A lake with the default memory: 128 MB of heap for a cut, 128 MB beside the heap for the key indexes. */
    public static LakeOptions of(CatalogOptions catalog, Path stateDirectory) {
        return new LakeOptions(
                catalog,
                stateDirectory,
                DEFAULT_CUT_BUFFER_BYTES,
                DEFAULT_INDEX_MEMORY_BYTES,
                CommitRetries.DEFAULT,
                FailPoints.NONE,
                () -> UUID.randomUUID().toString(),
                CommitListener.NONE);
    }

    /** The same with another place for the key indexes. */
    public LakeOptions withStateDirectory(Path newStateDirectory) {
        return new LakeOptions(
                catalog, newStateDirectory, cutBufferBytes, indexMemoryBytes, retries, failPoints, ids, commits);
    }

    /** The same with other memory bounds. */
    public LakeOptions withMemory(long newCutBufferBytes, long newIndexMemoryBytes) {
        return new LakeOptions(
                catalog, stateDirectory, newCutBufferBytes, newIndexMemoryBytes, retries, failPoints, ids, commits);
    }

    /** The same with places to die at. */
    public LakeOptions withFailPoints(FailPoints newFailPoints) {
        return new LakeOptions(
                catalog, stateDirectory, cutBufferBytes, indexMemoryBytes, retries, newFailPoints, ids, commits);
    }

    /** The same with other retries. */
    public LakeOptions withRetries(CommitRetries newRetries) {
        return new LakeOptions(
                catalog, stateDirectory, cutBufferBytes, indexMemoryBytes, newRetries, failPoints, ids, commits);
    }

    /** The same with somebody who is told how cuts become visible. */
    public LakeOptions withCommits(CommitListener newCommits) {
        return new LakeOptions(
                catalog, stateDirectory, cutBufferBytes, indexMemoryBytes, retries, failPoints, ids, newCommits);
    }
}
