package io.sluice.service;

import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.Dependent;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code sluice} command; its subcommands do the work. */
@Dependent
@Unremovable // looked up by type only
@Command(
        name = "sluice",
        description = "Database to Apache Iceberg: snapshots and change data capture, exactly once.",
        mixinStandardHelpOptions = true,
        version = "sluice 0.1.0-SNAPSHOT")
public class SluiceCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "A command is missing.");
    }
}
