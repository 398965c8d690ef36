package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnBatch;
import java.util.BitSet;

/** The values of a batch of changes that the log left out because they did not change. */
final class UnavailableValues {

    private final ColumnBatch batch;

    UnavailableValues(ColumnBatch batch) {
        this.batch = batch;
    }

    /** Whether any row has one in these columns. */
    boolean in(BitSet columns) {
        for (int i = columns.nextSetBit(0); i >= 0; i = columns.nextSetBit(i + 1)) {
            if (batch.column(i).hasUnavailable()) {
                return true;
            }
        }
        return false;
    }

    /** How many of these columns have one in a row. */
    int count(BitSet columns, int row) {
        int missing = 0;
        for (int i = columns.nextSetBit(0); i >= 0; i = columns.nextSetBit(i + 1)) {
            missing += batch.column(i).isUnavailable(row) ? 1 : 0;
        }
        return missing;
    }
}
