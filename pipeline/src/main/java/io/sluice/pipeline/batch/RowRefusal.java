package io.sluice.pipeline.batch;

import java.io.Serializable;

/**
 * A row that cannot be read or transformed without loss. Never with a value of it.
 *
 * @param row its index in the batch that was read
 * @param column the column whose value is at fault, or that the expression computes; {@link #FILTER} for the filter
 * @param reason why, and what to do, as a sentence without table and column
 * @param message the same with table, column and place, as a failure tells it
 */
public record RowRefusal(int row, String column, String reason, String message) implements Serializable {

    /** Stands for a column where the filter failed. */
    public static final String FILTER = "filter";

    /** The same for a row elsewhere. */
    public RowRefusal at(int newRow) {
        return new RowRefusal(newRow, column, reason, message);
    }
}
