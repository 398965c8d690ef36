package io.sluice.pipeline.lake;

import java.util.List;
import java.util.Optional;

/**
 * The unfinished load of a table, first or anew: rows that are durable in the lake and that no reader of the table sees
 * before the cut that publishes them ({@link CutWriter#publishLoad}).
 *
 * @param ranges what is durable, neighbours of one position joined; empty for a load that was only asked for
 * @param rows rows in it
 * @param files data files in it
 * @param extent whether anything is left to read
 * @param drained the changes that wait in it; empty when the source has to keep them all
 */
public record TableLoad(
        List<LoadedRange> ranges, long rows, long files, Extent extent, Optional<DrainedChanges> drained) {

    /** How much of the table a load has. */
    public enum Extent {
        /** Parts are missing. */
        PARTIAL,
        /** Every part has been read. */
        COMPLETE
    }

    public TableLoad {
        ranges = List.copyOf(ranges);
    }

    /** A load without changes. */
    public TableLoad(List<LoadedRange> ranges, long rows, long files, Extent extent) {
        this(ranges, rows, files, extent, Optional.empty());
    }

    /** Whether every part has been read. */
    public boolean isComplete() {
        return extent == Extent.COMPLETE;
    }
}
