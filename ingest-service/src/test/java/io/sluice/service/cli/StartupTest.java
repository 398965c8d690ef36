package io.sluice.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.tls.TestAuthority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated
class StartupTest {

    private final Properties before = new Properties();

    @BeforeEach
    void keepProperties() {
        before.putAll(System.getProperties());
        System.clearProperty("quarkus.http.port");
        System.clearProperty("quarkus.http.host");
    }

    @AfterEach
    void restoreProperties() {
        System.setProperties(before);
    }

    @Test
    void what_only_prints_starts_without_the_container() {
        for (String[] arguments : new String[][] {{}, {"schema"}, {"--help"}, {"run", "--help"}, {"-V"}}) {
            assertThat(Startup.of(arguments, Map.of()).needsContainer()).isFalse();
        }
        for (String[] arguments : new String[][] {{"run", "x.yaml"}, {"--debug", "plan", "x"}, {"verify", "x"}}) {
            assertThat(Startup.of(arguments, Map.of()).needsContainer()).isTrue();
        }
    }

    @Test
    void only_run_and_demo_serve() {
        prepare(Map.of(), "plan", "x.yaml");

        assertThat(System.getProperty("quarkus.http.host-enabled")).isEqualTo("false");
    }

    @Test
    void a_port_in_use_is_told_with_what_to_do() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());

            String told = prepare(Map.of(), "run", "x.yaml", "--port", port);

            assertThat(told).contains("127.0.0.1:" + port, "in use", "hint: ", "--port");
            assertThat(prepare(Map.of("QUARKUS_HTTP_PORT", port), "run", "x.yaml"))
                    .contains("in use");
            assertThat(prepare(Map.of("QUARKUS_HTTP_PORT", port), "demo")).isEmpty();
            assertThat(System.getProperty("quarkus.http.port")).isNotEqualTo(port);
        }
    }

    @Test
    void without_authentication_it_listens_to_this_machine_alone() {
        Map<String, String> everywhere = Map.of("QUARKUS_HTTP_HOST", "0.0.0.0", "QUARKUS_HTTP_PORT", "0");

        assertThat(prepare(everywhere, "run", "x"))
                .contains("without authentication", "not on 0.0.0.0", "SLUICE_API_TOKENS_FILE");
        Map<String, String> known = new HashMap<>(everywhere);
        known.put("SLUICE_API_TOKENS_FILE", "tokens");
        assertThat(prepare(known, "run", "x")).doesNotContain("without authentication");
        assertThat(prepare(Map.of("QUARKUS_HTTP_HOST", "::1", "QUARKUS_HTTP_PORT", "0"), "run", "x"))
                .doesNotContain("without authentication");
    }

    @Test
    void plain_requests_from_other_machines_are_warned_of_and_refused_where_that_is_asked_for() {
        Map<String, String> plain =
                Map.of("QUARKUS_HTTP_HOST", "0.0.0.0", "QUARKUS_HTTP_PORT", "0", "SLUICE_API_TOKENS_FILE", "tokens");
        assertThat(prepare(plain, "run", "x")).contains("warning", "is not encrypted", "SLUICE_API_TLS_CERT");
        assertThat(System.getProperty("quarkus.http.port")).isNotNull();

        Map<String, String> strict = new HashMap<>(plain);
        strict.put("SLUICE_API_TLS_REQUIRED", "true");
        assertThat(prepare(strict, "run", "x")).contains("is not encrypted").doesNotContain("warning");
        assertThat(System.getProperty("quarkus.http.port")).isNull();
        strict.remove("QUARKUS_HTTP_HOST");
        assertThat(prepare(strict, "run", "x")).isEmpty();
    }

    @Test
    void files_that_do_not_encrypt_are_refused_before_anything_starts(@TempDir Path directory) throws IOException {
        TestAuthority authority = TestAuthority.in(directory);
        TestAuthority.Identity one = authority.issue("one");
        TestAuthority.Identity other = authority.issue("other");
        Path garbage = Files.writeString(directory.resolve("garbage"), "secret-garbage");

        assertThat(encrypted(one.certificate(), one.key())).isEmpty();
        assertThat(System.getProperties()).containsEntry("quarkus.http.insecure-requests", "disabled");
        assertThat(encrypted(one.certificate(), other.key()))
                .contains("is not the one of", one.certificate().toString());
        assertThat(encrypted(garbage, one.key())).contains("no certificate").doesNotContain("secret-garbage");
        assertThat(encrypted(one.certificate(), garbage)).contains("PKCS #8").doesNotContain("secret-garbage");
        assertThat(encrypted(directory.resolve("nowhere"), one.key())).contains("nowhere", "cannot be read");
        assertThat(prepare(Map.of("SLUICE_API_TLS_CERT", one.certificate().toString()), "run", "x"))
                .contains("SLUICE_API_TLS_KEY");
    }

    private static String encrypted(Path certificate, Path key) {
        return prepare(
                Map.of(
                        "QUARKUS_HTTP_PORT", "0",
                        "SLUICE_API_TLS_CERT", certificate.toString(),
                        "SLUICE_API_TLS_KEY", key.toString()),
                "run",
                "x");
    }

    @Test
    void a_port_that_is_none_is_refused() {
        assertThat(prepare(Map.of(), "run", "x", "--port=http")).contains("0 to 65535", "'http'");
        assertThat(prepare(Map.of(), "run", "x", "--port=70000")).contains("'70000'");
    }

    @Test
    void debugging_is_asked_for_by_option_or_variable() {
        assertThat(Startup.debug(List.of("plan", "--debug"), Map.of())).isTrue();
        assertThat(Startup.debug(List.of("plan"), Map.of("SLUICE_DEBUG", "1"))).isTrue();
        assertThat(Startup.debug(List.of("plan"), Map.of("SLUICE_DEBUG", "0"))).isFalse();
        assertThat(Startup.debug(List.of("plan"), Map.of())).isFalse();
    }

    private static String prepare(Map<String, String> environment, String... arguments) {
        System.clearProperty("quarkus.http.port");
        System.clearProperty("quarkus.http.host");
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        Startup.of(arguments, environment).prepare(new PrintStream(told, true, StandardCharsets.UTF_8));
        return told.toString(StandardCharsets.UTF_8);
    }
}
