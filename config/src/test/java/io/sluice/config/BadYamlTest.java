package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every refusal a user can meet: what was wrong, the line it points to, and the words that help. */
class BadYamlTest {

    /**
     * @param what is wrong
     * @param yaml the file
     * @param line the first problem's
     * @param path the first problem's
     * @param words parts of the first problem's message
     */
    record Bad(String what, String yaml, int line, String path, List<String> words) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<ConfigProblem> problems(String yaml) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> Fixtures.read(yaml));
        assertThat(refused).as("the reader must refuse this").isNotNull();
        return refused.problems();
    }

    /** The minimal file with one of its lines replaced, which may add lines. */
    private static Bad line(String what, String old, String replacement, int line, String path, String... words) {
        assertThat(Fixtures.MINIMAL).contains(old);
        return new Bad(what, Fixtures.MINIMAL.replace(old, replacement), line, path, List.of(words));
    }

    /** The minimal file, whose 14 lines are right, with more behind it. */
    private static Bad more(String what, String more, int line, String path, String... words) {
        return new Bad(what, Fixtures.MINIMAL + more, line, path, List.of(words));
    }

    private static Bad pipeline(String what, String line, String path, String... words) {
        return line(what, "  name: shop\n", "  name: shop\n  " + line + "\n", 3, "pipeline." + path, words);
    }

    private static Bad source(String what, String line, String path, String... words) {
        return line(what, "  type: postgres\n", "  type: postgres\n  " + line + "\n", 5, "source." + path, words);
    }

    private static Bad tables(String what, String tables, String... words) {
        return line(what, "tables: public.orders", "tables: " + tables, 8, "source.tables", words);
    }

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

    static Stream<Bad> wrongValues() {
        return Stream.of(
                line(
                        "wrong choice",
                        "type: postgres",
                        "type: postgress",
                        4,
                        "source.type",
                        "'postgress' is not one of",
                        "did you mean 'postgres'?"),
                line("wrong sink", "type: iceberg", "type: delta", 10, "sink.type", "'delta' is not one of iceberg"),
                line("wrong catalog", "type: hadoop", "type: jdbcc", 13, "sink.catalog.type", "did you mean 'jdbc'?"),
                line("no value", "  name: shop", "  name:", 2, "pipeline.name", "has no value"),
                line("empty value", "  name: shop\n", "  name: ''\n", 2, "pipeline.name", "is empty"),
                line(
                        "number for text",
                        "database-name: shop",
                        "database-name: 2024",
                        6,
                        "source.database-name",
                        "expected text, got a whole number; put it in quotes"),
                line("flag for text", "username: sluice", "username: true", 7, "source.username", "got true or false"),
                line("list for text", "  name: shop\n", "  name: [shop]\n", 2, "pipeline.name", "got a list"),
                line(
                        "section for text",
                        "hostname: localhost",
                        "hostname: {a: b}",
                        5,
                        "source.hostname",
                        "got a section"),
                line(
                        "text for section",
                        "pipeline:\n  name: shop",
                        "pipeline: shop",
                        1,
                        "pipeline",
                        "expected a section",
                        "name, commit-interval",
                        "got text"),
                line("unknown tag", "  name: shop\n", "  name: !secret shop\n", 2, "pipeline.name", "tag !secret"),
                line("bad name", "  name: shop\n", "  name: My Shop\n", 2, "pipeline.name", "'My Shop' is not a name"),
                line(
                        "long name",
                        "  name: shop\n",
                        "  name: " + "s".repeat(37) + "\n",
                        2,
                        "pipeline.name",
                        "at most 36"),
                line(
                        "port in hostname",
                        "hostname: localhost",
                        "hostname: localhost:5432",
                        5,
                        "source.hostname",
                        "without a port"),
                line(
                        "empty namespace part",
                        "namespace: lake",
                        "namespace: lake..x",
                        11,
                        "sink.namespace",
                        "namespace"),
                source("port as text", "port: \"5432\"", "port", "got text", "take the quotes away"),
                source("port with a fraction", "port: 54.32", "port", "got a number with a fraction"),
                source("port out of range", "port: 70000", "port", "'70000' is out of range", "from 1 to 65535"),
                source("hexadecimal port", "port: 0x1538", "port", "is not a whole number"),
                source("wrong ssl mode", "ssl-mode: verify_full", "ssl-mode", "did you mean 'verify-full'?"),
                source("wrong slot name", "slot-name: Shop-Slot", "slot-name", "lower-case letters"),
                source("timeout too long", "connect-timeout: 11m", "connect-timeout", "out of range", "1s to 10m"),
                pipeline(
                        "no unit",
                        "commit-interval: 10",
                        "commit-interval",
                        "a duration such as 10s",
                        "a whole number"),
                pipeline(
                        "wrong unit",
                        "commit-interval: 10 sec",
                        "commit-interval",
                        "'10 sec' is not a duration",
                        "500ms"),
                pipeline("too short", "commit-interval: 10ms", "commit-interval", "out of range", "100ms to 1h"),
                pipeline("tags too often", "tag-interval: 100ms", "tag-interval", "out of range", "1s to 365d"),
                pipeline("wrong size", "buffer-memory: 1 gigabyte", "buffer-memory", "is not a size", "64MB"),
                pipeline("too small", "buffer-memory: 1MB", "buffer-memory", "out of range", "16MB or more"),
                pipeline("huge size", "buffer-memory: 99999999999TB", "buffer-memory", "2^63"),
                pipeline("no parallelism", "snapshot-parallelism: 0", "snapshot-parallelism", "from 1 to 64"),
                pipeline("drained too late", "drain-after: 366d", "drain-after", "out of range", "0s to 365d"),
                pipeline("small chunks", "snapshot-chunk-size: 1MB", "snapshot-chunk-size", "1MiB"),
                pipeline("much parallelism", "snapshot-parallelism: 65", "snapshot-parallelism", "from 1 to 64"),
                pipeline("no rows", "commit-max-rows: 0", "commit-max-rows", "of 1 or more"),
                pipeline("huge number", "commit-max-rows: 99999999999999999999", "commit-max-rows", "whole number"),
                tables("empty text", "''", "is empty"),
                tables("empty list", "[]", "list is empty"),
                tables("comma too much", "'public.a,'", "is empty"),
                tables("no schema", "orders", "'orders' has no schema", "public.orders"),
                tables("no table", "public.", "one side of the dot"),
                tables("broken expression", "public.order_(", "is not a regular expression"),
                tables("top-level or", "public.a|public.b", "outside parentheses"),
                line(
                        "bad pattern in a list",
                        "tables: public.orders",
                        "tables:\n  - public.a\n  - b",
                        10,
                        "source.tables[1]",
                        "'b' has no schema"),
                more(
                        "section for a list",
                        "transform:\n  source-table: public.orders\n",
                        15,
                        "transform",
                        "expected a list",
                        "'- '"),
                more("nothing for a list", "route:\n", 15, "route", "got nothing", "take the key away"),
                more("text in a list", "transform:\n  - public.orders\n", 16, "transform[0]", "expected a section"),
                more(
                        "wrong partition transform",
                        "transform:\n- source-table: public.orders\n  partition-keys: dya(created_at)\n",
                        17,
                        "transform[0].partition-keys",
                        "did you mean 'day'?"),
                more(
                        "open parenthesis",
                        "transform:\n- source-table: public.orders\n  partition-keys: day(x\n",
                        17,
                        "transform[0].partition-keys",
                        "parentheses"),
                more(
                        "nested property",
                        "  table-properties:\n    write:\n      format: x\n",
                        17,
                        "sink.table-properties.write",
                        "with dots: write."));
    }

    static Stream<Bad> contradictions() {
        String route = "- source-table: public.orders\n  sink-table: ";
        return Stream.of(
                line(
                        "catalog without its URI",
                        "type: hadoop",
                        "type: jdbc",
                        12,
                        "sink.catalog",
                        "'uri' is missing",
                        "type jdbc needs"),
                line(
                        "catalog without a warehouse",
                        "    warehouse: warehouse\n",
                        "",
                        12,
                        "sink.catalog",
                        "'warehouse' is missing",
                        "type hadoop needs"),
                more(
                        "property with a key of its own",
                        "    properties:\n      uri: x\n",
                        15,
                        "sink.catalog.properties",
                        "write it as sink.catalog.uri"),
                more(
                        "unknown format",
                        "  table-properties: {format-version: 4}\n",
                        15,
                        "sink.table-properties",
                        "format-version must be 2 or 3"),
                line(
                        "slot for MySQL",
                        "type: postgres\n",
                        "type: mysql\n  slot-name: s\n",
                        5,
                        "source.slot-name",
                        "type postgres only"),
                line(
                        "publication for MariaDB",
                        "type: postgres\n",
                        "type: mariadb\n  publication-name: p\n",
                        5,
                        "source.publication-name",
                        "type postgres only"),
                source(
                        "certificate for nothing",
                        "ssl-root-cert: a.crt\n  ssl-mode: disable",
                        "ssl-root-cert",
                        "ssl-mode disable"),
                tables(
                        "Flink's three parts",
                        "shop.public.orders",
                        "begins with the database's name",
                        "leave it out: public.orders"),
                source(
                        "named and excluded",
                        "tables-exclude: public.o.*",
                        "tables-exclude",
                        "leaves out public.orders"),
                tables(
                        "two tables of one name",
                        "a.orders, b.orders",
                        "a.orders and b.orders",
                        "lake.orders",
                        "'route'"),
                line(
                        "two routes to one table",
                        "tables: public.orders",
                        "tables: public.a, public.b\nroute:\n" + route.replace("orders", "a") + "x.y\n"
                                + route.replace("orders", "b") + "x.y",
                        13,
                        "route[1].sink-table",
                        "public.a and public.b",
                        "x.y"),
                more(
                        "route twice",
                        "route:\n" + route + "a.b\n" + route + "a.c\n",
                        18,
                        "route[1].source-table",
                        "never used for public.orders",
                        "route in line 16"),
                more(
                        "transform twice",
                        "transform:\n- source-table: public.orders\n- source-table: public.orders\n",
                        17,
                        "transform[1].source-table",
                        "never used",
                        "transform in line 16"),
                more(
                        "transform behind a pattern",
                        "transform:\n- source-table: public.*\n- source-table: public.orders\n",
                        17,
                        "transform[1].source-table",
                        "never used for public.orders",
                        "line 16"),
                more(
                        "transform of no table",
                        "transform:\n- source-table: public.order\n",
                        16,
                        "transform[0].source-table",
                        "public.order is not among source.tables",
                        "did you mean 'public.orders'?"),
                more(
                        "symbol for nothing",
                        "route:\n" + route + "a.b\n  replace-symbol: '@'\n",
                        18,
                        "route[0].replace-symbol",
                        "does not occur in sink-table 'a.b'"));
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
    @MethodSource({"notYaml", "wrongKeys", "wrongValues", "contradictions", "references"})
    void is_refused_with_line_path_and_advice(Bad bad) {
        List<ConfigProblem> problems = problems(bad.yaml());

        ConfigProblem first = problems.get(0);
        assertThat(first.file()).isEqualTo("pipeline.yaml");
        assertThat(first.line()).as("line of: %s", first).isEqualTo(bad.line());
        assertThat(first.column()).isPositive();
        assertThat(first.path()).isEqualTo(bad.path());
        assertThat(first.message()).contains(bad.words());
        assertThat(problems.toString()).doesNotContain("s3cr3t");
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
