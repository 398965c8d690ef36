package io.sluice.lake.commit;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTransaction;
import org.apache.iceberg.BlobMetadata;
import org.apache.iceberg.GenericBlobMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;

/**
 * Where the changes that wait in a table's load are: each commit's in a Puffin file that is a statistics file of an empty
 * snapshot on the branch {@code sluice-load}. So the table's metadata refers to it, and no engine takes it for an orphan;
 * readers of statistics pass over blobs of a type that they do not know. The order of the snapshots is the order of the
 * changes.
 */
public final class Spools {

    /** The type of the blobs. */
    public static final String BLOB = "sluice-changes-v1";

    /** A property of tables whose loads ever took changes. */
    static final String DRAINED = "sluice.drained";

    private Spools() {}

    /** Whether a file of changes was ever written for a load of the table. */
    public static boolean everDrained(TableMetadata metadata) {
        return metadata.properties().containsKey(DRAINED);
    }

    /** The files in the order of their changes. */
    public static List<StatisticsFile> files(TableMetadata metadata) {
        return metadata.statisticsFiles().stream()
                .filter(Spools::isSpool)
                .sorted(Comparator.comparingLong(file -> sequence(metadata, file)))
                .toList();
    }

    private static boolean isSpool(StatisticsFile file) {
        return file.blobMetadata().stream().anyMatch(blob -> blob.type().equals(BLOB));
    }

    private static long sequence(TableMetadata metadata, StatisticsFile file) {
        Snapshot snapshot = metadata.snapshot(file.snapshotId());
        return snapshot == null ? Long.MAX_VALUE : snapshot.sequenceNumber();
    }

    /** The metadata without them. */
    static TableMetadata removed(TableMetadata metadata) {
        List<StatisticsFile> files = files(metadata);
        if (files.isEmpty()) {
            return metadata;
        }
        TableMetadata.Builder builder = TableMetadata.buildFrom(metadata);
        files.forEach(file -> builder.removeStatistics(file.snapshotId()));
        return builder.build();
    }

    /** Adds a commit's file, on a snapshot of its own. */
    static void add(BaseTransaction transaction, TableChange change) {
        for (SpoolFile file : change.load().drain().files()) {
            AppendFiles empty = transaction.newFastAppend();
            StagedCommit.summarise(empty, StagedCommit.stepSummary(change));
            empty.toBranch(LoadMarks.BRANCH).commit();
            Snapshot head =
                    transaction.currentMetadata().snapshot(CommitGuard.headOfLoad(transaction.currentMetadata()));
            BlobMetadata blob = new GenericBlobMetadata(
                    BLOB, file.madeAt(), head.sequenceNumber(), List.of(), Collections.emptyMap());
            transaction
                    .updateStatistics()
                    .setStatistics(new GenericStatisticsFile(
                            head.snapshotId(),
                            file.location(),
                            file.bytes(),
                            file.footerBytes(),
                            Collections.nCopies(file.pieces(), blob)))
                    .commit();
            keepHistory(transaction);
        }
    }

    /** Whoever expires snapshots of the table is told to leave those of the branch, which the files hang on. */
    private static void keepHistory(BaseTransaction transaction) {
        SnapshotRef ref = transaction.currentMetadata().ref(LoadMarks.BRANCH);
        if (ref != null && ref.minSnapshotsToKeep() == null) {
            transaction
                    .manageSnapshots()
                    .setMinSnapshotsToKeep(LoadMarks.BRANCH, Integer.MAX_VALUE)
                    .commit();
        }
    }
}
