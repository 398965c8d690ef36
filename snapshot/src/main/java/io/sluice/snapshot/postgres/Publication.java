package io.sluice.snapshot.postgres;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The pipeline's publication. One that Sluice made carries a comment and has exactly the pipeline's tables; one that
 * someone else made is used when it suits, gets tables added when this user may, and is never made smaller or dropped.
 */
final class Publication {

    /** Marks what Sluice made and may therefore drop. */
    private static final String COMMENT = "Made by Sluice";

    private static final String FIND = """
            SELECT p.oid::bigint, p.puballtables, p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate,
                   coalesce((pg_catalog.to_jsonb(p) ->> 'pubviaroot')::boolean, false),
                   pg_catalog.pg_has_role(p.pubowner, 'USAGE'),
                   coalesce(pg_catalog.obj_description(p.oid, 'pg_publication') LIKE ? || '%', false)
              FROM pg_catalog.pg_publication p
             WHERE p.pubname = ?
            """;

    private static final String MEMBERS = """
            SELECT n.nspname, c.relname,
                   pg_catalog.to_jsonb(r) ->> 'prqual' IS NOT NULL OR pg_catalog.to_jsonb(r) ->> 'prattrs' IS NOT NULL
              FROM pg_catalog.pg_publication_rel r
              JOIN pg_catalog.pg_class c ON c.oid = r.prrelid
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE r.prpubid = ?
            """;

    private static final String MEMBER_SCHEMAS = """
            SELECT n.nspname
              FROM pg_catalog.pg_publication_namespace r JOIN pg_catalog.pg_namespace n ON n.oid = r.pnnspid
             WHERE r.pnpubid = ?
            """;

    private final String name;

    Publication(String name) {
        this.name = name;
    }

    /**
     * The publication as the server has it.
     *
     * @param allTables whether it is for all tables
     * @param allChanges whether it publishes inserts, updates, deletes and truncates
     * @param viaRoot whether partitions appear as their table
     * @param mayAlter whether this user owns it
     * @param ours whether Sluice made it
     * @param tables the tables it names
     * @param reduced of these, the ones with a row filter or a column list
     * @param schemas the schemas it names
     */
    record Found(
            boolean allTables,
            boolean allChanges,
            boolean viaRoot,
            boolean mayAlter,
            boolean ours,
            Set<TableId> tables,
            Set<TableId> reduced,
            Set<String> schemas) {

        /** The tables of these that it leaves out or publishes only in part. */
        List<TableId> missing(Collection<TableId> wanted) {
            return wanted.stream()
                    .filter(table -> reduced.contains(table) || !covers(table))
                    .toList();
        }

        /** Whether every change of the tables is published under the table's own name. */
        boolean suits(Collection<TableId> wanted, Collection<TableId> partitioned) {
            return allChanges
                    && (viaRoot || partitioned.isEmpty())
                    && missing(wanted).isEmpty();
        }

        private boolean covers(TableId table) {
            return allTables || tables.contains(table) || schemas.contains(table.namespace());
        }
    }

