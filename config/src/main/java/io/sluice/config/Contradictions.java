package io.sluice.config;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds keys that are right one by one but not together. Looks only at what could be read, so that one mistake is
 * reported once.
 */
final class Contradictions {

    private static final Set<String> NEED_URI = Set.of("jdbc", "rest", "hive", "nessie");
    private static final Set<String> NEED_WAREHOUSE = Set.of("jdbc", "hadoop", "glue", "nessie");
    private static final Set<String> OWN_PROPERTIES = Set.of("type", "catalog-impl", "uri", "warehouse");

    private final Values document;
    private final Problems problems;

    Contradictions(Values document, Problems problems) {
        this.document = document;
        this.problems = problems;
    }

    void check() {
        document.find(Vocabulary.PIPELINE)
                .ifPresent(pipeline -> together(pipeline, Vocabulary.DEAD_LETTER_LIMIT, Vocabulary.DEAD_LETTERS));
        document.find(Vocabulary.SOURCE).ifPresent(source -> {
            postgresOnly(source, Vocabulary.SLOT_NAME);
            postgresOnly(source, Vocabulary.PUBLICATION_NAME);
            certificate(source);
            databaseInPattern(source);
            excluded(source);
        });
        document.find(Vocabulary.SINK).ifPresent(sink -> {
            sink.find(Vocabulary.CATALOG).ifPresent(this::catalog);
            formatVersion(sink);
        });
        rules(Vocabulary.TRANSFORM);
        rules(Vocabulary.ROUTE);
        document.find(Vocabulary.ROUTE).orElseGet(List::of).forEach(this::replaceSymbol);
        sinkCollisions();
    }

    private void postgresOnly(Values source, Key<?> key) {
        Optional<SourceType> type = source.find(Vocabulary.SOURCE_TYPE);
        if (source.isPresent(key) && type.isPresent() && type.get() != SourceType.POSTGRES) {
            problems.add(source.at(key), "is for a source of type postgres only; take it away");
        }
    }

    private void certificate(Values source) {
        boolean disabled = source.find(Vocabulary.SSL_MODE).equals(Optional.of(SslMode.DISABLE));
        for (Key<?> key : List.of(Vocabulary.SSL_ROOT_CERT, Vocabulary.SSL_CERT, Vocabulary.SSL_KEY)) {
            if (disabled && source.isPresent(key)) {
                problems.add(
                        source.at(key),
                        "is of no use with ssl-mode disable; take it away, or use verify-ca or verify-full");
            }
        }
        together(source, Vocabulary.SSL_CERT, Vocabulary.SSL_KEY);
        together(source, Vocabulary.SSL_KEY, Vocabulary.SSL_CERT);
    }

    private void together(Values source, Key<?> one, Key<?> other) {
        if (source.isPresent(one) && !source.isPresent(other)) {
            problems.add(source.at(one), "is of no use without '" + other.name() + "'; write both or none");
        }
    }

    /** Flink CDC writes database.schema.table for PostgreSQL; taken as it is, that would silently select nothing. */
    private void databaseInPattern(Values source) {
        Optional<String> database = source.find(Vocabulary.DATABASE_NAME);
        if (!source.find(Vocabulary.SOURCE_TYPE).equals(Optional.of(SourceType.POSTGRES))) {
            return;
        }
        for (Key<List<TablePattern>> key : List.of(Vocabulary.TABLES, Vocabulary.TABLES_EXCLUDE)) {
            for (TablePattern pattern : source.find(key).orElseGet(List::of)) {
                if (database.isPresent() && pattern.beginsWithDatabase(database.get())) {
                    problems.add(
                            source.at(key),
                            "'" + pattern.text() + "' begins with the database's name; leave it out: "
                                    + pattern.text().substring(database.get().length() + 1));
                }
            }
        }
    }

    private void excluded(Values source) {
        Optional<TableSelector> exclude = source.find(Vocabulary.TABLES_EXCLUDE).map(TableSelector::new);
        for (TableName table : exactNames(source, Vocabulary.TABLES)) {
            if (exclude.isPresent() && exclude.get().matches(table.namespace(), table.name())) {
                problems.add(
                        source.at(Vocabulary.TABLES_EXCLUDE),
                        "leaves out " + table + ", which 'tables' names outright; take it away from one of them");
            }
        }
    }

    private void catalog(Values catalog) {
        Optional<String> type = catalog.find(Vocabulary.CATALOG_TYPE);
        if (type.isPresent()) {
            needed(catalog, Vocabulary.URI, type.get(), NEED_URI);
            needed(catalog, Vocabulary.WAREHOUSE, type.get(), NEED_WAREHOUSE);
        }
        for (String property :
                catalog.find(Vocabulary.PROPERTIES).orElseGet(Map::of).keySet()) {
            if (OWN_PROPERTIES.contains(property)) {
                String key = property.equals("catalog-impl") ? "type" : property;
                problems.add(
                        catalog.at(Vocabulary.PROPERTIES),
                        "'" + property + "' has a place of its own; write it as sink.catalog." + key);
            }
        }
    }

    private void needed(Values catalog, Key<String> key, String type, Collection<String> types) {
        if (types.contains(type) && !catalog.isPresent(key)) {
            problems.add(
                    catalog.place(),
                    "the key '" + key.name() + "' is missing, which a catalog of type " + type + " needs: "
                            + key.doc());
        }
    }

    private void formatVersion(Values sink) {
        String version =
                sink.find(Vocabulary.TABLE_PROPERTIES).orElseGet(Map::of).getOrDefault("format-version", "3");
        if (!version.equals("2") && !version.equals("3")) {
            problems.add(sink.at(Vocabulary.TABLE_PROPERTIES), "format-version must be 2 or 3");
        }
    }

