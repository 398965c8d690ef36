package io.sluice.service.cli;

import io.quarkus.arc.Unremovable;
import io.sluice.service.console.Console;
import io.sluice.service.demo.Demo;
import io.sluice.service.observe.Observations;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice demo}. */
@Dependent
@Unremovable // looked up by type only
@Command(
        name = "demo",
        description = "Replicate an embedded PostgreSQL with TPC-H data and live changes into a local Iceberg lake, and"
                + " compare the two value by value. 0 only when they agree.")
public class DemoCommand implements Callable<Integer> {

    private static final double MAX_SCALE = 100;

    private final PipelineRegistry registry;
    private final Observations observations;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "20",
            description = "How long the source is changed after the handover (default: ${DEFAULT-VALUE}).")
    int seconds;

    @Option(
            names = "--scale",
            paramLabel = "FACTOR",
            defaultValue = "0.1",
            description = "TPC-H's scale factor; 1 is 8.7 million rows (default: ${DEFAULT-VALUE}).")
    double scale;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            defaultValue = "sluice-demo",
            description = "Where everything is put; what an earlier demo left there is deleted (default:"
                    + " ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path directory;

    @Option(names = "--keep", description = "Keep database, pipeline and API running afterwards, until Ctrl-C.")
    boolean keep;

    @Option(names = "--plain", description = "Plain lines instead of progress bars, also in a terminal.")
    boolean plain;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description =
                    "Port of the admin API (default: QUARKUS_HTTP_PORT or 8080, any free one when that is taken).")
    @SuppressWarnings("NullAway.Init") // acted upon before the container starts, see Startup
    String port;

    @Inject
    DemoCommand(PipelineRegistry registry, Observations observations) {
        this.registry = registry;
        this.observations = observations;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (seconds < 0 || !(scale > 0 && scale <= MAX_SCALE)) {
            throw new ParameterException(
                    spec.commandLine(), "--seconds is at least 0 and --scale above 0, at most " + (int) MAX_SCALE);
        }
        StopSignal stop = StopSignal.install();
        // Its pipeline comes when its database is filled.
        registry.complete();
        PrintWriter out = spec.commandLine().getOut();
        boolean same = new Demo(
                        registry,
                        observations,
                        new Demo.Settings(
                                directory,
                                scale,
                                Duration.ofSeconds(seconds),
                                plain ? Console.Style.PLAIN : Console.Style.AUTOMATIC,
                                keep ? Demo.Afterwards.GO_ON : Demo.Afterwards.END),
                        out,
                        ApiAddress.url(),
                        stop::isRequested)
                .run();
        return same ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
