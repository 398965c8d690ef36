package io.sluice.snapshot.postgres;

import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.schema.TableSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which tables an unused slot still has changes for: the server decodes what the slot has not confirmed, and only the
 * relations that the messages name are looked at (pgoutput's protocol, version 1: {@code I}, {@code U} and {@code D} are
 * followed by the relation's id, {@code T} by their number, a byte of options and their ids). The slot is not moved.
 */
final class PendingChanges {

    /** Messages after which the server need not decode on: every table may then have changed. */
    private static final int MOST_MESSAGES = 500_000;

    private static final String PEEK = """
            WITH messages AS MATERIALIZED (
              SELECT data FROM pg_catalog.pg_logical_slot_peek_binary_changes(
                ?, ?::pg_catalog.pg_lsn, ?, 'proto_version', '1', 'publication_names', ?)),
            named AS (
              SELECT pg_catalog.substr(data, 2, 4) AS id FROM messages
               WHERE pg_catalog.get_byte(data, 0) IN (73, 85, 68)
              UNION
              SELECT pg_catalog.substr(data, 7 + 4 * n, 4)
                FROM messages, pg_catalog.generate_series(0, pg_catalog.get_byte(data, 4) - 1) n
               WHERE pg_catalog.get_byte(data, 0) = 84)
            SELECT ('x' || pg_catalog.encode(id, 'hex'))::bit(32)::bigint, (SELECT pg_catalog.count(*) FROM messages)
              FROM named
            """;

    private static final String RELATIONS = """
            SELECT c.oid::bigint FROM (SELECT ?::pg_catalog.regclass AS oid) c
            UNION
            SELECT t.relid::pg_catalog.oid::bigint FROM pg_catalog.pg_partition_tree(?::pg_catalog.regclass) t
            """;

    private final String slot;
    private final String publication;

    PendingChanges(String slot, String publication) {
        this.slot = slot;
        this.publication = publication;
    }

    /** Those of the tables that changed between what the slot confirmed and the position, or may have. */
    List<TableSchema> tables(Connection connection, List<TableSchema> tables, LogSequenceNumber upTo)
            throws SQLException {
        Set<Long> changed = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(PEEK)) {
            statement.setString(1, slot);
            statement.setString(2, upTo.text());
            statement.setInt(3, MOST_MESSAGES);
            statement.setString(4, Quoting.identifier(publication));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    changed.add(rows.getLong(1));
                    if (rows.getLong(2) >= MOST_MESSAGES) {
                        return tables;
                    }
                }
            }
        }
        List<TableSchema> pending = new ArrayList<>();
        for (TableSchema table : tables) {
            if (relations(connection, table).stream().anyMatch(changed::contains)) {
                pending.add(table);
            }
        }
        return pending;
    }

    /** The table and its partitions: changes are published under the root's name or their own. */
    private static Set<Long> relations(Connection connection, TableSchema table) throws SQLException {
        Set<Long> ids = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(RELATIONS)) {
            statement.setString(1, Quoting.table(table.table()));
            statement.setString(2, Quoting.table(table.table()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
            }
        }
        return ids;
    }
}
