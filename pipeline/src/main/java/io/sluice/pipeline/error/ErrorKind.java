package io.sluice.pipeline.error;

/**
 * Why a pipeline could not go on. One place in the service maps each kind to its retry policy and to the hint that the
 * operator sees; code that fails only names the kind.
 */
public enum ErrorKind {
    /** The pipeline's file asks for something that does not fit the source or itself. Never retried. */
    CONFIGURATION,
    /** The source cannot be reached or broke the connection. Retried. */
    SOURCE_UNAVAILABLE,
    /** The source answered no: password, privilege, setting, missing table, slot in use. */
    SOURCE_REFUSED,
    /** What the source must still have is gone: a dropped slot, removed log. Needs a new snapshot. */
    SOURCE_LOST,
    /** The source's schema is no longer the one the table was started with. Stops that table. */
    SCHEMA_CHANGED,
    /** A value or type has no lossless place in the lake. Stops before anything is changed. */
    DATA_REFUSED,
    /** The catalog or the storage cannot be reached. Retried. */
    LAKE_UNAVAILABLE,
    /** The catalog or the storage answered no: privilege, read-only warehouse, full disk. */
    LAKE_REFUSED,
    /** The lake's table is not as this pipeline left it: rolled back, written to, or owned by another pipeline. */
    LAKE_CONFLICT,
    /** A later owner has taken this pipeline over. This process must stop. */
    FENCED,
    /** The thread was interrupted; the open cut is given up whole. */
    INTERRUPTED,
    /** A defect of Sluice. */
    INTERNAL
}
