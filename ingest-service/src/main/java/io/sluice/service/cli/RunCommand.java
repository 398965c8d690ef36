package io.sluice.service.cli;

import io.quarkus.arc.Unremovable;
import io.sluice.config.PipelineConfigReader;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.console.Console;
import io.sluice.service.definition.DefinitionDirectories;
import io.sluice.service.definition.DirectoryWatch;
import io.sluice.service.definition.PipelineDefinition;
import io.sluice.service.definition.PipelineFleet;
import io.sluice.service.definition.WatchedDefinitions;
import io.sluice.service.leader.Leadership;
import io.sluice.service.logging.JsonLogging;
import io.sluice.service.logging.LogWriter;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
    private static final String CONSOLE_LOG = "sluice.console";

    private final PipelineRegistry registry;
    private final PipelineFleet fleet;
    private final WatchedDefinitions watched;
    private final Leadership leadership;
    private final boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "FILE|DIRECTORY",
            description = {
                "Pipeline files (YAML), and directories of them. A directory is followed: a file that is added, changed"
                        + " or removed takes effect at once, and one that is wrong leaves its pipeline alone.",
                "With none of them, pipelines come by the API."
            })
    @SuppressWarnings("NullAway.Init") // set by picocli
    List<Path> places = List.of();

    @Option(
            names = "--until-caught-up",
            description =
                    "End with 0 when everything that was committed at the source before the start is published; with 1 when"
                            + " a table is stopped.")
    boolean untilCaughtUp;

    @Option(
            names = "--definitions",
            paramLabel = "DIRECTORY",
            description = {
                "Where pipelines that are made by the API are kept (default: ${DEFAULT-VALUE}).",
                "With leader election it must be named, and be one directory for all replicas; without, the API makes none."
            },
            defaultValue = ".sluice/definitions.d")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path definitions;

    @Option(
            names = "--look-every",
            paramLabel = "DURATION",
            description = "How often directories are looked at (default: ${DEFAULT-VALUE}).",
            defaultValue = "PT2S",
            hidden = true)
    @SuppressWarnings("NullAway.Init") // set by picocli
    Duration lookEvery;

    @Option(names = "--plain", description = "Plain lines instead of progress bars, also in a terminal.")
    boolean plain;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port of the admin API; 0 for any free one (default: QUARKUS_HTTP_PORT or 8080).")
    @SuppressWarnings("NullAway.Init") // acted upon before the container starts, see Startup
    String port;

    @Inject
    RunCommand(
            PipelineRegistry registry,
            PipelineFleet fleet,
            WatchedDefinitions watched,
            Leadership leadership,
            @ConfigProperty(name = JsonLogging.SETTING, defaultValue = "false") boolean json) {
        this.json = json;
        this.registry = registry;
        this.fleet = fleet;
        this.watched = watched;
        this.leadership = leadership;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (untilCaughtUp && places.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--until-caught-up needs the FILEs of the pipelines that shall catch up.");
        }
        if (untilCaughtUp && leadership.isElected()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--until-caught-up is for one process alone; leave sluice.leader-election.enabled away.");
        }
        List<Path> directories = places.stream().filter(Files::isDirectory).toList();
        List<Path> files = new ArrayList<>(places);
        files.removeAll(directories);
        if (untilCaughtUp) {
            // They end, so nothing is followed.
            for (Path directory : directories) {
                files.addAll(DefinitionDirectories.files(directory));
            }
        }
        for (PipelineFiles.Defined defined : PipelineFiles.readDefined(files)) {
            fleet.addFile(defined.definition(), defined.config());
        }
        List<String> left = List.of();
        StopSignal stop = StopSignal.install();
        Collection<Pipeline> given = registry.pipelines();
        try (Console console = console();
                Following following = follow(untilCaughtUp ? List.of() : directories, console)) {
            console.say("Page " + ApiAddress.url() + "/");
            console.say("API  " + ApiAddress.url() + "/api/v1/pipelines");
            if (awaitTurn(stop, console)) {
                for (Pipeline pipeline : given) {
                    pipeline.start(untilCaughtUp ? Pipeline.RunMode.UNTIL_CAUGHT_UP : Pipeline.RunMode.UNTIL_STOPPED);
                }
                following.begin();
                registry.complete();
            }
            while (!stop.await(LOOK_MILLIS) && !isOver() && !leadership.isLost()) {
                continue;
            }
            if (leadership.isLost()) {
                console.say("Lost the leadership (" + leadership.trouble() + "); stopping");
                LeadershipEnd.haltInTime(leadership);
                following.close();
                stopAll(registry.pipelines());
                return LeadershipEnd.LOST;
            } else if (stop.isRequested()) {
                console.say("Stopping; the open cut is finished or given up whole");
                following.close();
                stopAll(registry.pipelines());
            } else if (untilCaughtUp) {
                left = leftBehind(given);
                left.forEach(console::say);
            }
        } finally {
            leadership.close();
        }
        int code = exitCode(registry.pipelines());
        return code == ExitCode.OK && !left.isEmpty() ? ExitCode.SOFTWARE : code;
    }

    /** Waits until this process may run pipelines; false when it was stopped before. */
    private boolean awaitTurn(StopSignal stop, Console console) throws InterruptedException {
        leadership.begin();
        if (!leadership.leads()) {
            // What is in the directories is looked at by the leader only, and a standby is to be ready.
            registry.complete();
            String holder = leadership.holder();
            console.say("Standby; " + (holder.isEmpty() ? leadership.trouble() : holder + " leads"));
            while (!leadership.leads()) {
                if (stop.await(LOOK_MILLIS) || leadership.isLost()) {
                    return false;
                }
            }
        }
        if (leadership.isElected()) {
            console.say("Leading");
        }
        return true;
    }

    /** With logs for machines nothing is printed beside them. */
    private Console console() {
        if (json) {
            return Console.open(registry, new LogWriter(CONSOLE_LOG), Console.Style.SAID);
        }
        return Console.open(
                registry, spec.commandLine().getOut(), plain ? Console.Style.PLAIN : Console.Style.AUTOMATIC);
    }

    /** Tables of which not everything is published although their pipelines have caught up, with the reason. */
    private static List<String> leftBehind(Collection<Pipeline> pipelines) {
        List<String> left = new ArrayList<>();
        for (Pipeline pipeline : pipelines) {
            for (TableStatus table : pipeline.status().tables()) {
                if (table.phase() == PipelinePhase.STOPPED) {
                    left.add(pipeline.name() + "  not caught up  " + table.source() + " is stopped: " + table.detail());
                }
            }
        }
        return left;
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

    /**
     * A pipeline that was stopped through the API can be started again, so the service stays. When all that it was given
     * have failed it ends, unless others can still come.
     */
    private boolean isOver() {
        Collection<Pipeline> pipelines = registry.pipelines();
        boolean only = places.stream().noneMatch(Files::isDirectory)
                && !pipelines.isEmpty()
                && fleet.definitions().stream().noneMatch(known -> known.origin() == PipelineDefinition.Origin.API);
        return untilCaughtUp
                ? pipelines.stream()
                        .noneMatch(pipeline -> pipeline.status().state().isActive())
                : only
                        && pipelines.stream()
                                .allMatch(pipeline -> pipeline.status().state() == PipelineState.FAILED);
    }

    /** What makes pipelines come and go while the process runs. */
    private final class Following implements AutoCloseable {

        private final Optional<DefinitionDirectories> directories;
        private final Console console;
        private Optional<DirectoryWatch> watch = Optional.empty();

        Following(Optional<DefinitionDirectories> directories, Console console) {
            this.directories = directories;
            this.console = console;
        }

        void begin() {
            if (untilCaughtUp) {
                return;
            }
            directories.ifPresent(followed -> {
                watched.watch(followed);
                followed.begin();
                watch = Optional.of(DirectoryWatch.start(followed, lookEvery));
            });
            if (!leadership.isElected() || spec.commandLine().getParseResult().hasMatchedOption("--definitions")) {
                fleet.keepIn(definitions).forEach((name, refusal) -> {
                    watched.refuse(new DefinitionDirectories.Refused(
                            definitions.resolve(name + ".yaml").toString(), refusal.problems()));
                });
            }
            watched.refused()
                    .forEach(refused -> refused.problems().forEach(problem -> console.say("REFUSED  " + problem)));
        }

        @Override
        public void close() {
            watch.ifPresent(DirectoryWatch::close);
        }
    }

    private Following follow(List<Path> directories, Console console) {
        return new Following(
                directories.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new DefinitionDirectories(fleet, PipelineConfigReader.ofProcess(), directories)),
                console);
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
