package io.sluice.service.observe;

import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.LoadStep;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.RowRefetch;
import io.sluice.pipeline.lake.SnapshotFiles;
import io.sluice.pipeline.lake.SnapshotWriter;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A session with the lake, each call that leaves the process a step, and with the course of each cut. */
final class ObservedSession implements LakeSession {

    private final LakeSession real;
    private final Observation observation;

    ObservedSession(LakeSession real, Observation observation) {
        this.real = real;
        this.observation = observation;
    }

    @Override
    public long epoch() {
        return real.epoch();
    }

    @Override
    public List<LakeTableState> tables() {
        return real.tables();
    }

    @Override
    public SnapshotWriter snapshotWriter(TableId table) {
        SnapshotWriter writer = observation.in(Step.FILES_WRITE, () -> real.snapshotWriter(table));
        return new ObservedSnapshotWriter(writer, table, observation);
    }

    @Override
    public CommitOutcome publish(TableId table, List<SnapshotFiles> files, long cut, Position position) {
        return observation.in(Step.LAKE_REQUEST, () -> real.publish(table, files, cut, position));
    }

    @Override
    public CommitOutcome askLoad(TableId table) {
        return observation.in(Step.LAKE_REQUEST, () -> real.askLoad(table));
    }

    @Override
    public CommitOutcome stopForLoad(TableId table, String reason) {
        return observation.in(Step.LAKE_REQUEST, () -> real.stopForLoad(table, reason));
    }

    @Override
    public void beginLoad(TableId table) {
        real.beginLoad(table);
    }

    @Override
    public CommitOutcome addToLoad(TableId table, LoadStep step) {
        return observation.in(Step.LOAD_COMMIT, () -> real.addToLoad(table, step));
    }

    @Override
    public CommitOutcome beginDrain(TableId table, Position from) {
        return observation.in(Step.LOAD_COMMIT, () -> real.beginDrain(table, from));
    }

    @Override
    public void discard(TableId table, List<SnapshotFiles> files) {
        observation.run(Step.FILES_WRITE, () -> real.discard(table, files));
    }

    @Override
    public CutWriter openCut(long number, RowRefetch refetch) {
        observation.cuts().opened(number);
        Fields.set(Fields.CUT, Long.toString(number));
        return new ObservedCut(observation.in(Step.CHANGES_WRITE, () -> real.openCut(number, refetch)), observation);
    }

    @Override
    public CommitOutcome commit(PreparedCut cut) {
        return committing(cut.number(), Step.CUT_COMMIT, CutCourse.Name.COMMIT, () -> real.commit(cut));
    }

    @Override
    public CommitOutcome tag(long cut) {
        return committing(cut, Step.CUT_TAG, CutCourse.Name.TAG, () -> real.tag(cut));
    }

    private CommitOutcome committing(
            long cut, Step step, CutCourse.Name name, Observation.Call<CommitOutcome, RuntimeException> call) {
        Instant begun = observation.cuts().now();
        // What the thread does with the outcome belongs to the cut too.
        Fields.set(Fields.CUT, Long.toString(cut));
        Optional<String> failure = CutCourse.failure(Optional.empty());
        try {
            CommitOutcome outcome = observation.in(step, call);
            failure = CutCourse.failure(Optional.of(outcome.kind()));
            return outcome;
        } finally {
            observation.cuts().step(cut, name, begun, failure);
        }
    }

    @Override
    public Optional<LakeCut> latestTag() {
        return observation.in(Step.LAKE_REQUEST, real::latestTag);
    }

    @Override
    public void note(TableId table, Map<String, String> notes) {
        real.note(table, notes);
    }

    @Override
    public CommitOutcome stop(TableId table, String reason) {
        return observation.in(Step.LAKE_REQUEST, () -> real.stop(table, reason));
    }

    @Override
    public void close() {
        try {
            observation.run(Step.LAKE_REQUEST, real::close);
        } finally {
            observation.cuts().ended();
            Fields.clear(Fields.CUT);
        }
    }
}
