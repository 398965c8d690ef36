package io.sluice.service.cli;

import io.sluice.service.security.ApiTokens;
import io.sluice.service.security.Caller;
import io.sluice.service.security.Role;
import java.io.PrintWriter;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice token}. */
@Command(
        name = "token",
        description = "Make a token for the admin API. It is printed once, on standard error; the line for the file of"
                + " tokens (SLUICE_API_TOKENS_FILE), which has only its hash, on standard output.")
public class TokenCommand implements Runnable {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "Whose it is, for the audit log.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String name;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = Role.VIEW,
            description = "viewer, operator or admin (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String role;

    @Override
    public void run() {
        if (!NAME.matcher(name).matches()) {
            throw new ParameterException(
                    spec.commandLine(), "A name has letters, digits and ._@- and at most 64 characters.");
        }
        Role given = Role.of(role)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "The role is viewer, operator or admin, got '" + role + "'."));
        String token = ApiTokens.generate();
        PrintWriter errors = spec.commandLine().getErr();
        errors.println(token);
        errors.flush();
        spec.commandLine().getOut().println(ApiTokens.line(new Caller(name, given), token));
        spec.commandLine().getOut().flush();
    }
}
