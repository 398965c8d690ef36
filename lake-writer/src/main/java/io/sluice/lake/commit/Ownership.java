package io.sluice.lake.commit;

import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/** Writes a new owner's epoch into a table, on metadata that was found to be as the owner before left it. */
public final class Ownership {

    private final CatalogSwap swap;
    private final CommitRetries retries;
    private final Supplier<String> ids;
    private final Leftovers leftovers;

    /**
     * For the tables of one catalog.
     *
     * @param ids makes unique ids
     */
    public Ownership(Catalog catalog, CommitRetries retries, Supplier<String> ids) {
        this.swap = CatalogSwap.of(catalog);
        this.retries = retries;
        this.ids = ids;
        this.leftovers = new Leftovers(swap);
    }

    /**
     * Checks that a table may be owned by a pipeline and gives its marks; empty for a table without marks that nobody
     * has written to.
     *
     * @throws PipelineException {@code LAKE_CONFLICT} when it belongs to someone else or is not as its last cut left it
     */
    public static Optional<TableMarks> claim(TableId table, TableMetadata metadata, String pipeline) {
        Optional<TableMarks> found;
        try {
            found = TableMarks.read(metadata.properties());
        } catch (IllegalArgumentException e) {
            throw conflict(table, "its marks make no sense: " + e.getMessage());
        }
        if (found.isEmpty()) {
            if (metadata.currentSnapshot() != null) {
                throw conflict(
                        table,
                        "it has rows that Sluice did not write. Name another sink table, or drop this one if its rows"
                                + " are not needed");
            }
            return found;
        }
        TableMarks marks = found.get();
        requireOwn(table, marks, pipeline);
        if (marks.phase() == TablePhase.STOPPED) {
            // Nothing is put on top of its rows; a load would replace them.
            return found;
        }
        Optional<String> contradiction = SnapshotClaim.contradiction(metadata, marks);
        if (contradiction.isPresent()) {
            throw conflict(table, contradiction.get());
        }
        return found;
    }

    /**
     * As {@link #claim}, for a table that is to be left behind, whatever someone else did to it.
     *
     * @throws PipelineException {@code LAKE_CONFLICT} when it belongs to another pipeline
     */
    public static Optional<TableMarks> claimToLeave(TableId table, TableMetadata metadata, String pipeline) {
        Optional<TableMarks> found = TableMarks.read(metadata.properties());
        found.ifPresent(marks -> requireOwn(table, marks, pipeline));
        return found;
    }

    private static void requireOwn(TableId table, TableMarks marks, String pipeline) {
        if (!marks.pipeline().equals(pipeline)) {
            throw conflict(
                    table,
                    "it belongs to pipeline '" + marks.pipeline() + "', expected '" + pipeline
                            + "'. Give one of the two another sink table");
        }
    }

    /**
     * Makes a session the table's owner.
     *
     * @param epoch higher than every epoch seen in the pipeline's tables
     * @param left why the table is left behind with this commit; empty when it is followed
     * @return the table's marks from now on; empty when another session took the same or a higher epoch meanwhile
     * @throws PipelineException {@code LAKE_CONFLICT}, {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED}
     */
    public Optional<TableMarks> take(
            TableId table,
            TableIdentifier identifier,
            TableOperations operations,
            String pipeline,
            long epoch,
            String owner,
            Optional<String> left) {
        RuntimeException last = new IllegalStateException("Nothing was tried");
        for (int attempt = 1; attempt <= retries.attempts() + 1; attempt++) {
            if (attempt > 1) {
                retries.pause(attempt - 1);
            }
            TableMetadata base;
            try {
                base = operations.refresh();
            } catch (NoSuchTableException e) {
                throw conflict(table, "it was dropped while the pipeline started. Start the pipeline again");
            } catch (RuntimeException e) {
                last = e;
                continue;
            }
            leftovers.sweep(operations, base);
            Optional<TableMarks> found =
                    left.isPresent() ? claimToLeave(table, base, pipeline) : claim(table, base, pipeline);
            if (found.isPresent()
                    && found.get().owner().equals(owner)
                    && found.get().epoch() == epoch) {
                return found;
            }
            if (found.isPresent() && found.get().epoch() >= epoch) {
                return Optional.empty();
            }
            if (attempt > retries.attempts()) {
                break;
            }
            TableMarks before = found.orElse(TableMarks.unpublished(pipeline, 0, ""));
            TableMarks owned = accepted(before, SnapshotClaim.current(base)).ownedBy(epoch, owner);
            TableMarks next =
                    left.map(reason -> owned.stopped(reason, ids.get())).orElse(owned);
            CommitTarget target = new CommitTarget(
                    identifier, operations, TableChange.marks(table, TableChange.Kind.OWN, before, next));
            StagedCommit staged = StagedCommit.stage(target, base, swap.fencing());
            try {
                swap.swap(List.of(staged));
                return Optional.of(staged.marks());
            } catch (CommitFailedException e) {
                leftovers.add(staged, Leftovers.Claim.FAILED);
                last = e;
            } catch (RuntimeException e) {
                leftovers.add(staged, Leftovers.Claim.UNKNOWN);
                last = e;
            }
        }
        throw StorageFailures.of(table, "write the pipeline's epoch into the properties", last);
    }

    /** Files that someone rewrote are new to the key index: the last commit's own layer no longer fits them. */
    private TableMarks accepted(TableMarks marks, long current) {
        return marks.snapshotId() == current
                ? marks
                : marks.withSnapshot(current).committedAs(ids.get());
    }

    private static PipelineException conflict(TableId table, String what) {
        return new PipelineException(
                ErrorKind.LAKE_CONFLICT, table, "Lake table " + table + " cannot be taken over: " + what, null);
    }
}
