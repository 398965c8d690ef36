package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.schema.DataType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Puts the results of branches, each computed for some of the rows, together again; rows of no branch are null. */
final class Merger {

    private final DataType type;
    private final int rows;
    private final int[] places;
    private @Nullable ColumnVector parts;
    private @Nullable ColumnVector whole;

    Merger(DataType type, int rows) {
        this.type = type;
        this.rows = rows;
        this.places = new int[rows];
        Arrays.fill(places, -1);
    }

    /** Takes the results for the rows {@code taken[0..count)}. */
    void add(ColumnVector part, int[] taken, int count) {
        if (count == rows) {
            whole = part;
            return;
        }
        ColumnVector all = parts;
        if (all == null) {
            all = ColumnVector.create(type, rows);
            parts = all;
        }
        int first = all.size();
        all.appendAll(part);
        for (int i = 0; i < count; i++) {
            places[taken[i]] = first + i;
        }
    }

    ColumnVector result() {
        if (whole != null) {
            return whole;
        }
        ColumnVector all = parts;
        return (all == null ? ColumnVector.create(type, 0) : all).gather(places, rows);
    }
}
