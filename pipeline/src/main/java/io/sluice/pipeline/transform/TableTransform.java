package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.schema.TableSchema;

/**
 * The compiled projection, filter and route of one table in one schema version. Pure: the same batch gives the same
 * result, in batch mode and in streaming mode alike, and nothing is kept between calls. Safe for use by several threads.
 *
 * <p>In a batch of changes the filter is a filter on state. For an insert, an update or the second half of a move:
 *
 * <ul>
 *   <li>true: the row passes with its operation;
 *   <li>false or null: an insert is dropped; an update becomes a delete of its key; a move keeps only its first half, as
 *       a delete, plus a delete of the new key;
 *   <li>all values that it reads are unavailable: the row passes with {@code IF_PRESENT};
 *   <li>some of them are: the row passes with {@code REFETCH}.
 * </ul>
 *
 * A computed column whose inputs are all unavailable (or constant) is unavailable; one that mixes unavailable values
 * with others makes the row {@code REFETCH}. Deletes of a table with a key carry the key's columns only; deletes of a
 * table without a key are the transformed old row, dropped when the filter is not true for it.
 */
public interface TableTransform {

    /** The rows' schema before. */
    TableSchema input();

    /** The rows' schema in the lake: routed name, projected columns, the key's columns under their new names. */
    TableSchema output();

    /**
     * Transforms a batch. The result may share vectors with the input; whoever has to keep one of the two copies it.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code DATA_REFUSED} when a value of the batch has no lossless
     *     place ({@link ColumnBatch#refusals}), or an expression fails on one: overflow, division by zero, a cast that
     *     does not fit
     */
    ColumnBatch apply(ColumnBatch batch);

    /**
     * As {@link #apply}, but leaves out rows that cannot be transformed, as if the filter were not true for them. A value
     * without a lossless place matters only where filter or projection read it, and the projection only for rows that the
     * filter keeps. Where it takes an unavailable value to tell, the row passes with {@code REFETCH}. As fast as {@link
     * #apply} for a batch that it has nothing to leave out of.
     *
     * @param batch of a table with a key
     */
    SiftedRows sift(ColumnBatch batch);
}
