package io.sluice.service.observe;

import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.DeadLetterEvent;
import io.sluice.pipeline.lake.DeadLetterLog;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.LakeProblem;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.schema.TableId;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A lake, each call a step. */
final class ObservedLake implements Lake {

    private final Lake real;
    private final Observation observation;

    ObservedLake(Lake real, Observation observation) {
        this.real = real;
        this.observation = observation;
    }

    @Override
    public List<LakeTableState> inspect(Collection<TableId> tables) {
        return observation.in(Step.LAKE_REQUEST, () -> real.inspect(tables));
    }

    @Override
    public List<LakeProblem> check(String pipeline, List<LakeTableSpec> tables) {
        return observation.in(Step.LAKE_REQUEST, () -> real.check(pipeline, tables));
    }

    @Override
    public List<LakeCut> cuts(Collection<TableId> tables, int limit) {
        return observation.in(Step.LAKE_REQUEST, () -> real.cuts(tables, limit));
    }

    @Override
    public DeadLetterLog deadLetters(String pipeline, TableId table, long epoch, Collection<TableId> owned) {
        DeadLetterLog log = observation.in(Step.LAKE_REQUEST, () -> real.deadLetters(pipeline, table, epoch, owned));
        return new DeadLetterLog() {
            @Override
            public List<DeadLetterEvent> events() {
                return observation.in(Step.LAKE_REQUEST, log::events);
            }

            @Override
            public void append(List<DeadLetterEvent> events) {
                observation.run(Step.LAKE_REQUEST, () -> log.append(events));
            }
        };
    }

    @Override
    public List<DeadLetter> openDeadLetters(String pipeline, TableId table) {
        return observation.in(Step.LAKE_REQUEST, () -> real.openDeadLetters(pipeline, table));
    }

    @Override
    public List<DeadLetter> openDeadLetters(String pipeline, TableId table, TableId source) {
        return observation.in(Step.LAKE_REQUEST, () -> real.openDeadLetters(pipeline, table, source));
    }

    @Override
    public LakeSession takeOver(String pipeline, List<LakeTableSpec> tables) {
        return observed(observation.in(Step.LAKE_REQUEST, () -> real.takeOver(pipeline, tables)));
    }

    @Override
    public LakeSession takeOver(String pipeline, List<LakeTableSpec> tables, Map<TableId, String> left) {
        return observed(observation.in(Step.LAKE_REQUEST, () -> real.takeOver(pipeline, tables, left)));
    }

    private LakeSession observed(LakeSession session) {
        return new ObservedSession(session, observation);
    }

    @Override
    public void close() {
        observation.run(Step.LAKE_REQUEST, real::close);
    }
}
