package io.sluice.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
        assertThat(prepare(known, "run", "x")).isEmpty();
        assertThat(prepare(Map.of("QUARKUS_HTTP_HOST", "::1", "QUARKUS_HTTP_PORT", "0"), "run", "x"))
                .doesNotContain("without authentication");
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
