package io.sluice.service.cli;

import io.quarkus.arc.Unremovable;
import io.sluice.config.PipelineConfig;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.console.Console;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.verify.PipelineVerification;
import io.sluice.service.verify.Verifications;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice run}. */
@Dependent
@Unremovable // looked up by type only
@Command(
        name = "run",
        description =
                "Run pipelines, with the admin API, until stopped (SIGTERM, or Ctrl-C; twice to give up at once).")
public class RunCommand implements Callable<Integer> {

    /** Every pipeline that failed was taken over by another process: to start this one again would take it back. */
    static final int TAKEN_OVER = 3;

    private static final long LOOK_MILLIS = 100;

    private final PipelineRegistry registry;
    private final Verifications verifications;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Pipeline files (YAML).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    List<Path> files;

    @Option(
            names = "--until-caught-up",
            description = "End with 0 when everything that was committed at the source before the start is published.")
    boolean untilCaughtUp;

    @Option(names = "--plain", description = "Plain lines instead of progress bars, also in a terminal.")
    boolean plain;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port of the admin API; 0 for any free one (default: QUARKUS_HTTP_PORT or 8080).")
    @SuppressWarnings("NullAway.Init") // acted upon before the container starts, see Startup
    String port;

    @Inject
    RunCommand(PipelineRegistry registry, Verifications verifications) {
        this.registry = registry;
        this.verifications = verifications;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<PipelineConfig> configs = PipelineFiles.read(files);
        PrintWriter out = spec.commandLine().getOut();
        for (PipelineConfig config : configs) {
            PipelineAssembly assembly = PipelineAssembly.of(config);
            Pipeline pipeline = assembly.pipeline(registry, Clock.systemUTC());
            registry.add(pipeline);
            verifications.offer(pipeline.name(), new PipelineVerification(assembly, pipeline));
        }
        StopSignal stop = StopSignal.install();
        Collection<Pipeline> pipelines = registry.pipelines();
        try (Console console = Console.open(registry, out, plain ? Console.Style.PLAIN : Console.Style.AUTOMATIC)) {
            console.say("API  " + ApiAddress.url() + "/api/v1/pipelines");
            for (Pipeline pipeline : pipelines) {
                pipeline.start(untilCaughtUp ? Pipeline.RunMode.UNTIL_CAUGHT_UP : Pipeline.RunMode.UNTIL_STOPPED);
            }
            while (!stop.await(LOOK_MILLIS) && !isOver(pipelines)) {
                continue;
            }
            if (stop.isRequested()) {
                console.say("Stopping; the open cut is finished or given up whole");
                stopAll(pipelines);
            }
        }
        return exitCode(pipelines);
    }

    private static int exitCode(Collection<Pipeline> pipelines) {
        List<PipelineStatus> failed = pipelines.stream()
                .map(Pipeline::status)
                .filter(status -> status.state() == PipelineState.FAILED)
                .toList();
        if (failed.isEmpty()) {
            return ExitCode.OK;
        }
        boolean takenOver = failed.stream()
                .allMatch(status ->
                        status.error().map(PipelineStatus.Failure::kind).equals(Optional.of(ErrorKind.FENCED)));
        return takenOver ? TAKEN_OVER : ExitCode.SOFTWARE;
    }

    /** A pipeline that was stopped through the API can be started again, so the service stays; failed ones end it. */
    private boolean isOver(Collection<Pipeline> pipelines) {
        return pipelines.stream()
                .map(pipeline -> pipeline.status().state())
                .allMatch(state -> untilCaughtUp ? !state.isActive() : state == PipelineState.FAILED);
    }

    private static void stopAll(Collection<Pipeline> pipelines) {
        for (Pipeline pipeline : pipelines) {
            PipelineState state = pipeline.status().state();
            if (state.isActive() && state != PipelineState.STOPPING) {
                requestStop(pipeline);
            }
        }
        for (Pipeline pipeline : pipelines) {
            pipeline.close();
        }
    }

    private static void requestStop(Pipeline pipeline) {
        try {
            pipeline.stop();
        } catch (IllegalStateException e) {
            // It ended by itself between the look and the request; close() below sees that too.
            return;
        }
    }
}
