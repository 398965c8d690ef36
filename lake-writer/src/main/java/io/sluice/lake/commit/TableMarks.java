package io.sluice.lake.commit;

import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.UpdateProperties;

/**
 * What a table says about its owner and its progress, in its properties. The part that belongs to one commit stands in
 * that commit's snapshot summary too; the properties outlive the snapshots.
 *
 * @param pipeline {@code sluice.pipeline}: the pipeline that owns the table
 * @param epoch {@code sluice.epoch}: the owner's fencing token, from 1
 * @param owner {@code sluice.owner}: names the owning session, so that two that took the same epoch are told apart
 * @param cut {@code sluice.cut}: the last cut that changed the table, 0 before it is published
 * @param position {@code sluice.position}: that cut's position, empty before it is published
 * @param phase {@code sluice.phase}
 * @param snapshotId {@code sluice.snapshot-id}: the snapshot that the cut left as the current one, -1 before it is
 *     published
 * @param commitId {@code sluice.commit-id}: names the commit itself, so that after a lost answer it can be recognised;
 *     empty before there was one
 * @param stoppedReason {@code sluice.stopped-reason}: empty unless stopped
 * @param notes {@code sluice.source.*}: words of the pipeline's own about where the rows come from
 * @param load {@code sluice.load}: the unfinished load
 */
