package io.sluice.config;

import static io.sluice.config.BadYaml.line;
import static io.sluice.config.BadYaml.more;
import static io.sluice.config.BadYaml.pipeline;
import static io.sluice.config.BadYaml.problems;
import static io.sluice.config.BadYaml.source;
import static io.sluice.config.BadYaml.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.config.BadYaml.Bad;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every refusal a user can meet: what was wrong, the line it points to, and the words that help. */
class BadYamlTest {

    static Stream<Bad> notYaml() {
        return Stream.of(
                new Bad("empty file", "", 1, "", List.of("empty", "pipeline, source and sink")),
                new Bad("only a comment", "# nothing\n", 1, "", List.of("empty")),
                new Bad("a text alone", "shop\n", 1, "", List.of("expected a section", "got text")),
                new Bad("a list alone", "- pipeline\n", 1, "", List.of("expected a section", "got a list")),
                new Bad("tab as indent", "pipeline:\n\tname: shop\n", 2, "", List.of("tab", "use spaces")),
                new Bad("open quote", "pipeline:\n  name: \"shop\n", 3, "", List.of("not YAML", "quoted scalar")),
                new Bad("bad indent", "pipeline:\n  name: shop\n source: 1\n", 3, "", List.of("not YAML")),
                new Bad(
                        "open bracket",
                        "source:\n  tables: [a.b\nsink: {}\n",
                        3,
                        "",
                        List.of("not YAML", "flow sequence")),
                new Bad("second document", "a: 1\n---\nb: 2\n", 2, "", List.of("second document", "one pipeline")),
                new Bad("unknown alias", "pipeline: *nothing\n", 1, "", List.of("not YAML", "alias")),
                new Bad("control character", "pipeline:\n  name: sh\u0001op\n", 2, "", List.of("U+0001")),
                new Bad("alias inside itself", "pipeline: &a\n  name: *a\n", 1, "", List.of("alias", "inside")),
                new Bad("deep nesting", "a: " + "[".repeat(5000) + "\n", 1, "", List.of("nested more than 32 deep")),
                new Bad("very long", "# " + "x".repeat(1 << 20), 1, "", List.of("more than 1048576 characters")),
                new Bad("many levels of aliases", levels(), 1, "", List.of("aliases are written out")),
                new Bad("many aliases", manyAliases(), 1, "", List.of("too many aliases")));
    }

