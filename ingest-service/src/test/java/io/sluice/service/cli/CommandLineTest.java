package io.sluice.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {

    @TempDir
    Path directory;

    @Test
    void the_schema_is_printed_on_standard_output_alone() {
        Invocation schema = Invocation.of("schema");

        assertThat(schema.exitCode()).isZero();
        assertThat(schema.out()).startsWith("{").contains("\"Sluice pipeline\"").endsWith("}\n");
        assertThat(schema.err()).isEmpty();
    }

    @Test
    void help_names_every_command_and_exit_code() {
        Invocation help = Invocation.of("--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("demo", "run", "plan", "verify", "schema", "Exit codes:", "0 ", "1 ", "2 ");
        assertThat(Invocation.of("verify", "--help").out()).contains("--attempts");
        assertThat(Invocation.of("--version").out()).startsWith("sluice ");
    }

    @Test
    void every_command_is_completed() {
        assertThat(Invocation.of("completion").out())
                .contains("dead-letters", "resnapshot", "status")
                .containsPattern("_picocli_sluice_deadletters|_picocli_sluice_dead_letters")
                .contains("'--table'", "'--limit'");
    }

    @Test
    void a_wrong_command_line_ends_with_2_and_a_hint() {
        Invocation unknown = Invocation.of("plann", "x.yaml");

        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("sluice: ", "plann", "hint: sluice --help");
        assertThat(unknown.out()).isEmpty();
        assertThat(Invocation.of().exitCode()).isEqualTo(2);
        assertThat(Invocation.of("plan").exitCode()).isEqualTo(2);
        assertThat(Invocation.of("verify", "--attempts", "0", "x.yaml").exitCode())
                .isEqualTo(2);
        assertThat(Invocation.of("demo", "--scale", "0").err()).contains("--scale");
        for (String limit : new String[] {"0", "1001", "many"}) {
            Invocation refused = Invocation.of("dead-letters", "shop", "--limit", limit);
            assertThat(refused.exitCode()).isEqualTo(2);
            assertThat(refused.err()).contains("--limit", limit);
        }
    }

    @Test
    void a_bad_file_ends_with_2_and_every_problem_with_its_line() throws IOException {
        Path file = Files.writeString(directory.resolve("bad.yaml"), """
                pipeline:
                  name: shop
                  comit-interval: 10s
                source:
                  type: postgres
                  port: many
                """);
        for (String command : new String[] {"plan", "verify", "run"}) {
            Invocation refused = Invocation.of(command, file.toString());

            assertThat(refused.exitCode()).isEqualTo(2);
            assertThat(refused.err())
                    .contains("sluice: the pipeline file is refused", "bad.yaml:3:", "commit-interval", "bad.yaml:6:")
                    .doesNotContain("\tat ");
            assertThat(refused.out()).isEmpty();
        }
    }

    @Test
    void a_file_that_is_not_there_ends_with_2() {
        Invocation missing =
                Invocation.of("plan", directory.resolve("none.yaml").toString());

        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.err()).contains("none.yaml", "cannot be read");
    }

    @Test
    void two_files_with_one_name_are_refused() throws IOException {
        Path one = Files.writeString(directory.resolve("one.yaml"), pipeline(1));
        Path two = Files.writeString(directory.resolve("two.yaml"), pipeline(1));

        Invocation refused = Invocation.of("run", one.toString(), two.toString());

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("two.yaml", "the name 'shop' is already that of " + one);
    }

    @Test
    void a_database_that_cannot_be_reached_ends_with_1_its_address_and_a_hint() throws IOException {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        Path file = Files.writeString(directory.resolve("shop.yaml"), pipeline(nobody));
        for (String command : new String[] {"plan", "verify"}) {
            Invocation failed = Invocation.of(command, file.toString());

            assertThat(failed.exitCode()).isEqualTo(1);
            assertThat(failed.err())
                    .contains("localhost:" + nobody, "hint: ")
                    .doesNotContain("\tat ")
                    .doesNotContain("never shown");
        }
        assertThat(directory.resolve("warehouse")).doesNotExist();
    }

    private String pipeline(int port) {
        return """
                pipeline:
                  name: shop
                  state-directory: "%s/state"
                source:
                  type: postgres
                  hostname: localhost
                  port: %d
                  database-name: shop
                  username: sluice
                  password: never shown
                  tables: public.*
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: jdbc
                    uri: "jdbc:sqlite:%s/warehouse/catalog.db"
                    warehouse: "%s/warehouse"
                """.formatted(directory, port, directory, directory);
    }
}