    Optional<Found> find(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setString(1, COMMENT);
            statement.setString(2, name);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                long oid = rows.getLong(1);
                Set<TableId> tables = new TreeSet<>();
                Set<TableId> reduced = new TreeSet<>();
                members(connection, oid, tables, reduced);
                return Optional.of(new Found(
                        rows.getBoolean(2),
                        rows.getBoolean(3),
                        rows.getBoolean(4),
                        rows.getBoolean(5),
                        rows.getBoolean(6),
                        tables,
                        reduced,
                        schemas(connection, oid)));
            }
        }
    }

    /**
     * Makes the publication have the tables, creating or altering it where needed.
     *
     * @return whether tables were added to a publication that existed, which a running stream may notice late (see
     *     {@link #announce})
     */
    boolean ensure(Connection connection, List<TableId> tables) throws SQLException {
        Optional<Found> found = find(connection);
        List<TableId> partitioned = new Catalog(connection)
                .relations(tables).stream()
                        .filter(CatalogTable::partitioned)
                        .map(CatalogTable::id)
                        .toList();
        try (Statement statement = connection.createStatement()) {
            if (found.isEmpty()) {
                create(statement, tables);
                return false;
            }
            Found existing = found.get();
            boolean exact = existing.tables().equals(new TreeSet<>(tables))
                    && existing.schemas().isEmpty()
                    && !existing.allTables();
            if (existing.suits(tables, partitioned) && (exact || !existing.ours())) {
                return false;
            }
            boolean othersReduced = !existing.ours() && tables.stream().anyMatch(existing.reduced()::contains);
            if (!existing.mayAlter() || othersReduced) {
                throw new PipelineException(ErrorKind.SOURCE_REFUSED, unsuitable(existing, tables));
            }
            List<TableId> added = existing.missing(tables);
            alter(statement, existing, tables, added);
            return !added.isEmpty();
        } catch (SQLException e) {
            if (SqlErrors.state(e).equals(SqlErrors.INSUFFICIENT_PRIVILEGE)) {
                throw new PipelineException(
                        ErrorKind.SOURCE_REFUSED,
                        "This user may not create or change publication '" + name + "': " + SqlErrors.said(e)
                                + ". Let the owner of the tables or a superuser run: " + createStatement(tables) + ";",
                        e);
            }
            throw e;
        }
    }

    /**
     * Takes all other tables out of a publication that Sluice made.
     *
     * @return the tables that it leaves out
     */
    Set<TableId> restrict(Connection connection, List<TableId> tables) throws SQLException {
        Optional<Found> found = find(connection);
        if (found.isEmpty()) {
            return Set.copyOf(tables);
        }
        Found existing = found.get();
        Set<TableId> kept = new TreeSet<>(existing.tables());
        kept.retainAll(tables);
        // A publication cannot be set to no table at all.
        if (existing.ours()
                && existing.mayAlter()
                && !kept.isEmpty()
                && kept.size() < existing.tables().size()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(
                        "ALTER PUBLICATION " + Quoting.identifier(name) + " SET " + tableList(List.copyOf(kept)));
            }
        }
        return Set.copyOf(existing.missing(tables));
    }

    /**
     * Changes nothing, but makes every decoding process look at the publication anew. Before the minor releases of May
     * 2025, one that decodes a transaction which was open while a table was added keeps the old list of tables.
     */
    void announce(Connection connection) throws SQLException {
        Optional<Found> found = find(connection);
        if (found.isPresent() && found.get().mayAlter()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("ALTER PUBLICATION " + Quoting.identifier(name)
                        + " SET (publish_via_partition_root = " + found.get().viaRoot() + ")");
            }
        }
    }

    /** Drops the publication if Sluice made it. */
    void drop(Connection connection) throws SQLException {
        Optional<Found> found = find(connection);
        if (found.isPresent() && found.get().ours()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("DROP PUBLICATION IF EXISTS " + Quoting.identifier(name));
            }
        }
    }

    /** Why the publication cannot be used as it is, for a user who may not change it. */
    String unsuitable(Found found, Collection<TableId> tables) {
        List<String> wrong = new ArrayList<>();
        List<TableId> missing = found.missing(tables);
        if (!missing.isEmpty()) {
            wrong.add("it leaves out rows or columns of "
                    + missing.stream().map(TableId::toString).collect(Collectors.joining(", ")));
        }
        if (!found.allChanges()) {
            wrong.add("it does not publish all of insert, update, delete and truncate");
        }
        if (!found.viaRoot()) {
            wrong.add("publish_via_partition_root is off, which matters for partitioned tables");
        }
        return "Publication '" + name + "', which Sluice did not make, does not suit the pipeline: "
                + String.join("; ", wrong) + ". Let its owner change it, or name another publication.";
    }

    private void create(Statement statement, List<TableId> tables) throws SQLException {
        statement.execute("BEGIN");
        try {
            statement.execute(createStatement(tables));
            statement.execute("COMMENT ON PUBLICATION " + Quoting.identifier(name) + " IS " + Quoting.literal(COMMENT));
            statement.execute("COMMIT");
        } catch (SQLException e) {
            rollback(statement, e);
            throw e;
        }
    }

    private void alter(Statement statement, Found existing, List<TableId> tables, List<TableId> added)
            throws SQLException {
        String publication = "ALTER PUBLICATION " + Quoting.identifier(name);
        statement.execute("BEGIN");
        try {
            if (existing.ours()) {
                statement.execute(publication + " SET " + tableList(tables));
            } else if (!added.isEmpty()) {
                statement.execute(publication + " ADD " + tableList(added));
            }
            if (!existing.allChanges() || !existing.viaRoot()) {
                statement.execute(publication + " SET (publish = 'insert, update, delete, truncate',"
                        + " publish_via_partition_root = true)");
            }
            statement.execute("COMMIT");
        } catch (SQLException e) {
            rollback(statement, e);
            throw e;
        }
    }

    private static void rollback(Statement statement, SQLException cause) {
        try {
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private String createStatement(List<TableId> tables) {
        return "CREATE PUBLICATION " + Quoting.identifier(name) + " FOR " + tableList(tables)
                + " WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)";
    }

    /** ONLY keeps tables that merely inherit from one of these out; partitions always belong to their table. */
    private static String tableList(List<TableId> tables) {
        return tables.stream()
                .map(table -> "ONLY " + Quoting.table(table))
                .collect(Collectors.joining(", ", "TABLE ", ""));
    }

    private static void members(Connection connection, long oid, Set<TableId> tables, Set<TableId> reduced)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MEMBERS)) {
            statement.setLong(1, oid);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    TableId table = new TableId(rows.getString(1), rows.getString(2));
                    tables.add(table);
                    if (rows.getBoolean(3)) {
                        reduced.add(table);
                    }
                }
            }
        }
    }

    private static Set<String> schemas(Connection connection, long oid) throws SQLException {
        Set<String> schemas = new TreeSet<>();
        if (Connections.majorVersion(connection) < ServerCheck.VERSION_WITH_SCHEMA_PUBLICATIONS) {
            return schemas;
        }
        try (PreparedStatement statement = connection.prepareStatement(MEMBER_SCHEMAS)) {
            statement.setLong(1, oid);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    schemas.add(rows.getString(1));
                }
            }
        }
        return schemas;
    }
}
