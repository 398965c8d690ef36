package io.sluice.config;

import static io.sluice.config.BadYaml.line;
import static io.sluice.config.BadYaml.more;
import static io.sluice.config.BadYaml.pipeline;
import static io.sluice.config.BadYaml.source;
import static io.sluice.config.BadYaml.tables;

import io.sluice.config.BadYaml.Bad;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that cannot be, alone or beside others. */
class BadValuesTest {

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
                pipeline(
                        "no room for letters",
                        "dead-letter-limit: 0\n  dead-letters: x",
                        "dead-letter-limit",
                        "from 1 to 100000"),
                pipeline("letters nowhere", "dead-letters: a..b", "dead-letters", "is not a table such as"),
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
                source(
                        "client certificate for nothing",
                        "ssl-cert: a.crt\n  ssl-key: a.key\n  ssl-mode: disable",
                        "ssl-cert",
                        "ssl-mode disable"),
                pipeline(
                        "limit without letters",
                        "dead-letter-limit: 5",
                        "dead-letter-limit",
                        "is of no use without 'dead-letters'"),
                line(
                        "letters among the rows",
                        "  name: shop\n",
                        "  name: shop\n  dead-letters: orders\n",
                        9,
                        "source.tables",
                        "public.orders would be written to lake.orders, which pipeline.dead-letters names"),
                source("certificate without its key", "ssl-cert: a.crt", "ssl-cert", "without 'ssl-key'"),
                source("key without its certificate", "ssl-key: a.key", "ssl-key", "without 'ssl-cert'"),
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

    @ParameterizedTest(name = "{0}")
    @MethodSource({"wrongValues", "contradictions"})
    void is_refused_with_line_path_and_advice(Bad bad) {
        bad.assertRefused();
    }
}
