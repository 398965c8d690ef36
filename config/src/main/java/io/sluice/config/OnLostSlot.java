package io.sluice.config;

/** What becomes of a pipeline when its change stream has a gap, because the source dropped or invalidated its slot. */
public enum OnLostSlot {
    /** Every table is loaded anew; readers see the old content until all of the new one is there. */
    RESNAPSHOT,
    /** The pipeline fails, and somebody decides. */
    FAIL
}
