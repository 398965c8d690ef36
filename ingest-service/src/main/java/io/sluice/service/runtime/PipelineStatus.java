package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A pipeline at one moment; immutable.
 *
 * @param name the pipeline's name
 * @param state whether it runs
 * @param phase how far it is
 * @param position the source position of the last published cut
 * @param cut the last published cut; 0 before the first
 * @param epoch the owner's epoch; 0 before it owns the lake's tables
 * @param lagBytes bytes of the source's log behind which the lake is; 0 when level
 * @param lagSeconds age of the oldest change that was received and is not published; 0 when level
 * @param rowsPublished change rows published since the pipeline started in this process
 * @param startedAt when it was last started
 * @param error the last failure, also while it is being retried
 * @param tables in the order of the source's names
 */
public record PipelineStatus(
        String name,
        PipelineState state,
        PipelinePhase phase,
        Optional<String> position,
        long cut,
        long epoch,
        long lagBytes,
        double lagSeconds,
        long rowsPublished,
        Optional<Instant> startedAt,
        Optional<Failure> error,
        List<TableStatus> tables) {

    public PipelineStatus {
        tables = List.copyOf(tables);
    }

    /**
     * Why a pipeline failed or is being retried.
     *
     * @param kind the closed kind
     * @param message what happened, expected and found
     * @param hint what the operator can do
     * @param at when
     */
    public record Failure(ErrorKind kind, String message, String hint, Instant at) {}
}
