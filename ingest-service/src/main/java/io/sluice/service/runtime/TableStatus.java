package io.sluice.service.runtime;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One table of a running pipeline at one moment.
 *
 * @param source the table's name at the source
 * @param sink the table's name in the lake
 * @param phase how far it is
 * @param loading whether it is being read, first or anew; readers see its old content, if any, meanwhile
 * @param rowsRead rows of the snapshot read so far
 * @param rowsEstimated rows of the snapshot expected; the source's estimate until the table is read, then the truth
 * @param bytesRead bytes received for the snapshot so far
 * @param changes changes applied since the pipeline started in this process
 * @param position the source position the table is published at
 * @param snapshotId the Iceberg snapshot it is published in
 * @param detail why it is stopped; empty otherwise
 * @param setAside rows of the source that are set aside at present
 */
public record TableStatus(
        String source,
        String sink,
        PipelinePhase phase,
        boolean loading,
        long rowsRead,
        long rowsEstimated,
        long bytesRead,
        long changes,
        Optional<String> position,
        OptionalLong snapshotId,
        String detail,
        long setAside) {}
