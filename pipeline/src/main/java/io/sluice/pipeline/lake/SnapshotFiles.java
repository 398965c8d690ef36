package io.sluice.pipeline.lake;

import java.io.Serializable;

/** Finished, durable, invisible data files of one table; can be sent to the process that publishes them. */
public interface SnapshotFiles extends Serializable {

    /** Rows in the files. */
    long rows();

    /** Bytes of the files. */
    long bytes();
}
