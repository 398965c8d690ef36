package io.sluice.service.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.service.security.PemFiles;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What all commands against a running service have in common. */
public final class ServiceOptions {

    private static final String DEFAULT_URL = "http://127.0.0.1:8080";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The service's address (default: SLUICE_URL or " + DEFAULT_URL
                    + "). SLUICE_TOKEN is sent as its token.")
    Optional<String> url = Optional.empty();

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description =
                    "PEM file of the authorities that may have signed the certificate of an https service (default:"
                            + " SLUICE_CA, or those that the Java runtime trusts).")
    Optional<Path> authorities = Optional.empty();

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description =
                    "PEM file with the certificate to show to a service that asks for one (default: SLUICE_CERT).")
    Optional<Path> certificate = Optional.empty();

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "PEM file with the key of --cert, PKCS #8 (default: SLUICE_KEY).")
    Optional<Path> key = Optional.empty();

    @Option(names = "--json", description = "Print the service's answer as JSON, for scripts.")
    boolean json;

    ServiceClient client(CommandSpec spec) {
        Map<String, String> environment = System.getenv();
        String address = url.orElseGet(() -> environment.getOrDefault("SLUICE_URL", DEFAULT_URL));
        Optional<String> token =
                Optional.ofNullable(environment.get("SLUICE_TOKEN")).filter(text -> !text.isBlank());
        return new ServiceClient(base(address, spec), token, encryption(environment, spec));
    }

    private SSLContext encryption(Map<String, String> environment, CommandSpec spec) {
        Optional<Path> shown = file(certificate, environment, "SLUICE_CERT");
        Optional<Path> proof = file(key, environment, "SLUICE_KEY");
        if (shown.isPresent() != proof.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "A certificate needs its key: give both --cert and --key, or none.");
        }
        try {
            return PemFiles.context(
                    file(authorities, environment, "SLUICE_CA"),
                    shown.map(own -> PemFiles.identity(own, proof.orElseThrow())));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static Optional<Path> file(Optional<Path> option, Map<String, String> environment, String variable) {
        return option.or(() -> Optional.ofNullable(environment.get(variable))
                .filter(text -> !text.isBlank())
                .map(Path::of));
    }

    private static URI base(String address, CommandSpec spec) {
        try {
            URI base = new URI(address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
            boolean http = "http".equals(base.getScheme()) || "https".equals(base.getScheme());
            if (http && base.getHost() != null) {
                return base;
            }
        } catch (URISyntaxException e) {
            throw new ParameterException(spec.commandLine(), "The service's address is no URL: " + e.getReason(), e);
        }
        throw new ParameterException(
                spec.commandLine(), "The service's address is such as " + DEFAULT_URL + ", got '" + address + "'.");
    }

    /** Prints the answer itself, or what people see of it. */
    void print(CommandSpec spec, JsonNode answer, List<String> lines) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.toPrettyString());
        } else {
            lines.forEach(out::println);
        }
        out.flush();
    }
}
