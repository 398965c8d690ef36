package io.sluice.pipeline.failpoint;

import java.util.EnumSet;
import java.util.Set;

/**
 * Every place at which a test can let the process die: both sides of each durable step.
 *
 * <p>A new durable step gets its constants here, with the phases in which the crash matrix reaches them, and calls {@link
 * FailPoints#reach} with them. That is all: the matrix is generated from this list, dies at each point in each phase
 * named, and fails when a phase is named in which the point is not reached, or one is not named in which it is.
 */
public enum FailPoint {
    /** The lake's table exists, with this owner's marks from the beginning. */
    OWN_AFTER_CREATION(Phase.SNAPSHOT, Phase.HANDOVER, Phase.DRAIN),
    /** The new epoch is about to be written into a table; tables before it have it. */
    OWN_BEFORE_TABLE(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** The new epoch is in a table; tables behind it do not have it. */
    OWN_AFTER_TABLE(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),

    /** A slot that an earlier run left without having published anything is about to be dropped. */
    SLOT_BEFORE_DROP(Phase.SNAPSHOT, Phase.LOST_STREAM),
    /** That slot is gone. */
    SLOT_AFTER_DROP(Phase.SNAPSHOT, Phase.LOST_STREAM),
    /** Nothing keeps the source's log yet. */
    SLOT_BEFORE_CREATION(Phase.SNAPSHOT, Phase.LOST_STREAM),
    /** Publication and slot exist, the exported snapshot with them; nothing is read. */
    SLOT_AFTER_CREATION(Phase.SNAPSHOT, Phase.LOST_STREAM),
    /** A snapshot of tables that join is about to begin beside the stream. */
    JOIN_BEFORE_SNAPSHOT(Phase.HANDOVER, Phase.MAINTENANCE, Phase.DRAIN),
    /** The snapshot of tables that join is taken; nothing is read. */
    JOIN_AFTER_SNAPSHOT(Phase.HANDOVER, Phase.MAINTENANCE, Phase.DRAIN),

    /** Rows of a snapshot are written; their files have no end yet. */
    SNAPSHOT_BEFORE_FILES(Phase.SNAPSHOT, Phase.HANDOVER, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** Files of a snapshot are durable; nothing refers to them. */
    SNAPSHOT_AFTER_FILES(Phase.SNAPSHOT, Phase.HANDOVER, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** A table is about to be marked to be loaded anew, stopped where it is or streaming; tables before it are. */
    LOAD_BEFORE_ASK(Phase.MAINTENANCE, Phase.LOST_STREAM),
    /** That stands in the lake; nobody has been told, and the old change stream may still be there. */
    LOAD_AFTER_ASK(Phase.MAINTENANCE, Phase.LOST_STREAM),
    /** A part of a load is about to become durable. */
    LOAD_BEFORE_STEP(Phase.SNAPSHOT, Phase.HANDOVER, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** A part of a load is durable; its reader does not know. */
    LOAD_AFTER_STEP(Phase.SNAPSHOT, Phase.HANDOVER, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** The source is about to be freed from keeping changes for a load: the load's mark does not say so yet. */
    DRAIN_BEFORE_MARK(Phase.DRAIN),
    /** A load's mark says from where on it takes changes. */
    DRAIN_AFTER_MARK(Phase.DRAIN),
    /** Changes for a load are written; their file has no end yet. */
    DRAIN_BEFORE_FILE(Phase.DRAIN),
    /** A file of changes for a load is durable; nothing refers to it. */
    DRAIN_AFTER_FILE(Phase.DRAIN),
    /** A load is about to take the changes of a cut; tables before it have the cut. */
    DRAIN_BEFORE_COMMIT(Phase.DRAIN),
    /** A load has the changes of a cut; tables behind it do not have the cut. */
    DRAIN_AFTER_COMMIT(Phase.DRAIN),
    /** Every table that was read is visible; the stream has not begun. */
    HANDOVER_BEFORE_STREAM(Phase.SNAPSHOT, Phase.HANDOVER, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),

    /** Rows that a cut or a part of a load leaves out are about to be noted; their file is written. */
    LETTERS_BEFORE_COMMIT(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** They are noted; what leaves them out is not committed. */
    LETTERS_AFTER_COMMIT(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),

    /** A cut is collected and its boundary known; its last files have no end yet. */
    CUT_BEFORE_FILES(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** A cut's data files are durable; its deletion vectors are not written. */
    CUT_AFTER_DATA_FILES(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** A cut's data files and deletion vectors are durable and its keys staged in the index; nothing is committed. */
    CUT_AFTER_DELETES(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** The next table's commit of a cut has not begun; with a commit over several tables, the cut's. */
    CUT_BEFORE_TABLE(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** A table's commit is in the catalog; its key index does not know. */
    CUT_AFTER_CATALOG(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** A table has the cut and its key index knows; tables behind it do not have it. */
    CUT_AFTER_TABLE(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),
    /** Every table has the cut; the pipeline has not been told. */
    CUT_AFTER_TABLES(
            Phase.SNAPSHOT, Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.LOST_STREAM, Phase.DRAIN),

    /** The next table of a cut is about to get its tag; tables before it have it. */
    TAG_BEFORE_TABLE(Phase.INCREMENTAL, Phase.MAINTENANCE),
    /** A table has the cut's tag; tables behind it do not have it. */
    TAG_AFTER_TABLE(Phase.INCREMENTAL, Phase.MAINTENANCE),
    /** Every table has the cut's tag; the pipeline has not been told. */
    TAG_AFTER_TABLES(Phase.INCREMENTAL, Phase.MAINTENANCE),

    /** A table is about to be left behind. */
    STOP_BEFORE_COMMIT(Phase.MAINTENANCE),
    /** A table is durably left behind; nobody has been told. */
    STOP_AFTER_COMMIT(Phase.MAINTENANCE),

    /** Everything up to a position is durable; the source does not know. */
    CONFIRM_BEFORE(Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.DRAIN),
    /** The source has been told, and says so to its slot soon. */
    CONFIRM_AFTER(Phase.HANDOVER, Phase.INCREMENTAL, Phase.MAINTENANCE, Phase.DRAIN);

    /** A part of a pipeline's life that the crash matrix goes through. */
    public enum Phase {
        /** From nothing, but for the slot of a run that published nothing, to the publication of every table. */
        SNAPSHOT,
        /** A table joins a pipeline that has changes to publish: read beside the stream, and published at its place. */
        HANDOVER,
        /** A restart with changes in several tables that are published as cuts, one of them tagged. */
        INCREMENTAL,
        /** Beside the stream: rows are read again, cuts are tagged, a table is loaded anew, one is left behind. */
        MAINTENANCE,
        /**
         * Beside the stream: a table joins and another one is loaded anew, for so long that their changes wait in their
         * loads.
         */
        DRAIN,
        /** The source has lost the stream of published tables: all are loaded anew with a new one. */
        LOST_STREAM
    }

    private final Set<Phase> phases;

    FailPoint(Phase... phases) {
        this.phases = EnumSet.noneOf(Phase.class);
        for (Phase phase : phases) {
            this.phases.add(phase);
        }
    }

    /** Whether the crash matrix reaches the point in this phase. */
    public boolean isReachedIn(Phase phase) {
        return phases.contains(phase);
    }
}
