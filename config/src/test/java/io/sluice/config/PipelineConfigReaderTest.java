package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineConfigReaderTest {

    private static String userFrom(String value) {
        return Fixtures.read(Fixtures.MINIMAL.replace("username: sluice", "username: " + value))
                .source()
                .username();
    }

    @Test
    void references_are_replaced_anywhere_in_a_value() {
        assertThat(userFrom("a-${PORT}-${PORT}-b")).isEqualTo("a-6000-6000-b");
        assertThat(userFrom("${NOT_SET:-fallback}")).isEqualTo("fallback");
        assertThat(userFrom("${EMPTY:-fallback}")).isEqualTo("fallback");
        assertThat(userFrom("${NOT_SET:-${PORT}}x")).isEqualTo("6000x");
        assertThat(userFrom("'${NOT_SET:-}x'")).isEqualTo("x");
        assertThat(userFrom("\"$${PORT} ${PORT}\"")).isEqualTo("${PORT} 6000");
        assertThat(userFrom("costs$5")).isEqualTo("costs$5");
    }

    @Test
    void exactly_one_line_break_at_the_end_of_a_file_is_taken_off() {
        assertThat(userFrom("\"${file:/two-lines}\"")).isEqualTo("a\r\nb");
        assertThat(Fixtures.read(Fixtures.MINIMAL.replace("type: postgres", "type: postgres\n  port: ${file:/number}"))
                        .source()
                        .port())
                .isEqualTo(7000);
    }

    @Test
    void what_a_reference_stands_for_is_not_searched_for_references() {
        PipelineConfigReader reader = new PipelineConfigReader(name -> Optional.of("${OTHER}"), path -> "unused");

        assertThat(reader.read("x", Fixtures.MINIMAL.replace("username: sluice", "username: ${A}"))
                        .source()
                        .username())
                .isEqualTo("${OTHER}");
    }

    @Test
    void anchors_and_aliases_are_plain_yaml() {
        PipelineConfig config =
                Fixtures.read(Fixtures.MINIMAL.replace("tables: public.orders", "tables: public.*") + """
                transform:
                  - &daily {source-table: public.a, partition-keys: &keys [day(t)]}
                  - {source-table: public.b, partition-keys: *keys}
                  - {<<: *daily, source-table: public.c}
                """);

        assertThat(config.transforms().get(2).sourceTable().patterns()).containsExactly("public.c");
        assertThat(config.transforms().get(2).partitionKeys()).containsExactly("day(t)");
        assertThat(config.transforms().get(1).partitionKeys()).containsExactly("day(t)");
    }

    @Test
    void a_byte_order_mark_and_windows_line_ends_do_no_harm() {
        assertThat(Fixtures.read("\uFEFF" + Fixtures.MINIMAL.replace("\n", "\r\n"))
                        .name())
                .isEqualTo("shop");
    }

    @Test
    void a_thousand_tables_are_read() {
        StringBuilder tables = new StringBuilder("tables:");
        for (int i = 0; i < 1000; i++) {
            tables.append("\n    - public.table_").append(i);
        }

        PipelineConfig config = Fixtures.read(Fixtures.MINIMAL.replace("tables: public.orders", tables.toString()));

        assertThat(config.source().tables().exactNames()).hasSize(1000);
    }

    @Test
    void a_file_is_read_and_named_in_its_problems(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("shop.yaml");
        Files.writeString(file, Fixtures.MINIMAL);
        assertThat(Fixtures.reader().read(file).name()).isEqualTo("shop");

        Files.writeString(file, Fixtures.MINIMAL.replace("postgres", "oracle"));
        assertThatThrownBy(() -> Fixtures.reader().read(file)).hasMessageStartingWith(file + ":4:9: source.type: ");
    }

    @Test
    void a_file_that_cannot_be_read_says_why(@TempDir Path directory) throws IOException {
        Path missing = directory.resolve("missing.yaml");
        assertThatThrownBy(() -> Fixtures.reader().read(missing))
                .isInstanceOf(ConfigException.class)
                .hasMessage(missing + ":1:1: the file cannot be read: it does not exist");

        Path latin = directory.resolve("latin.yaml");
        Files.write(latin, new byte[] {'a', ':', ' ', (byte) 0xE9});
        assertThatThrownBy(() -> Fixtures.reader().read(latin)).hasMessageContaining("it is not UTF-8 text");
    }

    @Test
    void the_process_reader_sees_the_real_environment_and_files(@TempDir Path directory) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "from-file\n");
        String yaml = Fixtures.MINIMAL
                .replace("username: sluice", "username: ${file:" + secret + "}")
                .replace("hostname: localhost", "hostname: ${SLUICE_TEST_NOT_SET:-localhost}")
                .replace("warehouse: warehouse", "warehouse: ${PATH}");

        PipelineConfig config = PipelineConfigReader.ofProcess().read("x", yaml);

        assertThat(config.source().username()).isEqualTo("from-file");
        assertThat(config.sink().catalog().warehouse()).contains(System.getenv("PATH"));
    }

    @Test
    void no_text_of_a_configuration_shows_a_secret() {
        PipelineConfig config = Fixtures.read(Fixtures.MINIMAL
                        .replace("username: sluice", "username: sluice\n  password: hunter2")
                        .replace(
                                "type: hadoop",
                                "type: jdbc\n    uri: jdbc:postgresql://me:hunter2@db/x?password=hunter2")
                + "    properties: {jdbc.password: hunter2}\n");

        assertThat(config.toString()).doesNotContain("hunter2").contains("jdbc:postgresql://…@db/x?…", "jdbc.password");
        assertThat(config.source().password().orElseThrow().reveal()).isEqualTo("hunter2");
        assertThat(config.sink().catalog().revealProperties()).containsEntry("jdbc.password", "hunter2");
    }

    @Test
    void a_json_view_of_a_secret_is_empty() throws IOException {
        JsonMapper mapper = JsonMapper.builder()
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .build();

        assertThat(mapper.writeValueAsString(Secret.of("hunter2"))).isEqualTo("{}");
    }

    @Test
    void the_first_rule_that_matches_counts() {
        PipelineConfig config =
                Fixtures.read(Fixtures.MINIMAL.replace("tables: public.orders", "tables: public.*") + """
                transform:
                  - {source-table: public.a, filter: one}
                  - {source-table: public.a.*, filter: two}
                route:
                  - {source-table: public.a, sink-table: plain}
                  - {source-table: 'public.b, public.c', sink-table: x.y.t_<>}
                  - {source-table: public.d.*, sink-table: x.@_2, replace-symbol: '@'}
                """);

        assertThat(config.route("public", "a").filter()).contains("one");
        assertThat(config.route("public", "ab").filter()).contains("two");
        assertThat(config.route("public", "z").filter()).isEmpty();
        assertThat(config.sinkFor("public", "a")).isEqualTo(new TableName("lake", "plain"));
        assertThat(config.sinkFor("public", "c")).isEqualTo(new TableName("x.y", "t_c"));
        assertThat(config.sinkFor("public", "d.1")).isEqualTo(new TableName("x", "d.1_2"));
        assertThat(config.sinkFor("public", "z")).isEqualTo(new TableName("lake", "z"));
    }

    @Test
    void tables_that_patterns_send_to_one_lake_table_are_found_once_they_are_known() {
        PipelineConfig config =
                Fixtures.read(Fixtures.MINIMAL.replace("tables: public.orders", "tables: .*.orders, public.shard_.*")
                        + "route: [{source-table: public.shard_.*, sink-table: lake.shards}]\n");

        assertThat(config.sinkCollisions(List.of(
                        new TableName("a", "orders"),
                        new TableName("public", "shard_1"),
                        new TableName("public", "shard_2"),
                        new TableName("b", "orders"))))
                .satisfiesExactly(
                        shards -> assertThat(shards).contains("public.shard_1 and public.shard_2", "lake.shards"),
                        orders -> assertThat(orders).contains("a.orders and b.orders", "lake.orders"));
        assertThat(config.sinkCollisions(List.of(new TableName("a", "orders")))).isEmpty();
    }

    @Test
    void collections_of_a_configuration_cannot_be_changed_and_keep_their_order() {
        PipelineConfig config =
                Fixtures.read(Fixtures.MINIMAL + "  table-properties: {z: 1, a: 2.50, m: true, f: 0x10}\n");

        assertThat(config.sink().tableProperties())
                .containsExactly(
                        Map.entry("z", "1"), Map.entry("a", "2.50"), Map.entry("m", "true"), Map.entry("f", "0x10"));
        assertThatThrownBy(() -> config.sink().tableProperties().put("x", "y"))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> config.routes().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
