package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.util.concurrent.ExecutionException;

/** Brings the failure of another thread's work back to the thread that waits for it. */
final class Failures {

    private Failures() {}

    /** The failure itself when it names its kind; otherwise a defect. */
    static PipelineException of(ExecutionException ended, String doing) {
        Throwable cause = ended.getCause() == null ? ended : ended.getCause();
        return cause instanceof PipelineException failure
                ? failure
                : new PipelineException(ErrorKind.INTERNAL, "Unexpected failure while " + doing + ": " + cause, cause);
    }
}
