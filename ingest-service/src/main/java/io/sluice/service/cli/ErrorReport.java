package io.sluice.service.cli;

import io.sluice.config.ConfigException;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.service.remote.ServiceException;
import io.sluice.service.runtime.ErrorPolicy;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;

/** How errors look: one block on standard error, with what to do; a stack trace only when asked for. */
public final class ErrorReport {

    /** Nothing answers where a running service was expected. */
    private static final int UNREACHABLE = 4;

    /** What answers does not prove to be the service that was asked for. */
    private static final int UNTRUSTED = 5;

    private ErrorReport() {}

    /** Makes a command line report its errors this way. */
    public static CommandLine install(CommandLine commandLine) {
        return commandLine
                .setParameterExceptionHandler(ErrorReport::usage)
                .setExecutionExceptionHandler(ErrorReport::failed)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static int usage(CommandLine.ParameterException error, String[] arguments) {
        CommandLine command = error.getCommandLine();
        PrintWriter out = command.getErr();
        out.println("sluice: " + error.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(error, out);
        out.println("hint: " + command.getCommandSpec().qualifiedName() + " --help");
        out.flush();
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception error, CommandLine command, CommandLine.ParseResult parsed) {
        PrintWriter out = command.getErr();
        if (Startup.debug(parsed.originalArgs(), System.getenv())) {
            error.printStackTrace(out);
        }
        int code = print(error, out);
        out.flush();
        return code;
    }

    /** Prints the block and gives the exit code. */
    static int print(Exception error, PrintWriter out) {
        if (error instanceof ConfigException config) {
            int problems = config.problems().size();
            out.println("sluice: the pipeline file is refused, "
                    + (problems == 1 ? "1 problem:" : problems + " problems:"));
            config.problems().forEach(problem -> out.println("  " + problem));
            out.println("hint: 'sluice schema' prints the JSON Schema of the file, for an editor that checks while one"
                    + " types.");
            return CommandLine.ExitCode.USAGE;
        }
        if (error instanceof PipelineException failure) {
            block(String.valueOf(failure.getMessage()), out);
            out.println("hint: " + ErrorPolicy.hint(failure.kind()));
            return failure.kind() == ErrorKind.CONFIGURATION
                    ? CommandLine.ExitCode.USAGE
                    : CommandLine.ExitCode.SOFTWARE;
        }
        if (error instanceof ServiceException answer) {
            block(String.valueOf(answer.getMessage()), out);
            out.println("hint: " + answer.hint());
            return switch (answer.kind()) {
                case UNREACHABLE -> UNREACHABLE;
                case UNTRUSTED -> UNTRUSTED;
                case REFUSED -> CommandLine.ExitCode.SOFTWARE;
            };
        }
        if (error instanceof InterruptedException) {
            out.println("sluice: interrupted");
            return CommandLine.ExitCode.SOFTWARE;
        }
        out.println("sluice: unexpected failure: " + error);
        out.println("hint: run again with --debug and report what it prints.");
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static void block(String message, PrintWriter out) {
        List<String> lines = message.lines().toList();
        if (lines.size() == 1) {
            out.println("sluice: " + lines.get(0));
            return;
        }
        out.println("sluice: " + lines.size() + " problems:");
        lines.forEach(line -> out.println("  " + line));
    }
}
