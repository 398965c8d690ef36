package io.sluice.lake.commit;

import java.io.Serializable;

/**
 * A Puffin file with changes of one cut that wait in a table's load; durable.
 *
 * @param location where it is
 * @param bytes its size
 * @param footerBytes the size of its Puffin footer
 * @param pieces blobs in it
 * @param rows changes in it
 * @param madeAt the branch's head when it was made, which its blobs name as their snapshot
 */
public record SpoolFile(String location, long bytes, long footerBytes, int pieces, long rows, long madeAt)
        implements Serializable {}
