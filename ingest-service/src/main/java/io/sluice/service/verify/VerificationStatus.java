package io.sluice.service.verify;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.runtime.PipelineStatus;
import java.time.Instant;
import java.util.Optional;

/**
 * A verification at one moment; immutable.
 *
 * @param mode what it does with differences
 * @param state whether it runs
 * @param begun when it began
 * @param ended when it ended
 * @param step what it does, or did last
 * @param report what it found; there when it is {@code DONE}
 * @param failure why it could not be done; there when it {@code FAILED} or was {@code CANCELLED}
 */
public record VerificationStatus(
        Verifications.Mode mode,
        State state,
        Instant begun,
        Optional<Instant> ended,
        Verifier.Step step,
        Optional<VerificationReport> report,
        Optional<PipelineStatus.Failure> failure) {

    /** Whether a verification runs. */
    public enum State {
        RUNNING,
        DONE,
        FAILED,
        CANCELLED
    }

    static VerificationStatus begun(Verifications.Mode mode, Instant at) {
        return new VerificationStatus(
                mode,
                State.RUNNING,
                at,
                Optional.empty(),
                new Verifier.Step("connecting", 0, 0),
                Optional.empty(),
                Optional.empty());
    }

    VerificationStatus at(Verifier.Step next) {
        return new VerificationStatus(mode, state, begun, ended, next, report, failure);
    }

    VerificationStatus done(VerificationReport found, Instant at) {
        return new VerificationStatus(mode, State.DONE, begun, Optional.of(at), step, Optional.of(found), failure);
    }

    VerificationStatus failed(PipelineStatus.Failure why, Instant at) {
        State end = why.kind() == ErrorKind.INTERRUPTED ? State.CANCELLED : State.FAILED;
        return new VerificationStatus(mode, end, begun, Optional.of(at), step, report, Optional.of(why));
    }
}
