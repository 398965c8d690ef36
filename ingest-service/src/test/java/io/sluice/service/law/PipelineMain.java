package io.sluice.service.law;

import io.sluice.service.runtime.Pipeline;
import java.nio.file.Path;
import java.time.Duration;

/** Runs the pipeline of a file until it is killed, as a process that a test can kill; prints every event. */
final class PipelineMain {

    private PipelineMain() {}

    /** Takes the file's path. */
    public static void main(String[] arguments) throws InterruptedException {
        try (Pipeline pipeline = LawHarness.pipeline(Path.of(arguments[0]), System.out::println)) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            pipeline.awaitEnd(Duration.ofMinutes(10));
            System.out.println("ended " + pipeline.status());
        }
    }
}
