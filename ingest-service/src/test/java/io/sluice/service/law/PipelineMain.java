package io.sluice.service.law;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Runs the pipeline of a file until it ends or is killed, as a process that a test can kill; prints every event. */
final class PipelineMain {

    /** The exit code of a process whose pipeline was taken over, as the service has it. */
    static final int FENCED = 3;

    private PipelineMain() {}

    /** Takes the file's path. */
    public static void main(String[] arguments) throws InterruptedException {
        Optional<ErrorKind> failure;
        try (Pipeline pipeline = LawHarness.pipeline(Path.of(arguments[0]), System.out::println)) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            pipeline.awaitEnd(Duration.ofMinutes(10));
            System.out.println("ended " + pipeline.status());
            failure = pipeline.status().error().map(PipelineStatus.Failure::kind);
        }
        if (failure.isPresent()) {
            System.exit(failure.get() == ErrorKind.FENCED ? FENCED : 1);
        }
    }
}
