package io.sluice.config;

import java.util.Optional;

/** Where {@code ${NAME}} in a pipeline's file is looked up. */
@FunctionalInterface
public interface Environment {

    /** The value of a variable; empty when it is not set. */
    Optional<String> find(String name);

    /** The environment variables of this process. */
    static Environment ofProcess() {
        return name -> Optional.ofNullable(System.getenv(name));
    }
}
