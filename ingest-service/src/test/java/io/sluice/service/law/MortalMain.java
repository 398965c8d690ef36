package io.sluice.service.law;

import io.sluice.config.PipelineConfigReader;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoint.Phase;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;

/** Goes through a phase of the crash matrix in a process that ends at once, and with everything, at a point. */
final class MortalMain {

    /** The exit code of a process that came to its point. */
    static final int ENDED_THERE = 42;

    private MortalMain() {}

    /** Takes the pipeline's file, the phase, the point, how often it is reached, and the source's port and database. */
    public static void main(String[] arguments) throws InterruptedException {
        FailPoint last = FailPoint.valueOf(arguments[2]);
        AtomicInteger left = new AtomicInteger(Integer.parseInt(arguments[3]));
        Phase phase = Phase.valueOf(arguments[1]);
        FailPoints end = point -> {
            if (point == last && left.decrementAndGet() == 0) {
                Runtime.getRuntime().halt(ENDED_THERE);
            }
        };
        try (Pipeline pipeline = PipelineAssembly.of(
                        PipelineConfigReader.ofProcess().read(Path.of(arguments[0])),
                        PhaseCourse.failPoints(phase, end))
                .pipeline(System.out::println, Clock.systemUTC())) {
            PhaseCourse.of(phase)
                    .run(pipeline, EmbeddedPostgresServer.databaseAt(Integer.parseInt(arguments[4]), arguments[5]));
            System.out.println("lived: " + pipeline.status());
        }
    }
}