public record TableMarks(
        String pipeline,
        long epoch,
        String owner,
        long cut,
        String position,
        TablePhase phase,
        long snapshotId,
        String commitId,
        String stoppedReason,
        Map<String, String> notes,
        LoadMarks load)
        implements Serializable {

    public TableMarks {
        notes = Map.copyOf(notes);
    }

    public static final String PIPELINE = "sluice.pipeline";
    public static final String EPOCH = "sluice.epoch";
    public static final String OWNER = "sluice.owner";
    public static final String CUT = "sluice.cut";
    public static final String POSITION = "sluice.position";
    public static final String PHASE = "sluice.phase";
    public static final String SNAPSHOT_ID = "sluice.snapshot-id";
    public static final String COMMIT_ID = "sluice.commit-id";
    public static final String STOPPED_REASON = "sluice.stopped-reason";

    /** What the names of notes begin with. */
    public static final String NOTES = "sluice.source.";

    private static final List<String> NAMES = List.of(
            PIPELINE, EPOCH, OWNER, CUT, POSITION, PHASE, SNAPSHOT_ID, COMMIT_ID, STOPPED_REASON, LoadMarks.LOAD);

    /** The value of {@link #snapshotId} of a table that has not been published. */
    public static final long NO_SNAPSHOT = -1;

    /** The marks of a table that is owned and not yet published. */
    public static TableMarks unpublished(String pipeline, long epoch, String owner) {
        return new TableMarks(
                pipeline, epoch, owner, 0, "", TablePhase.SNAPSHOT, NO_SNAPSHOT, "", "", Map.of(), LoadMarks.NONE);
    }

    /**
     * Reads a table's properties; empty when they carry none of these marks.
     *
     * @throws IllegalArgumentException when they are there and make no sense
     */
    public static Optional<TableMarks> read(Map<String, String> properties) {
        String pipeline = properties.get(PIPELINE);
        if (pipeline == null) {
            return Optional.empty();
        }
        return Optional.of(new TableMarks(
                pipeline,
                number(properties, EPOCH, 0),
                properties.getOrDefault(OWNER, ""),
                number(properties, CUT, 0),
                properties.getOrDefault(POSITION, ""),
                TablePhase.valueOf(properties.getOrDefault(PHASE, TablePhase.SNAPSHOT.name())),
                number(properties, SNAPSHOT_ID, NO_SNAPSHOT),
                properties.getOrDefault(COMMIT_ID, ""),
                properties.getOrDefault(STOPPED_REASON, ""),
                notes(properties),
                properties.containsKey(LoadMarks.LOAD)
                        ? LoadMarks.parse(properties.get(LoadMarks.LOAD))
                        : LoadMarks.NONE));
    }

    private static Map<String, String> notes(Map<String, String> properties) {
        Map<String, String> notes = new HashMap<>();
        properties.forEach((name, value) -> {
            if (name.startsWith(NOTES)) {
                notes.put(name.substring(NOTES.length()), value);
            }
        });
        return notes;
    }

    private static long number(Map<String, String> properties, String name, long absent) {
        String text = properties.get(name);
        if (text == null || text.isEmpty()) {
            return absent;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Table property " + name + " is '" + text + "', expected a number", e);
        }
    }

    /** As table properties; marks that are not set yet are left out. */
    public Map<String, String> properties() {
        Map<String, String> result = new HashMap<>(summary());
        result.put(OWNER, owner);
        result.put(SNAPSHOT_ID, snapshotId == NO_SNAPSHOT ? "" : Long.toString(snapshotId));
        result.put(STOPPED_REASON, stoppedReason);
        result.put(LoadMarks.LOAD, load.exists() ? load.text() : "");
        result.values().removeIf(String::isEmpty);
        notes.forEach((name, text) -> result.put(NOTES + name, text));
        return result;
    }

    /** Makes the properties say exactly this. */
    void apply(UpdateProperties update) {
        Map<String, String> wanted = properties();
        for (String name : NAMES) {
            String value = wanted.get(name);
            if (value == null) {
                update.remove(name);
            } else {
                update.set(name, value);
            }
        }
        notes.forEach((name, text) -> update.set(NOTES + name, text));
    }

    /** The part that goes into the snapshot summary of the commit. */
    public Map<String, String> summary() {
        Map<String, String> result = new HashMap<>();
        result.put(PIPELINE, pipeline);
        result.put(EPOCH, Long.toString(epoch));
        result.put(CUT, Long.toString(cut));
        result.put(POSITION, position);
        result.put(PHASE, phase.name());
        result.put(COMMIT_ID, commitId);
        return result;
    }

    /** The same with another owner. */
    public TableMarks ownedBy(long newEpoch, String newOwner) {
        return new TableMarks(
                pipeline, newEpoch, newOwner, cut, position, phase, snapshotId, commitId, stoppedReason, notes, load);
    }

    /** The same on another snapshot. */
    public TableMarks withSnapshot(long newSnapshotId) {
        return new TableMarks(
                pipeline, epoch, owner, cut, position, phase, newSnapshotId, commitId, stoppedReason, notes, load);
    }

    /** The same with another load. */
    public TableMarks withLoad(LoadMarks newLoad) {
        return new TableMarks(
                pipeline, epoch, owner, cut, position, phase, snapshotId, commitId, stoppedReason, notes, newLoad);
    }

    /** After a commit that publishes a cut. */
    public TableMarks at(long newCut, String newPosition, String newCommitId) {
        return new TableMarks(
                pipeline,
                epoch,
                owner,
                newCut,
                newPosition,
                TablePhase.STREAMING,
                snapshotId,
                newCommitId,
                "",
                notes,
                load);
    }

    /** After the table was left behind. */
    public TableMarks stopped(String reason, String newCommitId) {
        return new TableMarks(
                pipeline,
                epoch,
                owner,
                cut,
                position,
                TablePhase.STOPPED,
                snapshotId,
                newCommitId,
                reason,
                notes,
                load);
    }

    /** The same, known by another commit. */
    TableMarks committedAs(String newCommitId) {
        return new TableMarks(
                pipeline, epoch, owner, cut, position, phase, snapshotId, newCommitId, stoppedReason, notes, load);
    }

    /** The same with other notes. */
    public TableMarks withNotes(Map<String, String> newNotes) {
        return new TableMarks(
                pipeline, epoch, owner, cut, position, phase, snapshotId, commitId, stoppedReason, newNotes, load);
    }

    /** Whether both describe the same progress, whoever owns it. */
    public boolean sameProgress(TableMarks other) {
        return cut == other.cut
                && snapshotId == other.snapshotId
                && position.equals(other.position)
                && phase == other.phase;
    }

    /** For the pipeline. */
    public LakeTableState state(TableId table) {
        return new LakeTableState(
                table,
                pipeline,
                epoch,
                cut,
                position.isEmpty() ? Optional.empty() : Optional.of(position),
                phase,
                snapshotId == NO_SNAPSHOT ? OptionalLong.empty() : OptionalLong.of(snapshotId),
                stoppedReason,
                notes,
                load.exists() ? Optional.of(load.load()) : Optional.empty());
    }

    /** For messages: what stands where. */
    public String describe() {
        return "cut " + cut + (position.isEmpty() ? "" : " at " + position) + ", epoch " + epoch + ", phase " + phase
                + ", snapshot " + (snapshotId == NO_SNAPSHOT ? "none" : Long.toString(snapshotId));
    }
}
