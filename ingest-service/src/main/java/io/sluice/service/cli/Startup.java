package io.sluice.service.cli;

import io.sluice.service.logging.JsonLogging;
import io.sluice.service.security.ApiEncryption;
import io.sluice.service.security.Authentication;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What has to be known of the command line before Quarkus starts: whether it is needed, whether it serves HTTP and
 * where, and how much is logged.
 */
public final class Startup {

    private static final Set<String> SERVING = Set.of("run", "demo");
    /** What prints, or asks a running service, is quick without the container. */
    private static final Set<String> LIGHT =
            Set.of("schema", "completion", "token", "status", "start", "stop", "pause", "resume", "resnapshot", "cuts");

    private static final Set<String> ASKING = Set.of("-h", "--help", "-V", "--version");
    private static final String DEFAULT_HOST = "127.0.0.1";
    private static final String DEFAULT_PORT = "8080";
    private static final int MAX_PORT = 65_535;

    private final List<String> arguments;
    private final Map<String, String> environment;

    private Startup(List<String> arguments, Map<String, String> environment) {
        this.arguments = arguments;
        this.environment = environment;
    }

    /** The start of a process. */
    public static Startup of(String[] arguments, Map<String, String> environment) {
        return new Startup(List.copyOf(Arrays.asList(arguments)), Map.copyOf(environment));
    }

    /** Whether stack traces and all logs are asked for. */
    public static boolean debug(List<String> arguments, Map<String, String> environment) {
        String variable = environment.getOrDefault("SLUICE_DEBUG", "");
        return arguments.contains("--debug")
                || !(variable.isEmpty() || variable.equals("0") || variable.equals("false"));
    }

    /** Whether the command needs more than its arguments; what only prints is quick without. */
    public boolean needsContainer() {
        Optional<String> command = command();
        return command.isPresent()
                && !LIGHT.contains(command.get())
                && arguments.stream().noneMatch(ASKING::contains);
    }

    /**
     * Sets what Quarkus reads when it starts.
     *
     * @return false when the command cannot start; the reason was printed
     */
    public boolean prepare(PrintStream errors) {
        logging();
        if (!SERVING.contains(command().orElse(""))) {
            // A command that only reads must not fail because a running service holds the port.
            System.setProperty("quarkus.http.host-enabled", "false");
            return true;
        }
        return http(errors);
    }

    /** The name of the command, which may be wrong; empty when there is none. */
    public Optional<String> command() {
        return arguments.stream().filter(argument -> !argument.startsWith("-")).findFirst();
    }

    private void logging() {
        if (JsonLogging.isAsked(environment)) {
            // The console says nothing then, so that everything it would say is logged.
            set("quarkus.log.category.\"sluice.events\".level", "INFO");
            set("quarkus.log.category.\"sluice.console\".level", "INFO");
        }
        if (debug(arguments, environment)) {
            System.setProperty("quarkus.log.level", "INFO");
            System.setProperty("quarkus.log.category.\"io.sluice\".level", "DEBUG");
            return;
        }
        // Without stack traces: the message names what happened and what to do.
        set("quarkus.log.console.format", "%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p [%c{1}] %m%n");
        set("quarkus.log.level", "ERROR");
        set(
                "quarkus.log.category.\"io.sluice\".level",
                SERVING.contains(command().orElse("")) ? "WARN" : "ERROR");
        // The console tells it, with the hint.
        set("quarkus.log.category.\"io.sluice.service.runtime.ManagedPipeline\".level", "OFF");
    }

    private static void set(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private boolean http(PrintStream errors) {
        Optional<ApiEncryption> encryption;
        try {
            encryption = ApiEncryption.of(environment);
        } catch (IllegalArgumentException e) {
            errors.println("sluice: " + e.getMessage());
            errors.println("hint: docs/operations.md, 'Encryption', tells what the files must be");
            return false;
        }
        String host = setting("quarkus.http.host", "QUARKUS_HTTP_HOST", DEFAULT_HOST);
        if (!isLoopback(host) && !Authentication.isConfigured(environment)) {
            errors.println("sluice: without authentication the API listens to this machine alone, not on " + host);
            errors.println("hint: name a file of tokens with SLUICE_API_TOKENS_FILE ('sluice token' makes them), or an"
                    + " OpenID provider with SLUICE_API_OIDC_ISSUER; or leave QUARKUS_HTTP_HOST out");
            return false;
        }
        if (!isLoopback(host) && encryption.isEmpty() && !mayBePlain(host, errors)) {
            return false;
        }
        Optional<String> option = portOption();
        String text = option.orElseGet(() -> setting("quarkus.http.port", "QUARKUS_HTTP_PORT", DEFAULT_PORT));
        Optional<Integer> port = port(text);
        if (port.isEmpty()) {
            errors.println("sluice: the port must be 0 to " + MAX_PORT + ", got '" + text + "'");
            return false;
        }
        Optional<Integer> free = free(host, port.get());
        if (free.isEmpty() && option.isEmpty() && command().orElse("").equals("demo")) {
            free = free(host, 0);
        }
        if (free.isEmpty()) {
            errors.println("sluice: cannot listen on " + host + ":" + text
                    + ": the port is in use, or the address is not this machine's");
            errors.println("hint: choose another with --port or QUARKUS_HTTP_PORT (0 for any free one), or end the"
                    + " process that has it");
            return false;
        }
        System.setProperty("quarkus.http.host", host);
        System.setProperty("quarkus.http.port", Integer.toString(free.get()));
        int listening = free.get();
        encryption.ifPresent(how -> how.properties(listening).forEach(System::setProperty));
        return true;
    }

    /** Something in front of the service may encrypt, which it cannot know: said aloud, refused where that is asked for. */
    private boolean mayBePlain(String host, PrintStream errors) {
        boolean refused = ApiEncryption.isRequired(environment);
        errors.println("sluice: " + (refused ? "" : "warning: ") + "the API on " + host
                + " is not encrypted: who is on the way reads tokens and answers");
        errors.println("hint: name a certificate with SLUICE_API_TLS_CERT and its key with SLUICE_API_TLS_KEY, unless"
                + " something in front of the service encrypts");
        return !refused;
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private String setting(String property, String variable, String otherwise) {
        String set = System.getProperty(property, environment.getOrDefault(variable, ""));
        return set.isEmpty() ? otherwise : set;
    }

    private Optional<String> portOption() {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith("--port=")) {
                return Optional.of(argument.substring("--port=".length()));
            }
            if (argument.equals("--port") && i + 1 < arguments.size()) {
                return Optional.of(arguments.get(i + 1));
            }
        }
        return Optional.empty();
    }

    private static Optional<Integer> port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port >= 0 && port <= MAX_PORT ? Optional.of(port) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The port itself when nobody listens there; for 0 any that is free. */
    private static Optional<Integer> free(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
            return Optional.of(socket.getLocalPort());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
