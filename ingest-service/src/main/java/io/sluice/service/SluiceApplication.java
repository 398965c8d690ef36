package io.sluice.service;

import io.quarkus.runtime.QuarkusApplication;
import io.sluice.service.cli.ErrorReport;
import io.sluice.service.cli.Startup;
import jakarta.inject.Inject;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** Runs the command line inside the started application; commands that are beans are injected. */
public final class SluiceApplication implements QuarkusApplication {
    private final BeanCommandFactory commands;

    @Inject
    SluiceApplication(BeanCommandFactory commands) {
        this.commands = commands;
    }

    @Override
    public int run(String... args) {
        String name = Startup.of(args, System.getenv()).command().orElse("");
        return prepared(SluiceCommand.with(commands, name)).execute(args);
    }

    /** The command line with its way of reporting errors; commands are made by {@code factory}. */
    public static CommandLine commandLine(CommandLine.IFactory factory) {
        return prepared(SluiceCommand.with(factory));
    }

    private static CommandLine prepared(CommandLine line) {
        // Bars and arrows need more than ASCII, which is what a JVM prints where no locale is set.
        return ErrorReport.install(line).setOut(utf8(FileDescriptor.out)).setErr(utf8(FileDescriptor.err));
    }

    private static PrintWriter utf8(FileDescriptor to) {
        return new PrintWriter(new FileOutputStream(to), true, StandardCharsets.UTF_8);
    }
}
