package io.sluice.service.observe;

import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.service.runtime.PipelineConnectors;
import io.sluice.service.runtime.ProcessBudget;

/**
 * The outside world of a pipeline, with every call into it noted. What the thread that runs the pipeline opens is observed;
 * the lake that others open to look into is not.
 */
public final class ObservedConnectors implements PipelineConnectors {

    private final PipelineConnectors real;
    private final Observation observation;

    /** Opens what the real ones open. */
    public ObservedConnectors(PipelineConnectors real, Observation observation) {
        this.real = real;
        this.observation = observation;
    }

    /** {@inheritDoc} The calling thread is the one that runs the pipeline, until it closes the database. */
    @Override
    public SourceDatabase openDatabase() {
        return new ObservedDatabase(real.openDatabase(), observation);
    }

    @Override
    public ChangeSource openChanges() {
        return new ObservedChanges(real.openChanges(), observation);
    }

    @Override
    public Lake openLake() {
        if (!observation.activity().isKnown()) {
            return real.openLake();
        }
        return new ObservedLake(observation.in(Step.LAKE_REQUEST, real::openLake), observation);
    }

    @Override
    public Position parsePosition(String text) {
        return real.parsePosition(text);
    }

    @Override
    public ProcessBudget.Taken awaitTurn() throws InterruptedException {
        return real.awaitTurn();
    }

    @Override
    public ProcessBudget.Taken beginRun() {
        return real.beginRun();
    }

    @Override
    public FailPoints failPoints() {
        return real.failPoints();
    }
}
