package io.sluice.pipeline.lake;

import io.sluice.pipeline.schema.TableId;
import java.util.List;
import java.util.Optional;

/**
 * Is told how a cut becomes visible in its tables, once for each step that a catalog takes: one table, or all of them where
 * the catalog commits them together. Called by the thread that commits; must return at once and not throw.
 */
@FunctionalInterface
public interface CommitListener {

    /** Nobody listens. */
    CommitListener NONE = (cut, tables) -> outcome -> {};

    /**
     * The commit of these tables begins.
     *
     * @param cut the cut's number
     * @param tables at least one
     * @return is told of its end, exactly once
     */
    Running begun(long cut, List<Part> tables);

    /** A commit that is under way. */
    @FunctionalInterface
    interface Running {

        /**
         * The commit is at its end.
         *
         * @param outcome how; empty when it failed without an outcome
         */
        void ended(Optional<CommitOutcome.Kind> outcome);
    }

    /**
     * What a cut does to one table.
     *
     * @param table in the lake
     * @param rows in the files that come to the table, or to its load
     * @param files data files, or files of changes that wait in its load, that come
     * @param deleteFiles deletion vectors or files of position deletes that come
     */
    record Part(TableId table, long rows, long files, long deleteFiles) {}
}
