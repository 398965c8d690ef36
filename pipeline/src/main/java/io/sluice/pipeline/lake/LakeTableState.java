package io.sluice.pipeline.lake;

import io.sluice.pipeline.schema.TableId;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a lake table says about its own progress.
 *
 * @param table the table in the lake
 * @param pipeline the pipeline that owns it
 * @param epoch the owner's epoch, from 1
 * @param cut the last cut that changed it; 0 before it is published
 * @param position the source position of that cut as text ({@code sluice.position}); empty before it is published
 * @param phase where it is in its life
 * @param snapshotId the Iceberg snapshot that the last cut made; empty before it is published
 * @param detail why it is stopped; empty otherwise
 * @param notes what the pipeline noted with the table's commits ({@link LakeSession#note})
 * @param load what is durable of a load that readers do not see yet; empty when none is under way
 */
public record LakeTableState(
        TableId table,
        String pipeline,
        long epoch,
        long cut,
        Optional<String> position,
        TablePhase phase,
        OptionalLong snapshotId,
        String detail,
        Map<String, String> notes,
        Optional<TableLoad> load) {

    public LakeTableState {
        notes = Map.copyOf(notes);
    }

    /** A state without a load under way. */
    public LakeTableState(
            TableId table,
            String pipeline,
            long epoch,
            long cut,
            Optional<String> position,
            TablePhase phase,
            OptionalLong snapshotId,
            String detail,
            Map<String, String> notes) {
        this(table, pipeline, epoch, cut, position, phase, snapshotId, detail, notes, Optional.empty());
    }
}
