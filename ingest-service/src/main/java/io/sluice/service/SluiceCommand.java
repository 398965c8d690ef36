package io.sluice.service;

import io.quarkus.arc.Unremovable;
import io.sluice.service.cli.DemoCommand;
import io.sluice.service.cli.PlanCommand;
import io.sluice.service.cli.RunCommand;
import io.sluice.service.cli.SchemaCommand;
import io.sluice.service.cli.TokenCommand;
import io.sluice.service.cli.VerifyCommand;
import io.sluice.service.remote.CompletionCommand;
import io.sluice.service.remote.CutsCommand;
import io.sluice.service.remote.DeadLettersCommand;
import io.sluice.service.remote.RequestCommands;
import io.sluice.service.remote.StatusCommand;
import jakarta.enterprise.context.Dependent;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code sluice} command; its subcommands do the work. */
@Dependent
@Unremovable // looked up by type only
@Command(
        name = "sluice",
        description = "Database to Apache Iceberg: snapshots and change data capture, exactly once.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        version = "sluice 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; for verify and demo: source and lake agree",
            "1:failed, refused, or a difference was found",
            "2:the command line or a pipeline's file is wrong",
            "3:for run: every failed pipeline was taken over by another process; for verify: not everything could be"
                    + " compared",
            "4:a command against a running service: nothing answers at its address",
            "5:a command against a running service: what answers is not trusted, or does not trust this caller",
            "6:for run: another process may lead now (leader election); start it again, as the standby"
        })
public class SluiceCommand implements Runnable {

    private static final List<Class<?>> COMMANDS = List.of(
            DemoCommand.class,
            RunCommand.class,
            PlanCommand.class,
            VerifyCommand.class,
            SchemaCommand.class,
            StatusCommand.class,
            RequestCommands.Start.class,
            RequestCommands.Stop.class,
            RequestCommands.Pause.class,
            RequestCommands.Resume.class,
            RequestCommands.Resnapshot.class,
            CutsCommand.class,
            DeadLettersCommand.class,
            TokenCommand.class,
            CompletionCommand.class);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Show stack traces and the logs of all parts (also: SLUICE_DEBUG=1).")
    boolean debug; // acted upon before the container starts, see Startup

    /** A command line with all commands. */
    static CommandLine with(CommandLine.IFactory factory) {
        CommandLine whole = new CommandLine(SluiceCommand.class, factory);
        COMMANDS.forEach(whole::addSubcommand);
        return whole;
    }

    /** A command line with the command of this name only, which takes less time to make; with all when there is none. */
    static CommandLine with(CommandLine.IFactory factory, String name) {
        for (Class<?> command : COMMANDS) {
            if (command.getAnnotation(Command.class).name().equals(name)) {
                return new CommandLine(SluiceCommand.class, factory).addSubcommand(command);
            }
        }
        return with(factory);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "A command is missing.");
    }
}
