package io.sluice.lake.parquet;

/**
 * What one {@link PartitionedFileWriter} may hold at once.
 *
 * @param openFiles files being written at a time, at least 1; when another is needed, the one that was written to least
 *     recently is ended
 * @param bufferedBytes encoded bytes of all open files that wait for their row group's end, at least 1; when there are
 *     more, the largest row group is ended early
 */
public record WriterLimits(int openFiles, long bufferedBytes) {

    /** 64 files and 256 MB. */
    public static final WriterLimits DEFAULT = new WriterLimits(64, 256L << 20);

    public WriterLimits {
        if (openFiles < 1 || bufferedBytes < 1) {
            throw new IllegalArgumentException(
                    "A writer needs one open file and one byte at least, got " + openFiles + " and " + bufferedBytes);
        }
    }
}
