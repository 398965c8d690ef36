package io.sluice.service;

import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;
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
        return new CommandLine(SluiceCommand.class, commands).execute(args);
    }
}
