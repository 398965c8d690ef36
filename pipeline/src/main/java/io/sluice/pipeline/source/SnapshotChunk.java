package io.sluice.pipeline.source;

import io.sluice.pipeline.schema.TableId;
import java.io.Serializable;

/** A part of a table that one reader reads in one go; can be sent to another process. */
public interface SnapshotChunk extends Serializable {

    /** The table at the source. */
    TableId table();

    /** 0 to n - 1 within the table; the same table at the same size gives the same chunks. */
    int index();

    /** Which part of the table it is; the ranges of a table's chunks do not overlap and leave nothing out. */
    ChunkRange range();

    /** The source's estimate, 0 or more. */
    long estimatedRows();
}
