package io.sluice.pipeline.lake;

import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChunkRange;
import java.io.Serializable;
import java.util.List;

/**
 * What one commit adds to a table's load.
 *
 * @param files the rows of the ranges
 * @param ranges what was read, all of it at one position
 * @param position where
 * @param extent whether the load is complete with it
 */
public record LoadStep(List<SnapshotFiles> files, List<ChunkRange> ranges, Position position, TableLoad.Extent extent)
        implements Serializable {

    public LoadStep {
        files = List.copyOf(files);
        ranges = List.copyOf(ranges);
    }
}