    private static String levels() {
        StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int level = 1; level < 9; level++) {
            yaml.append("a%d: &a%d [%s]\n".formatted(level, level, ("*a" + (level - 1) + ", ").repeat(5)));
        }
        return yaml.toString();
    }

    private static String manyAliases() {
        return "a: &a [x]\nb: [" + "*a, ".repeat(60) + "]\n";
    }

    static Stream<Bad> wrongKeys() {
        return Stream.of(
                pipeline(
                        "misspelt key",
                        "comit-interval: 10s",
                        "comit-interval",
                        "unknown",
                        "did you mean 'commit-interval'?"),
                pipeline("camel case", "commitInterval: 10s", "commitInterval", "did you mean 'commit-interval'?"),
                pipeline("underscore", "commit_max_rows: 10", "commit_max_rows", "did you mean 'commit-max-rows'?"),
                pipeline("Flink's key", "parallelism: 10", "parallelism", "did you mean 'snapshot-parallelism'?"),
                pipeline("key of elsewhere", "hostname: db", "hostname", "it belongs under 'source'"),
                pipeline(
                        "key of nowhere",
                        "xyzzy: 1",
                        "xyzzy",
                        "unknown key 'xyzzy'",
                        "the keys here are name, commit-interval"),
                pipeline("key twice", "name: again", "name", "stands here twice", "line 2"),
                line(
                        "list as key",
                        "  name: shop\n",
                        "  name: shop\n  [a, b]: 1\n",
                        3,
                        "pipeline",
                        "expected a key, got a list"),
                source("misspelt in source", "hostnam: db", "hostnam", "did you mean 'hostname'?"),
                source("swapped letters", "prot: 1", "prot", "did you mean 'port'?"),
                more("misspelt section", "transforms: []\n", 15, "transforms", "did you mean 'transform'?"),
                more(
                        "misspelt in route",
                        "route:\n  - source-tabel: public.orders\n    sink-table: a.b\n",
                        16,
                        "route[0].source-tabel",
                        "did you mean 'source-table'?"),
                more(
                        "filter under route",
                        "route:\n- source-table: public.orders\n  sink-table: a.b\n  filter: x\n",
                        18,
                        "route[0].filter",
                        "it belongs under 'transform'"),
                line(
                        "catalog property unwrapped",
                        "    type: hadoop\n",
                        "    type: hadoop\n    s3.region: x\n",
                        14,
                        "sink.catalog.s3.region",
                        "the keys here are type, uri, warehouse, properties"),
                line(
                        "table-properties too deep",
                        "    type: hadoop\n",
                        "    type: hadoop\n    table-properties: {}\n",
                        14,
                        "sink.catalog.table-properties",
                        "it belongs under 'sink'"),
                line(
                        "missing key",
                        "  hostname: localhost\n",
                        "",
                        3,
                        "source",
                        "'hostname' is missing",
                        "server's name"),
                line("missing section", "pipeline:\n  name: shop\n", "", 1, "", "'pipeline' is missing"));
    }

    static Stream<Bad> references() {
        return Stream.of(
                line(
                        "missing variable",
                        "  name: shop",
                        "  name: ${NOT_SET}",
                        2,
                        "pipeline.name",
                        "NOT_SET is not set"),
                line(
                        "missing variable in a text",
                        "  name: shop\n",
                        "  name: a-${NOT_SET}-b\n",
                        2,
                        "pipeline.name",
                        "NOT_SET"),
                line(
                        "missing variable in a list",
                        "tables: public.orders",
                        "tables:\n  - ${NOT_SET}",
                        9,
                        "source.tables[0]",
                        "NOT_SET is not set"),
                line(
                        "missing variable in a default",
                        "  name: shop\n",
                        "  name: ${NOT_SET:-${NOR_THIS}}\n",
                        2,
                        "pipeline.name",
                        "NOR_THIS is not set"),
                line(
                        "missing file",
                        "  name: shop\n",
                        "  name: ${file:/no/file}\n",
                        2,
                        "pipeline.name",
                        "/no/file cannot be read: it does not exist"),
                line("no file", "  name: shop\n", "  name: '${file:}'\n", 2, "pipeline.name", "names no file"),
                line(
                        "bad variable",
                        "  name: shop\n",
                        "  name: ${NOT-SET}\n",
                        2,
                        "pipeline.name",
                        "no environment variable"),
                line("open reference", "  name: shop\n", "  name: ${SHOP_PASSWORD\n", 2, "pipeline.name", "not closed"),
                line("empty variable", "  name: shop\n", "  name: ${EMPTY}\n", 2, "pipeline.name", "empty"),
                source(
                        "text for a number",
                        "port: ${WORD}",
                        "port",
                        "the value that the reference stands for",
                        "is not a whole number"),
                line(
                        "wrong choice",
                        "type: postgres",
                        "type: ${WORD}",
                        4,
                        "source.type",
                        "reference stands for",
                        "is not one of"),
                tables("no schema", "${WORD}", "the value that the reference stands for has no schema"),
                pipeline(
                        "text for a size",
                        "buffer-memory: ${WORD}",
                        "buffer-memory",
                        "reference stands for is not a size"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"notYaml", "wrongKeys", "references"})
    void is_refused_with_line_path_and_advice(Bad bad) {
        bad.assertRefused();
    }

    @Test
    void all_problems_are_reported_at_once_in_the_order_of_the_lines() {
        List<ConfigProblem> problems = problems("""
                pipeline:
                  name: Shop
                  comit-interval: 10s
                  snapshot-parallelism: 100
                source:
                  type: oracle
                  hostname: localhost
                  port: ${NOT_SET}
                  database-name: shop
                  username: sluice
                  tables: public.orders
                sink:
                  type: iceberg
                  namespace: lake
                  catalog: {type: rest}
                transform:
                  - source-table: public.customers
                """);

        assertThat(problems)
                .extracting(ConfigProblem::line, ConfigProblem::path)
                .containsExactly(
                        tuple(2, "pipeline.name"),
                        tuple(3, "pipeline.comit-interval"),
                        tuple(4, "pipeline.snapshot-parallelism"),
                        tuple(6, "source.type"),
                        tuple(8, "source.port"),
                        tuple(15, "sink.catalog"),
                        tuple(17, "transform[0].source-table"));
    }

    @Test
    void two_missing_variables_in_one_value_are_two_problems() {
        assertThat(problems(Fixtures.MINIMAL.replace("  name: shop", "  name: ${ONE}-${TWO}")))
                .extracting(ConfigProblem::message)
                .satisfiesExactly(
                        message -> assertThat(message).contains("variable ONE"),
                        message -> assertThat(message).contains("variable TWO"));
    }

    @Test
    void the_column_is_that_of_the_value_or_of_the_unknown_key() {
        assertThat(problems(Fixtures.MINIMAL.replace("type: postgres", "type: postgress"))
                        .get(0)
                        .column())
                .isEqualTo(9);
        assertThat(problems(Fixtures.MINIMAL.replace("  name: shop", "  name: shop\n  nam: x"))
                        .get(0)
                        .column())
                .isEqualTo(3);
    }

    @Test
    void the_text_of_the_exception_has_one_clickable_line_for_each_problem() {
        ConfigException refused = catchThrowableOfType(
                ConfigException.class, () -> Fixtures.read(Fixtures.MINIMAL.replace("type: postgres", "type: pg")));

        assertThat(refused).hasMessage("pipeline.yaml:4:9: source.type: 'pg' is not one of postgres, mysql, mariadb");
    }

    @Test
    void a_password_is_in_no_message_even_when_the_file_is_broken_at_its_line() {
        for (String password : List.of(
                "password: s3cr3t-1: x",
                "password: \"s3cr3t",
                "password: {a: s3cr3t}",
                "password: !s s3cr3t",
                "password: ${NOT_SET:-s3cr3t",
                "password: ${file:/none}s3cr3t",
                "password: 1234567",
                "password: [s3cr3t]")) {
            List<ConfigProblem> problems =
                    problems(Fixtures.MINIMAL.replace("  username: sluice", "  username: sluice\n  " + password));
            assertThat(problems.toString()).doesNotContain("s3cr3t").doesNotContain("1234567");
        }
    }
}
