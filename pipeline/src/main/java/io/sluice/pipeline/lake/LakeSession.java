package io.sluice.pipeline.lake;

import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pipeline's tables, owned in one epoch.
 *
 * <p>Order of calls for cuts: {@link #openCut} and {@link CutWriter#apply} for cut N+1 may run while cut N is being
 * committed by another thread; {@link CutWriter#prepare} of N+1 is called only after {@link #commit} of N returned
 * {@link CommitOutcome.Kind#COMMITTED}. At most one cut is being collected and one committed at a time.
 */
public interface LakeSession extends AutoCloseable {

    /** How the names of notes begin that say nothing of what rows are made by ({@link #note}). */
    String PASSING = "last-";

    /** This owner's epoch. */
    long epoch();

    /** Every table's state as this session left it. */
    List<LakeTableState> tables();

    /**
     * A writer for rows of a table's snapshot. Any number of writers may work on one table, each used by one thread.
     * What they write is invisible until {@link #publish}.
     */
    SnapshotWriter snapshotWriter(TableId table);

    /**
     * Makes a table's snapshot visible, all files in one commit that also sets cut, position and phase
     * {@code STREAMING}. Publishing no files makes an empty table current.
     *
     * @param files what the table's writers finished; after a failure that is known not to have committed they are
     *     deleted
     * @param position the snapshot's position
     */
    CommitOutcome publish(TableId table, List<SnapshotFiles> files, long cut, Position position);

    /**
     * Notes in the table, durably, that it is to be loaded anew; what a load has of it already is dropped. The table's
     * {@link LakeTableState#load} is there from then on, with nothing in it.
     */
    CommitOutcome askLoad(TableId table);

    /**
     * Leaves a table behind where it is, as {@link #stop} does, and notes in the same commit that it is to be loaded anew, as
     * {@link #askLoad} does: its rows stay as they are until the load replaces them.
     */
    CommitOutcome stopForLoad(TableId table, String reason);

    /**
     * Forgets what is durable of the table's load: its next step begins a load anew, in the same commit that drops the
     * old one. Nothing changes in the lake before.
     */
    void beginLoad(TableId table);

    /**
     * Makes rows a durable part of the table's load, in one commit together with the ranges that they are; readers of
     * the table see nothing of it. May run beside {@link #commit}; the steps of one table follow one another.
     *
     * @param step its files are deleted when it is known that they were not committed
     */
    CommitOutcome addToLoad(TableId table, LoadStep step);

    /**
     * Notes durably that the table's load takes the changes after a position ({@link CutWriter#drain}), so that the source
     * need not keep them for it. A load of which nothing is durable yet begins with this commit. May run beside {@link
     * #commit} and {@link #addToLoad}.
     *
     * @param from not after the first position that a part of the load is read at
     */
    CommitOutcome beginDrain(TableId table, Position from);

    /** Deletes files that were finished and will not be published. */
    void discard(TableId table, List<SnapshotFiles> files);

    /**
     * Begins to collect a cut for the published tables, and for those whose load it publishes. The writer is used by one
     * thread.
     *
     * @param number higher than every table's cut; or the highest that any table has, to complete a cut that a crash
     *     left published in some tables only (no changes come for the tables that have it)
     * @param refetch how to read rows again that neither change nor lake can complete
     */
    CutWriter openCut(long number, RowRefetch refetch);

    /**
     * Publishes a prepared cut: every table's changes at the cut's position, in one catalog commit where the catalog
     * has one, otherwise table by table; tables that have the cut already are skipped, so that a cut whose commit broke
     * off can be committed again. When this returns {@code COMMITTED} or {@code ALREADY_COMMITTED}, the cut is durable
     * in every table.
     */
    CommitOutcome commit(PreparedCut cut);

    /**
     * Gives every table that follows the change stream, changed or not, the tag {@code cut-N} at its state of the cut;
     * tables that have it are skipped, so that tagging that broke off can be done again. Called when cut N is durable in
     * every table and no later one is being committed.
     *
     * @return {@code COMMITTED} or {@code ALREADY_COMMITTED} when every table has the tag
     */
    CommitOutcome tag(long cut);

    /**
     * The cut with the highest number of which any table has the tag, as the tables are now. When it is not {@link
     * LakeCut#tagged} in all of them, {@link #tag} completes it.
     */
    Optional<LakeCut> latestTag();

    /**
     * Keeps words of the pipeline's about a table: they stand beside its marks from its next commit on, whatever that
     * commit is, and come back in {@link LakeTableState#notes}. Names that were noted before and are not among these
     * keep their values. What was loaded and is not published is given up when notes change, unless their names begin with
     * {@link #PASSING}.
     *
     * @param notes short names, such as {@code columns}, and their texts
     */
    void note(TableId table, Map<String, String> notes);

    /** Durably leaves a table behind at its present position with phase {@code STOPPED}. */
    CommitOutcome stop(TableId table, String reason);

    /** Ends the session; open writers are abandoned and their files deleted. The epoch stays. */
    @Override
    void close();
}
