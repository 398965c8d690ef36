package io.sluice.service.cli;

import io.sluice.config.PipelineConfig;
import io.sluice.service.plan.PlanPrinter;
import io.sluice.service.plan.PlanReport;
import io.sluice.service.plan.Planner;
import io.sluice.service.wiring.PipelineAssembly;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice plan}. */
@Command(
        name = "plan",
        description = "Connect and show what a pipeline would do, changing nothing. Not 0 when it could not run.")
public class PlanCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A pipeline file (YAML).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path file;

    @Override
    public Integer call() {
        PipelineConfig config = PipelineFiles.read(List.of(file)).get(0);
        PlanReport plan = new Planner(PipelineAssembly.of(config)).plan();
        PrintWriter out = spec.commandLine().getOut();
        PlanPrinter.lines(plan).forEach(out::println);
        out.flush();
        return plan.canRun() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
