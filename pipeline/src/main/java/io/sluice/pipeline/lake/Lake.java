package io.sluice.pipeline.lake;

import io.sluice.pipeline.schema.TableId;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A data lake: a catalog and the storage behind it. Safe for use by several threads. Methods throw
 * {@link io.sluice.pipeline.error.PipelineException} with a kind of {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED},
 * {@code LAKE_CONFLICT} or {@code CONFIGURATION}.
 */
public interface Lake extends AutoCloseable {

    /** What the tables that exist say; changes nothing. Tables that do not exist or carry no marks of Sluice's are left out. */
    List<LakeTableState> inspect(Collection<TableId> tables);

    /**
     * What keeps these tables from being written: a warehouse that cannot be written, an existing table of someone
     * else's, a schema that does not fit, a partition key that does not exist. Leaves nothing behind.
     */
    List<LakeProblem> check(String pipeline, List<LakeTableSpec> tables);

    /**
     * The latest cuts that the snapshots and tags of these tables tell of, highest number first; changes nothing. A cut
     * that is being committed may be listed before all its tables have it.
     *
     * @param limit at most so many, from 1
     */
    List<LakeCut> cuts(Collection<TableId> tables, int limit);

    /**
     * Becomes the pipeline's owner: creates tables that are missing and writes an epoch higher than any of theirs into
     * every table, before it returns. Earlier owners are fenced from then on.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code LAKE_CONFLICT} when a table belongs to another pipeline
     *     or is not as its last cut left it (rolled back, written to by someone else)
     */
    default LakeSession takeOver(String pipeline, List<LakeTableSpec> tables) {
        return takeOver(pipeline, tables, Map.of());
    }

    /**
     * As {@link #takeOver(String, List)}; besides, tables that can no longer be followed are left behind: the commit that
     * writes the epoch into them durably sets phase {@code STOPPED}. They do not belong to the session.
     *
     * @param left tables in the lake, each with the reason; those that do not exist are passed over
     */
    LakeSession takeOver(String pipeline, List<LakeTableSpec> tables, Map<TableId, String> left);

    /**
     * Becomes the owner of the table for rows without a place in the lake, and creates it when it is missing. Called after
     * {@link #takeOver}; earlier owners write nothing into it from then on.
     *
     * @param epoch the session's
     * @param owned tables of the session: they tell whether an epoch in the table that is higher is a later owner's
     * @throws io.sluice.pipeline.error.PipelineException {@code LAKE_CONFLICT} when the table is not this pipeline's or
     *     of another shape, {@code FENCED} when a later owner has it
     */
    DeadLetterLog deadLetters(String pipeline, TableId table, long epoch, Collection<TableId> owned);

    /**
     * The rows of the pipeline that are set aside at present, latest first; changes nothing. Empty when the table does not
     * exist.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code LAKE_CONFLICT} when the table is not this pipeline's or
     *     of another shape
     */
    List<DeadLetter> openDeadLetters(String pipeline, TableId table);

    /** The same of one table at the source: others' rows are not read. */
    List<DeadLetter> openDeadLetters(String pipeline, TableId table, TableId source);

    @Override
    void close();
}
