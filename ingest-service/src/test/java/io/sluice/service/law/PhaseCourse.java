package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.failpoint.FailPoint.Phase;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import io.sluice.testkit.postgres.TestDatabase;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** What happens to a pipeline in a phase of the crash matrix, until the phase or the pipeline ends. */
@FunctionalInterface
interface PhaseCourse {

    String MEMO = "public." + Bank.MEMO;

    /** Runs a pipeline that was not started yet; at the end it has ended or may be closed. */
    void run(Pipeline pipeline, TestDatabase source) throws InterruptedException;

    static PhaseCourse of(Phase phase) {
        return switch (phase) {
            case SNAPSHOT, HANDOVER, LOST_STREAM -> PhaseCourse::untilCaughtUp;
            case INCREMENTAL -> PhaseCourse::untilCutIsTagged;
            case MAINTENANCE -> PhaseCourse::maintain;
            case DRAIN -> PhaseCourse::changeWhileLoading;
        };
    }

    /** What a run in a phase sees of fail points. */
    static FailPoints failPoints(Phase phase, FailPoints run) {
        return phase == Phase.DRAIN ? new LoadHold(run) : run;
    }

    /** Loads a table anew that is published. */
    static PhaseCourse loadAnew(String name) {
        return (pipeline, source) -> {
            if (streams(pipeline)) {
                loadsAnew(pipeline, name);
            }
        };
    }

    private static void untilCaughtUp(Pipeline pipeline, TestDatabase source) throws InterruptedException {
        pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
        assertThat(pipeline.awaitEnd(LawHarness.LIMIT)).as("ended in time").isTrue();
    }

    private static void untilCutIsTagged(Pipeline pipeline, TestDatabase source) throws InterruptedException {
        if (streams(pipeline)) {
            answer(pipeline, pipeline::requestCut);
        }
    }

    /** Rows are read again, cuts are tagged, a table is loaded anew, and one is left behind. */
    private static void maintain(Pipeline pipeline, TestDatabase source) throws InterruptedException {
        if (!streams(pipeline)
                || answer(pipeline, () -> pipeline.repair(List.of(accounts()))).isEmpty()
                || answer(pipeline, pipeline::requestCut).isEmpty()
                // Nothing changed: the last cut is tagged.
                || answer(pipeline, pipeline::requestCut).isEmpty()
                || !loadsAnew(pipeline, "public.entry")) {
            return;
        }
        source.execute(
                "ALTER TABLE " + Bank.MEMO + " ADD COLUMN more_" + System.nanoTime() + " int",
                "UPDATE " + Bank.MEMO + " SET text = 'changed'");
        if (await(pipeline, status -> table(status, MEMO).phase() == PipelinePhase.STOPPED)) {
            answer(pipeline, pipeline::requestCut);
        }
    }

    /** Loads go on only when changes wait in them; ends a cut after they are published. */
    private static void changeWhileLoading(Pipeline pipeline, TestDatabase source) {
        if (!streams(pipeline)) {
            return;
        }
        OptionalLong[] publishedBy = {OptionalLong.empty()};
        await(pipeline, status -> {
            source.inTransaction(
                    "UPDATE account SET balance = balance + 1 WHERE id = 1",
                    "INSERT INTO entry SELECT min(id) - 1, 1, 1 FROM entry",
                    "INSERT INTO audit VALUES (1, 1)");
            if (publishedBy[0].isEmpty()
                    && status.tables().stream()
                            .noneMatch(table -> table.loading() || table.phase() == PipelinePhase.SNAPSHOT)) {
                publishedBy[0] = OptionalLong.of(status.cut());
            }
            return publishedBy[0].isPresent() && status.cut() > publishedBy[0].getAsLong();
        });
    }

    /** No change is published meanwhile, so the table's next snapshot is the one that was loaded. */
    private static boolean loadsAnew(Pipeline pipeline, String name) {
        OptionalLong before = table(pipeline.status(), name).snapshotId();
        try {
            pipeline.resnapshot(name);
        } catch (IllegalStateException e) {
            return await(pipeline, status -> false);
        }
        return await(
                pipeline,
                status -> !table(status, name).loading()
                        && !table(status, name).snapshotId().equals(before));
    }

    private static TableStatus table(PipelineStatus status, String name) {
        return status.tables().stream()
                .filter(table -> table.source().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static boolean streams(Pipeline pipeline) {
        pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
        return await(
                pipeline,
                status -> status.state() == PipelineState.RUNNING
                        && status.phase().follows());
    }

    /** Whether the pipeline came so far, and did not fail before. */
    private static boolean await(Pipeline pipeline, Predicate<PipelineStatus> reached) {
        Awaitility.await()
                .atMost(LawHarness.LIMIT)
                .pollInterval(20, TimeUnit.MILLISECONDS)
                .until(() -> {
                    PipelineStatus status = pipeline.status();
                    return status.state() == PipelineState.FAILED || reached.test(status);
                });
        return pipeline.status().state() != PipelineState.FAILED;
    }

    /** The answer to a request; empty when the pipeline ended before. */
    private static Optional<Long> answer(Pipeline pipeline, Supplier<CompletableFuture<Long>> request)
            throws InterruptedException {
        try {
            return Optional.of(request.get().get(LawHarness.LIMIT.toSeconds(), TimeUnit.SECONDS));
        } catch (IllegalStateException | ExecutionException e) {
            await(pipeline, status -> false);
            return Optional.empty();
        } catch (TimeoutException e) {
            throw new AssertionError("No answer: " + pipeline.status(), e);
        }
    }

    /** The keys of two rows; the columns are as the pipeline sees them. */
    private static ColumnBatch accounts() {
        TableSchema schema = new TableSchema(
                new TableId("bank", "account"),
                0,
                List.of(
                        new Column("id", DataType.INT32, false, "integer", Column.Storage.INLINE),
                        new Column("balance", DataType.INT64, false, "bigint", Column.Storage.INLINE),
                        new Column("note", DataType.STRING, true, "text", Column.Storage.OUT_OF_LINE)),
                List.of(0));
        ColumnBatch keys = ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, 2);
        for (int id = 1; id <= 2; id++) {
            ((IntVector) keys.column(0)).append(id);
            keys.column(1).appendNull();
            keys.column(2).appendNull();
            keys.endRow();
        }
        return keys;
    }
}
