package io.sluice.lake.commit;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;

/**
 * Attempts that ended with an error. Some errors say that nothing happened and are wrong: a rename that HDFS did and
 * whose answer was lost, a request that a proxy sent twice. So what an attempt wrote is deleted only after the table was
 * read again: at once when the error claimed a failure and the table shows no effect; when nothing was claimed, once the
 * table has moved on, so that the attempt's swap cannot succeed any more.
 *
 * <p>Safe for use by several threads. Attempts are kept by the table's operations, of which each thread has its own: only
 * that thread has read the table after its attempt ended.
 */
final class Leftovers {

    /** What the error said. */
    enum Claim {
        /** The catalog answered that the swap failed. */
        FAILED,
        /** Nothing is known. */
        UNKNOWN
    }

    private record Attempt(StagedCommit staged, Claim claim) {

        boolean landedIn(TableMetadata now) {
            for (Snapshot snapshot : staged.updated().snapshots()) {
                if (staged.base().snapshot(snapshot.snapshotId()) == null
                        && now.snapshot(snapshot.snapshotId()) != null) {
                    return true;
                }
            }
            return staged.wrote(now.metadataFileLocation())
                    || now.previousFiles().stream().anyMatch(previous -> staged.wrote(previous.file()));
        }
    }

    private final CatalogSwap swap;
    private final Map<TableOperations, List<Attempt>> attempts = new ConcurrentHashMap<>();
    private final Set<String> landed = ConcurrentHashMap.newKeySet();

    Leftovers(CatalogSwap swap) {
        this.swap = swap;
    }

    /** An attempt ended with an error. */
    synchronized void add(StagedCommit staged, Claim claim) {
        attempts.computeIfAbsent(staged.target().operations(), table -> new CopyOnWriteArrayList<>())
                .add(new Attempt(staged, claim));
    }

    /** Whether something of the table has not been settled. */
    synchronized boolean has(TableOperations table) {
        return attempts.containsKey(table);
    }

    /** Settles what can be, on metadata that was read after the attempts ended. */
    synchronized void sweep(TableOperations table, TableMetadata now) {
        List<Attempt> open = attempts.get(table);
        if (open == null) {
            return;
        }
        for (Attempt attempt : open) {
            if (attempt.landedIn(now)) {
                landed.add(name(attempt.staged.target()));
                open.remove(attempt);
            } else if (attempt.claim == Claim.FAILED || swap.isSuperseded(attempt.staged.base(), now)) {
                attempt.staged.discard();
                open.remove(attempt);
            }
        }
        if (open.isEmpty()) {
            attempts.remove(table);
        }
    }

    /** Whether files of the change may be referenced: an attempt landed, or may do so yet. */
    synchronized boolean mayBeReferenced(CommitTarget target) {
        List<Attempt> open = attempts.getOrDefault(target.operations(), List.of());
        return landed.contains(name(target))
                || open.stream()
                        .anyMatch(attempt -> name(attempt.staged.target()).equals(name(target)));
    }

    private static String name(CommitTarget target) {
        return target.identifier() + " " + target.change().commitName();
    }
}
