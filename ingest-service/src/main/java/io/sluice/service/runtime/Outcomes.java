package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CommitOutcome;

/** Turns the outcome of a commit that must succeed into the failure that it stands for. */
final class Outcomes {

    private Outcomes() {}

    /**
     * Returns when the commit is durable.
     *
     * @param what was committed, for the message
     * @throws PipelineException {@code FENCED}, {@code LAKE_CONFLICT} or {@code LAKE_UNAVAILABLE}
     */
    static void require(CommitOutcome outcome, String what) {
        switch (outcome.kind()) {
            case COMMITTED, ALREADY_COMMITTED -> {}
            case FENCED -> {
                CommitOutcome.Fenced fenced = (CommitOutcome.Fenced) outcome;
                throw new PipelineException(
                        ErrorKind.FENCED,
                        fenced.table(),
                        "Table " + fenced.table() + " is owned by epoch " + fenced.foundEpoch()
                                + ", this process has epoch " + fenced.ownEpoch() + "; " + what
                                + " was not published by it",
                        null);
            }
            case CONFLICT -> {
                CommitOutcome.Conflict conflict = (CommitOutcome.Conflict) outcome;
                throw new PipelineException(
                        ErrorKind.LAKE_CONFLICT,
                        conflict.table(),
                        "Publishing " + what + " stopped at table " + conflict.table() + ": " + conflict.message(),
                        null);
            }
            case UNKNOWN -> {
                CommitOutcome.Unknown unknown = (CommitOutcome.Unknown) outcome;
                throw new PipelineException(
                        ErrorKind.LAKE_UNAVAILABLE,
                        unknown.table(),
                        "It is not known whether " + what + " reached table " + unknown.table()
                                + "; no file was deleted, and the table will be read again: "
                                + unknown.cause().getMessage(),
                        unknown.cause());
            }
        }
    }
}