    /** Tables that an entry names outright must be read at all, and must not belong to an earlier entry. */
    private void rules(Key<List<Values>> key) {
        List<Values> rules = document.find(key).orElseGet(List::of);
        for (int i = 0; i < rules.size(); i++) {
            Values rule = rules.get(i);
            for (TableName table : exactNames(rule, Vocabulary.SOURCE_TABLE)) {
                Optional<Values> earlier = firstFor(rules.subList(0, i), table);
                if (earlier.isPresent()) {
                    problems.add(
                            rule.at(Vocabulary.SOURCE_TABLE),
                            "this entry is never used for " + table + ": the " + key.name() + " in line "
                                    + earlier.get().at(Vocabulary.SOURCE_TABLE).line()
                                    + " comes first and matches it too");
                } else if (!isSelected(table)) {
                    problems.add(
                            rule.at(Vocabulary.SOURCE_TABLE),
                            "the table " + table + " is not among source.tables" + nearestTable(table));
                }
            }
        }
    }

    private static Optional<Values> firstFor(List<Values> rules, TableName table) {
        return rules.stream()
                .filter(rule -> rule.find(Vocabulary.SOURCE_TABLE)
                        .map(TableSelector::new)
                        .filter(selector -> selector.matches(table.namespace(), table.name()))
                        .isPresent())
                .findFirst();
    }

    /** Whether the source reads the table; true when the source's own patterns are not known. */
    private boolean isSelected(TableName table) {
        Optional<Values> source = document.find(Vocabulary.SOURCE);
        Optional<TableSelector> tables =
                source.flatMap(values -> values.find(Vocabulary.TABLES)).map(TableSelector::new);
        Optional<TableSelector> exclude =
                source.flatMap(values -> values.find(Vocabulary.TABLES_EXCLUDE)).map(TableSelector::new);
        return tables.isEmpty()
                || (tables.get().matches(table.namespace(), table.name())
                        && exclude.filter(selector -> selector.matches(table.namespace(), table.name()))
                                .isEmpty());
    }

    private String nearestTable(TableName table) {
        List<String> named = document
                .find(Vocabulary.SOURCE)
                .map(source -> exactNames(source, Vocabulary.TABLES))
                .orElseGet(List::of)
                .stream()
                .map(TableName::toString)
                .toList();
        return NearestName.of(table.toString(), named)
                .map(name -> "; did you mean '" + name + "'?")
                .orElse("");
    }

    private void replaceSymbol(Values route) {
        Optional<String> symbol = route.find(Vocabulary.REPLACE_SYMBOL);
        Optional<String> sink = route.find(Vocabulary.SINK_TABLE);
        if (route.isPresent(Vocabulary.REPLACE_SYMBOL)
                && symbol.isPresent()
                && sink.isPresent()
                && !sink.get().contains(symbol.get())) {
            problems.add(route.at(Vocabulary.REPLACE_SYMBOL), "does not occur in sink-table '" + sink.get() + "'");
        }
    }

    /** No two tables that the file names outright may be written to one table of the lake. */
    private void sinkCollisions() {
        Optional<Values> source = document.find(Vocabulary.SOURCE);
        Optional<String> namespace = document.find(Vocabulary.SINK).flatMap(sink -> sink.find(Vocabulary.NAMESPACE));
        List<Values> routes = document.find(Vocabulary.ROUTE).orElseGet(List::of);
        if (source.isEmpty() || namespace.isEmpty()) {
            return;
        }
        Map<TableName, Place> tables = new LinkedHashMap<>();
        for (TableName table : exactNames(source.get(), Vocabulary.TABLES)) {
            tables.put(table, source.get().at(Vocabulary.TABLES));
        }
        for (Values route : routes) {
            for (TableName table : exactNames(route, Vocabulary.SOURCE_TABLE)) {
                tables.put(table, route.at(Vocabulary.SOURCE_TABLE));
            }
        }
        Optional<TableName> deadLetters = document.find(Vocabulary.PIPELINE)
                .flatMap(pipeline -> pipeline.find(Vocabulary.DEAD_LETTERS))
                .map(name -> Assembler.deadLetterTable(name, namespace.get()));
        Map<TableName, TableName> sources = new LinkedHashMap<>();
        tables.forEach((table, place) -> {
            Optional<Values> route = firstFor(routes, table);
            if (route.isPresent()
                    && (route.get().find(Vocabulary.SINK_TABLE).isEmpty()
                            || route.get().find(Vocabulary.REPLACE_SYMBOL).isEmpty())) {
                return;
            }
            TableName target = route.map(values -> Assembler.route(values).sinkFor(namespace.get(), table.name()))
                    .orElseGet(() -> new TableName(namespace.get(), table.name()));
            Place at = route.map(values -> values.at(Vocabulary.SINK_TABLE)).orElse(place);
            if (deadLetters.equals(Optional.of(target))) {
                problems.add(
                        at,
                        "the source table " + table + " would be written to " + target
                                + ", which pipeline.dead-letters names; give one of the two another name");
            }
            TableName other = sources.putIfAbsent(target, table);
            if (other != null) {
                problems.add(
                        at,
                        "the source tables " + other + " and " + table + " would both be written to " + target
                                + "; give each a sink-table of its own under 'route'");
            }
        });
    }

    private static Set<TableName> namesOf(List<TablePattern> patterns) {
        return new LinkedHashSet<>(new TableSelector(patterns).exactNames());
    }

    private static Collection<TableName> exactNames(Values values, Key<List<TablePattern>> key) {
        return namesOf(values.find(key).orElseGet(List::of));
    }
}
