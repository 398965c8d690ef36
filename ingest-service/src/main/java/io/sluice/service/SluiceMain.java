package io.sluice.service;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Set;

/** Entry point: decides, before Quarkus starts, whether the command needs the HTTP server. */
@QuarkusMain
public final class SluiceMain {
    private static final Set<String> SERVING = Set.of("run", "demo");

    SluiceMain() {} // not private: Quarkus makes it a bean

    public static void main(String... args) {
        // A command that only reads must not fail because a running service holds the port.
        if (args.length == 0 || !SERVING.contains(args[0])) {
            System.setProperty("quarkus.http.host-enabled", "false");
        }
        Quarkus.run(SluiceApplication.class, args);
    }
}
