package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceInspection;
import io.sluice.pipeline.source.SourceProblem;
import io.sluice.pipeline.source.SourceProblem.Severity;
import io.sluice.pipeline.source.SourceTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the tables that the patterns select and all that stands in the way of a pipeline, without changing anything. */
final class Inspection {

    private static final Pattern PLAIN = Pattern.compile("([\\p{L}\\p{N}_]+)\\.([\\p{L}\\p{N}_]+)");

    private final PostgresOptions options;

    Inspection(PostgresOptions options) {
        this.options = options;
    }

    SourceInspection run(Connection connection) throws SQLException {
        Optional<SourceProblem> tooOld = ServerCheck.version(connection);
        if (tooOld.isPresent()) {
            return new SourceInspection(List.of(), List.of(tooOld.get()));
        }
        int version = Connections.majorVersion(connection);
        List<SourceProblem> problems = new ArrayList<>(new ServerCheck(options)
                .problems(connection, ReplicationSlot.of(options).find(connection)));
        Catalog catalog = new Catalog(connection);
        List<CatalogTable> relations = catalog.relations();
        List<CatalogTable> selected = relations.stream()
                .filter(table -> isTable(table, version))
                .filter(table ->
                        options.selects(table.id().namespace(), table.id().name()))
                .toList();
        for (TablePattern pattern : options.tables()) {
            if (selected.stream()
                    .noneMatch(table ->
                            pattern.matches(table.id().namespace(), table.id().name()))) {
                problems.add(new SourceProblem(
                        Severity.ERROR,
                        SourceProblem.Matter.SHAPE,
                        named(pattern),
                        Optional.empty(),
                        noMatch(pattern, relations, version)));
            }
        }
        List<SourceTable> tables = new ArrayList<>();
        for (TableMapping mapping : catalog.describe(selected).stream()
                .map(described -> TableMapping.of(described, version))
                .toList()) {
            problems.addAll(mapping.problems());
            if (!mapping.refused()) {
                tables.add(mapping.table());
            }
        }
        problems.addAll(publicationProblems(connection, selected));
        tables.sort(Comparator.comparing(table -> table.schema().table()));
        return new SourceInspection(tables, problems);
    }

    /** Partitions are read and published as part of their table, where the server can. */
    private static boolean isTable(CatalogTable table, int version) {
        boolean kind = table.kind() == CatalogTable.ORDINARY || table.kind() == CatalogTable.PARTITIONED;
        return kind && (!table.partition() || version < ServerCheck.VERSION_WITH_PARTITION_ROOTS);
    }

    private List<SourceProblem> publicationProblems(Connection connection, List<CatalogTable> selected)
            throws SQLException {
        List<SourceProblem> problems = new ArrayList<>();
        Publication publication = new Publication(options.publicationName());
        Optional<Publication.Found> found = publication.find(connection);
        List<TableId> ids = selected.stream().map(CatalogTable::id).toList();
        List<TableId> partitioned = selected.stream()
                .filter(CatalogTable::partitioned)
                .map(CatalogTable::id)
                .toList();
        if (found.isPresent() && found.get().suits(ids, partitioned)) {
            return problems;
        }
        if (found.isPresent() && !found.get().mayAlter()) {
            problems.add(ServerCheck.error(publication.unsuitable(found.get(), ids)));
            return problems;
        }
        if (found.isEmpty() && !mayCreatePublication(connection)) {
            problems.add(ServerCheck.error("User '" + options.endpoint().username()
                    + "' may not create a publication in database '"
                    + options.endpoint().database() + "'. Run GRANT CREATE ON DATABASE "
                    + Quoting.identifier(options.endpoint().database())
                    + " TO " + Quoting.identifier(options.endpoint().username())
                    + ", or let a superuser create publication '" + options.publicationName()
                    + "' for the tables WITH (publish_via_partition_root = true)."));
        }
        List<TableId> missing = found.isPresent() ? found.get().missing(ids) : ids;
        for (CatalogTable table : selected) {
            if (!table.owned() && missing.contains(table.id())) {
                problems.add(new SourceProblem(
                        Severity.ERROR,
                        Optional.of(table.id()),
                        Optional.empty(),
                        "User '" + options.endpoint().username() + "' does not own table " + table.id()
                                + " and may not publish it. Make the user a member of the table's owner, or let the"
                                + " owner or a superuser add the table to publication '" + options.publicationName()
                                + "'."));
            }
        }
        return problems;
    }

    private static boolean mayCreatePublication(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')");
                ResultSet rows = statement.executeQuery()) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    /** The table that a pattern without any wildcard names. */
    private static Optional<TableId> named(TablePattern pattern) {
        Matcher plain = PLAIN.matcher(pattern.text());
        return plain.matches() ? Optional.of(new TableId(plain.group(1), plain.group(2))) : Optional.empty();
    }

    private String noMatch(TablePattern pattern, List<CatalogTable> relations, int version) {
        String head = "No table matches '" + pattern.text() + "' in database '"
                + options.endpoint().database() + "'";
        for (CatalogTable relation : relations) {
            if (!pattern.matches(relation.id().namespace(), relation.id().name())) {
                continue;
            }
            if (isTable(relation, version)) {
                return head + ": all that match are excluded. Correct the source's 'tables' or 'tables-exclude'.";
            }
            return head + ": " + relation.id()
                    + switch (relation.kind()) {
                        case 'v' -> " is a view, which has no log of its changes. Name the tables behind it.";
                        case 'm' ->
                            " is a materialized view, which has no log of its changes. Name the tables behind" + " it.";
                        case 'f' ->
                            " is a foreign table, whose changes are logged elsewhere. Use its own server as the"
                                    + " source.";
                        default -> " is a partition. Name the partitioned table that it belongs to.";
                    };
        }
        List<String> names = relations.stream()
                .filter(relation -> isTable(relation, version))
                .map(relation -> relation.id().toString())
                .toList();
        List<String> near = NearNames.of(pattern.text(), names);
        return head + (near.isEmpty() ? "." : ". Near: " + String.join(", ", near) + ".")
                + " Correct the source's 'tables'; names are case-sensitive.";
    }
}
