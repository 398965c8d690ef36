package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Names what makes the pipeline's publication publish tables: the object ids of the publication and of the table's entry
 * in it. Both are others when either was dropped and made anew, and stay when other tables come and go. Nothing in the log
 * tells of that: a server of version 18 or later goes on without a publication that is gone, and every server without a
 * table that has left it.
 */
final class PublicationMarks {

    private static final String MARKS = """
            SELECT n.nspname, c.relname, p.oid::text || ' ' || %s
              FROM pg_catalog.pg_publication p
              JOIN pg_catalog.pg_class c ON c.relkind IN ('r', 'p')
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = c.oid
              %s
             WHERE p.pubname = ?
               AND (n.nspname, c.relname) IN (SELECT * FROM unnest(?::text[], ?::text[]))
               AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
               AND (c.relkind = 'r' OR coalesce((pg_catalog.to_jsonb(p) ->> 'pubviaroot')::boolean, false))
               AND pg_catalog.to_jsonb(r) ->> 'prqual' IS NULL AND pg_catalog.to_jsonb(r) ->> 'prattrs' IS NULL
            """;

    private static final String ENTRY = "coalesce(CASE WHEN p.puballtables THEN 'all' END, r.oid::text%s)";

    private static final String SCHEMAS =
            "LEFT JOIN pg_catalog.pg_publication_namespace s ON s.pnpubid = p.oid AND s.pnnspid = n.oid";

    private final String publication;

    PublicationMarks(String publication) {
        this.publication = publication;
    }

    /** For each of the tables that all of is published, its mark. */
    Map<TableId, String> of(Connection connection, Collection<TableId> tables) throws SQLException {
        boolean schemas = Connections.majorVersion(connection) >= ServerCheck.VERSION_WITH_SCHEMA_PUBLICATIONS;
        String sql =
                MARKS.formatted(ENTRY.formatted(schemas ? ", 'schema ' || s.oid::text" : ""), schemas ? SCHEMAS : "");
        Map<TableId, String> marks = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, publication);
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableId::namespace).toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableId::name).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String mark = rows.getString(3);
                    if (mark != null) {
                        marks.put(new TableId(rows.getString(1), rows.getString(2)), mark);
                    }
                }
            }
        }
        return marks;
    }
}
