package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.RowRefusal;
import java.util.List;

/** A transformed batch without the rows that could not be transformed. */
public final class SiftedRows {

    private final ColumnBatch rows;
    private final int[] origins;
    private final List<RowRefusal> refusals;

    /**
     * What became of a batch.
     *
     * @param origins for each row of {@code rows} its index in the batch before; rising, and at least as long. Empty when
     *     it is the same
     * @param refusals what was left out, by its place in the batch before; by rising row, each row once
     */
    public SiftedRows(ColumnBatch rows, int[] origins, List<RowRefusal> refusals) {
        this.rows = rows;
        this.origins = origins;
        this.refusals = List.copyOf(refusals);
    }

    /** The transformed rows. */
    public ColumnBatch rows() {
        return rows;
    }

    /** Where a transformed row stands in the batch before. */
    public int origin(int row) {
        return origins.length == 0 ? row : origins[row];
    }

    /** The rows that were left out, by their places in the batch before: rising, each of them once. */
    public List<RowRefusal> refusals() {
        return refusals;
    }
}
