package io.sluice.lake;

/**
 * Named places at which a test can let the process die. What is thrown from one passes every handler of the lake, as a
 * kill would: nothing is cleaned up. Throw an {@link Error}.
 *
 * <p>The places: {@link #AFTER_DATA_FILES}, {@link #AFTER_DELETES}, {@link #BEFORE_TABLE}, {@link #AFTER_FIRST_TABLE},
 * {@link #AFTER_CATALOG}, {@link #AFTER_OWNING_FIRST_TABLE}.
 */
@FunctionalInterface
public interface FailPoints {

    /** A cut's data files are durable, its deletion vectors are not written. */
    String AFTER_DATA_FILES = "cut.after-data-files";

    /** A cut's data files and deletion vectors are durable, nothing is committed. */
    String AFTER_DELETES = "cut.after-deletes";

    /** The next table's commit of a cut has not begun. */
    String BEFORE_TABLE = "cut.before-table";

    /** The first of several tables has the cut, the others do not. */
    String AFTER_FIRST_TABLE = "cut.after-first-table";

    /** A table's commit is in the catalog, its key index does not know. */
    String AFTER_CATALOG = "commit.after-catalog-before-index";

    /** The first of several tables has the new epoch, the others do not. */
    String AFTER_OWNING_FIRST_TABLE = "own.after-first-table";

    /** Nothing dies. */
    FailPoints NONE = name -> {};

    /** Called at the place. */
    void reach(String name);
}
