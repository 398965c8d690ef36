package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnVector;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows that an expression is evaluated on: all rows of a batch, or some of them. Columns of a selection are gathered
 * when they are first asked for, so that every kernel loops over dense rows and a branch never sees rows it must not.
 * Used by one thread during one batch.
 */
final class Frame {

    private final int rows;
    private final @Nullable ColumnVector[] columns;
    private final @Nullable ColumnVector[] shared;
    private final @Nullable Frame parent;
    private final int[] selection;

    private Frame(
            int rows, @Nullable ColumnVector[] columns, int sharedCount, @Nullable Frame parent, int[] selection) {
        this.rows = rows;
        this.columns = columns;
        this.shared = new ColumnVector[sharedCount];
        this.parent = parent;
        this.selection = selection;
    }

    /**
     * All rows of a batch.
     *
     * @param sharedCount the number of {@link SharedExpression} slots
     */
    static Frame of(ColumnVector[] columns, int rows, int sharedCount) {
        return new Frame(rows, Arrays.copyOf(columns, columns.length), sharedCount, null, new int[0]);
    }

    /** The number of rows. */
    int rows() {
        return rows;
    }

    /** The rows {@code selection[0..count)} of this frame, in rising order; this frame when that is all of them. */
    Frame select(int[] selection, int count) {
        if (count == rows) {
            return this;
        }
        return new Frame(count, new ColumnVector[columns.length], shared.length, this, Arrays.copyOf(selection, count));
    }

    /** The values of a column in these rows. */
    ColumnVector column(int index) {
        ColumnVector column = columns[index];
        if (column == null) {
            if (parent == null) {
                throw new IllegalStateException("Column " + index + " of the batch is missing");
            }
            column = parent.column(index).gather(selection, rows);
            columns[index] = column;
        }
        return column;
    }

    /** What was stored in a slot for these rows or for more of them. */
    @Nullable
    ColumnVector shared(int slot) {
        ColumnVector result = shared[slot];
        if (result == null && parent != null) {
            ColumnVector wider = parent.shared(slot);
            if (wider != null) {
                result = wider.gather(selection, rows);
                shared[slot] = result;
            }
        }
        return result;
    }

    /** Stores a result for these rows. */
    void share(int slot, ColumnVector result) {
        shared[slot] = result;
    }
}
