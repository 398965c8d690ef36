package io.sluice.service;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.sluice.service.cli.StandaloneCommands;
import io.sluice.service.cli.Startup;
import picocli.CommandLine;

/** Entry point: decides, before Quarkus starts, whether the command needs it, and whether it needs the HTTP server. */
@QuarkusMain
public final class SluiceMain {

    SluiceMain() {} // not private: Quarkus makes it a bean

    public static void main(String... args) {
        Startup startup = Startup.of(args, System.getenv());
        if (!startup.needsContainer()) {
            System.exit(SluiceApplication.commandLine(new StandaloneCommands()).execute(args));
        }
        if (!startup.prepare(System.err)) {
            System.exit(CommandLine.ExitCode.USAGE);
        }
        Quarkus.run(SluiceApplication.class, args);
    }
}
