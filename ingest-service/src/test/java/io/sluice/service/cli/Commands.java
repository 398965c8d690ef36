package io.sluice.service.cli;

/** Commands for tests of other packages, run in this process. */
public final class Commands {

    private Commands() {}

    /** What a command did. */
    public record Result(int exitCode, String out, String err) {}

    /** Runs {@code sluice} with these arguments. */
    public static Result run(String... arguments) {
        Invocation invocation = Invocation.of(arguments);
        return new Result(invocation.exitCode(), invocation.out(), invocation.err());
    }
}
