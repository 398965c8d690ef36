package io.sluice.service.cli;

import io.sluice.config.PipelineConfig;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.service.remote.RemoteVerification;
import io.sluice.service.remote.ServiceOptions;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.verify.LakeProgress;
import io.sluice.service.verify.Repair;
import io.sluice.service.verify.TableResult;
import io.sluice.service.verify.VerificationReport;
import io.sluice.service.verify.Verifier;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.snapshot.postgres.PostgresDatabase;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice verify}. */
@Command(
        name = "verify",
        description = "Compare source and lake value by value, also while both change. 0 when they agree, 1 when they"
                + " differ, 3 when nothing differs for certain and not everything could be compared.")
public class VerifyCommand implements Callable<Integer> {
    /** The exit code when no difference is proven and not every table was compared to the end. */
    private static final int UNDECIDED = 3;

    /** A pipeline's name, which a file of pipelines seldom has, for those have a suffix. */
    private static final Pattern PIPELINE = Pattern.compile("[a-z0-9]+([-_][a-z0-9]+)*");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Parameters(
            paramLabel = "FILE|PIPELINE",
            description =
                    "A pipeline file (YAML); or the name of a pipeline of a running service, which then compares.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path file;

    @Mixin
    ServiceOptions service = new ServiceOptions();

    @Option(
            names = "--attempts",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "How often keys that change while they are compared are looked at (default: ${DEFAULT-VALUE}).")
    int attempts;

    @Option(
            names = "--repair",
            description =
                    "Read rows that differ again and publish them in one cut; undo first what others wrote to a lake"
                            + " table. Only while the pipeline does not run; a running one is repaired through its admin API.")
    boolean repair;

    @Override
    public Integer call() throws InterruptedException {
        if (attempts < 1) {
            throw new ParameterException(spec.commandLine(), "--attempts is at least 1, got " + attempts);
        }
        if (!Files.exists(file) && PIPELINE.matcher(file.toString()).matches()) {
            return remote();
        }
        PipelineConfig config = PipelineFiles.read(List.of(file)).get(0);
        PrintWriter steps = spec.commandLine().getErr();
        Consumer<Verifier.Step> watcher = step -> {
            steps.println(step.text());
            steps.flush();
        };
        PipelineAssembly assembly = PipelineAssembly.of(config);
        Verifier verifier = new Verifier(assembly, Verifier.Settings.patient(config.commitInterval(), attempts));
        VerificationReport report = repair
                ? repair(assembly, verifier, watcher)
                : verifier.run(watcher).report();
        PrintWriter out = spec.commandLine().getOut();
        report.print(out);
        out.flush();
        return exitCode(report.verdict());
    }

    private int remote() throws InterruptedException {
        RemoteVerification.Mode mode = repair ? RemoteVerification.Mode.REPAIR : RemoteVerification.Mode.COMPARE;
        return new RemoteVerification(service, spec)
                .run(file.toString(), mode)
                .map(VerifyCommand::exitCode)
                .orElse(ExitCode.SOFTWARE);
    }

    private static int exitCode(TableResult.Verdict verdict) {
        return switch (verdict) {
            case SAME -> ExitCode.OK;
            case DIFFERENT -> ExitCode.SOFTWARE;
            case UNDECIDED, NOT_COMPARED -> UNDECIDED;
        };
    }

    private static VerificationReport repair(
            PipelineAssembly assembly, Verifier verifier, Consumer<Verifier.Step> watcher) throws InterruptedException {
        String name = assembly.config().name();
        try (PostgresDatabase database = assembly.connectors().openPostgres()) {
            if (LakeProgress.ofSlot(database).now().follows()) {
                throw new PipelineException(
                        ErrorKind.SOURCE_REFUSED,
                        "Pipeline " + name + " runs in another process, which owns its tables. Repair through that one:"
                                + " POST /api/v1/pipelines/" + name + "/verify?repair=true, or stop it first.");
            }
        }
        try (Pipeline pipeline = assembly.pipeline(event -> {}, Clock.systemUTC())) {
            return new Repair(assembly, pipeline, verifier).run(watcher);
        }
    }
}
