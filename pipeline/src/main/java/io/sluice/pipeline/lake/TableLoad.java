package io.sluice.pipeline.lake;

import java.util.List;

/**
 * The unfinished load of a table, first or anew: rows that are durable in the lake and that no reader of the table sees
 * before the cut that publishes them ({@link CutWriter#publishLoad}).
 *
 * @param ranges what is durable, neighbours of one position joined; empty for a load that was only asked for
 * @param rows rows in it
 * @param files data files in it
 * @param extent whether anything is left to read
 */
public record TableLoad(List<LoadedRange> ranges, long rows, long files, Extent extent) {

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

    /** Whether every part has been read. */
    public boolean isComplete() {
        return extent == Extent.COMPLETE;
    }
}
