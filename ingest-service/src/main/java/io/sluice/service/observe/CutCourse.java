package io.sluice.service.observe;

import io.sluice.pipeline.lake.CommitListener;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.schema.TableId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How one cut went; immutable.
 *
 * @param pipeline its name
 * @param cut its number
 * @param position where it ends; empty when it was given up before that was known
 * @param begun when it was opened
 * @param ended when its last step ended
 * @param end what became of it
 * @param steps in the order they began
 * @param tables what was collected of each lake table that has changes in it
 * @param commits how it became visible in each lake table, in the order of the commits
 */
public record CutCourse(
        String pipeline,
        long cut,
        Optional<String> position,
        Instant begun,
        Instant ended,
        End end,
        List<TimedStep> steps,
        Map<TableId, Collected> tables,
        List<TableCommit> commits) {

    public CutCourse {
        steps = List.copyOf(steps);
        tables = Map.copyOf(tables);
        commits = List.copyOf(commits);
    }

    /** What became of a cut. */
    public enum End {
        /** Visible in every table. */
        PUBLISHED,
        /** Given up whole; its changes come again. */
        GIVEN_UP
    }

    /** What a cut goes through. A closed set: a metric's label. */
    public enum Name {
        /** From its first change until it is closed. */
        COLLECT,
        /** Its files become durable. */
        PREPARE,
        /** It becomes visible. */
        COMMIT,
        /** It gets its tag. */
        TAG,
        /** The source is told. */
        ACKNOWLEDGE
    }

    /**
     * One step.
     *
     * @param name which
     * @param begun when
     * @param ended when
     * @param failure how it failed, in a word; empty when it did not
     */
    public record TimedStep(Name name, Instant begun, Instant ended, Optional<String> failure) {}

    /**
     * The commit of one table; tables that are committed together have the same times.
     *
     * @param part what it does to the table
     * @param begun when
     * @param ended when
     * @param failure how it failed, in a word; empty when it did not
     */
    public record TableCommit(CommitListener.Part part, Instant begun, Instant ended, Optional<String> failure) {

        boolean isIn(TimedStep step) {
            return !begun.isBefore(step.begun()) && !ended.isAfter(step.ended());
        }
    }

    /** The commits that a step is made of. */
    public List<TableCommit> commitsIn(TimedStep step) {
        return step.name() == Name.COMMIT
                ? commits.stream().filter(commit -> commit.isIn(step)).toList()
                : List.of();
    }

    /** How a commit failed, in a word; empty when it did not. */
    static Optional<String> failure(Optional<CommitOutcome.Kind> outcome) {
        if (outcome.isEmpty()) {
            return Optional.of("FAILED");
        }
        return switch (outcome.get()) {
            case COMMITTED, ALREADY_COMMITTED -> Optional.empty();
            case FENCED, CONFLICT, UNKNOWN -> Optional.of(outcome.get().name());
        };
    }

    /**
     * What a cut has of one table.
     *
     * @param rows changes after the operators
     * @param bytes of heap that they take, roughly
     * @param first when the first of them came
     * @param last when the last of them was taken
     */
    public record Collected(long rows, long bytes, Instant first, Instant last) {

        Collected plus(Collected more) {
            return new Collected(rows + more.rows, bytes + more.bytes, first, more.last);
        }
    }
}
