package io.sluice.lake.commit;

import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/**
 * Gives tables the tag of a cut. A tag is set only on metadata that shows this owner's epoch, and a table that has it is
 * left alone, so that tagging may be called any number of times. Tags are set when the cut is durable in every table and
 * before a later one is committed: at most the tag with the highest number can ever be in some tables only.
 */
public final class CutTags {

    /** What comes before the cut's number in a tag's name. */
    public static final String PREFIX = "cut-";

    private final CatalogSwap swap;
    private final CommitRetries retries;
    private final FailPoints failPoints;

    /** Tags for the tables of one catalog. */
    public CutTags(Catalog catalog, CommitRetries retries, FailPoints failPoints) {
        this.swap = CatalogSwap.of(catalog);
        this.retries = retries;
        this.failPoints = failPoints;
    }

    /** The tag's name. */
    static String name(long cut) {
        return PREFIX + cut;
    }

    /** The number in a reference's name; empty when it is not the tag of a cut. */
    static OptionalLong number(String reference) {
        String digits = reference.startsWith(PREFIX) ? reference.substring(PREFIX.length()) : "";
        return digits.matches("[1-9][0-9]{0,17}") ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
    }

    /** A change that says which table is meant, and which marks it shows as its owner left it. */
    public static TableChange target(TableId table, TableMarks marks) {
        return TableChange.marks(table, TableChange.Kind.MARK, marks, marks);
    }

    /**
     * Sets the tag in every table, in one step where the catalog has one over several tables.
     *
     * @param targets made by {@link #target}; their marks' snapshots are the tables' states at the cut
     * @throws PipelineException {@code LAKE_REFUSED}, {@code INTERRUPTED}; some tables may have the tag then
     */
    public CommitOutcome tag(List<CommitTarget> targets, long cut) {
        Map<TableId, Long> tagged = new HashMap<>();
        List<List<CommitTarget>> steps = swap.spansTables() && !targets.isEmpty()
                ? List.of(targets)
                : targets.stream().map(List::of).toList();
        for (List<CommitTarget> step : steps) {
            failPoints.reach(FailPoint.TAG_BEFORE_TABLE);
            Optional<CommitOutcome> failure = set(step, cut, tagged);
            if (failure.isPresent()) {
                return failure.get();
            }
            failPoints.reach(FailPoint.TAG_AFTER_TABLE);
        }
        return tagged.isEmpty() ? new CommitOutcome.AlreadyCommitted() : new CommitOutcome.Committed(tagged);
    }

    /** Empty when all the tables have the tag. */
    private Optional<CommitOutcome> set(List<CommitTarget> targets, long cut, Map<TableId, Long> tagged) {
        TableId first = targets.get(0).change().table();
        RuntimeException last = new IllegalStateException("Nothing was tried");
        for (int attempt = 1; attempt <= retries.attempts(); attempt++) {
            if (attempt > 1) {
                retries.pause(attempt - 1);
            }
            try {
                List<StagedCommit> staged = new ArrayList<>();
                for (CommitTarget target : targets) {
                    TableMetadata base = read(target);
                    Optional<CommitOutcome> refusal = refusal(base, target.change(), cut);
                    if (refusal.isPresent()) {
                        return refusal;
                    }
                    if (base.ref(name(cut)) == null) {
                        staged.add(stage(target, base, cut));
                    }
                }
                if (!staged.isEmpty()) {
                    swap.swap(staged);
                    staged.forEach(commit -> tagged.put(
                            commit.target().change().table(), commit.marks().snapshotId()));
                }
                return Optional.empty();
            } catch (NoSuchTableException e) {
                return Optional.of(new CommitOutcome.Conflict(first, "The table is gone. Start the pipeline again"));
            } catch (CommitFailedException e) {
                last = e;
            } catch (RuntimeException e) {
                // Whether it went through, the next look at the references tells.
                PipelineException failure = StorageFailures.of(first, "tag cut " + cut, e);
                if (failure.kind() == ErrorKind.INTERRUPTED || failure.kind() == ErrorKind.LAKE_REFUSED) {
                    throw failure;
                }
                last = e;
            }
        }
        return Optional.of(new CommitOutcome.Unknown(first, last));
    }

    private static TableMetadata read(CommitTarget target) {
        TableMetadata metadata = target.operations().refresh();
        if (metadata == null) {
            throw new NoSuchTableException("%s", target.change().table());
        }
        return metadata;
    }

    private static Optional<CommitOutcome> refusal(TableMetadata metadata, TableChange change, long cut) {
        TableMarks expected = change.expected();
        Optional<TableMarks> found = TableMarks.read(metadata.properties())
                .filter(marks -> marks.pipeline().equals(expected.pipeline()));
        if (found.isEmpty()) {
            return Optional.of(
                    new CommitOutcome.Conflict(
                            change.table(),
                            "it carries no marks of this pipeline's any more, expected " + expected.describe()
                                    + ". It was replaced or its properties were removed; drop it and start the pipeline again"));
        }
        TableMarks marks = found.get();
        if (marks.epoch() > expected.epoch()
                || marks.epoch() == expected.epoch() && !marks.owner().equals(expected.owner())) {
            return Optional.of(new CommitOutcome.Fenced(change.table(), expected.epoch(), marks.epoch()));
        }
        if (metadata.snapshot(expected.snapshotId()) == null) {
            return Optional.of(new CommitOutcome.Conflict(
                    change.table(),
                    "its snapshot " + expected.snapshotId() + ", which tag " + name(cut)
                            + " would name, is gone. Start the pipeline again"));
        }
        return Optional.empty();
    }

    private static StagedCommit stage(CommitTarget target, TableMetadata base, long cut) {
        TableMarks marks = target.change().expected();
        TableMetadata updated = TableMetadata.buildFrom(base)
                .setRef(name(cut), SnapshotRef.tagBuilder(marks.snapshotId()).build())
                .build();
        return new StagedCommit(target, base, updated, marks, new PinnedOperations(target.operations(), base));
    }
}
