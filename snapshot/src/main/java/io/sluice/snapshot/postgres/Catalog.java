package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.TableId;
import io.sluice.snapshot.postgres.CatalogTable.CatalogColumn;
import io.sluice.snapshot.postgres.CatalogTable.Described;
import io.sluice.snapshot.postgres.CatalogTable.Leaf;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code pg_catalog} with plain queries, so that within a transaction that has imported a snapshot it gives the
 * catalog as it was then. Sizes are always those of now.
 */
final class Catalog {

    private static final String RELATIONS = """
            SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpersistence::text, c.relreplident::text,
                   c.relispartition, pg_catalog.pg_has_role(c.relowner, 'USAGE'),
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'),
                   pg_catalog.row_security_active(c.oid), coalesce(a.amname = 'heap', false), c.reltoastrelid <> 0,
                   c.relfilenode::bigint, c.reltuples::float8, c.relpages::bigint
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
            """;

    private static final String USER_RELATIONS = """
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_(catalog|toast|temp_|toast_temp_)'
             ORDER BY n.nspname, c.relname
            """;

    private static final String COLUMNS = """
            WITH RECURSIVE base AS (
                SELECT a.attrelid, a.attnum, a.atttypid AS typid, a.atttypmod AS typmod
                  FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = ANY (?) AND a.attnum > 0 AND NOT a.attisdropped
                UNION ALL
                SELECT b.attrelid, b.attnum, t.typbasetype, t.typtypmod
                  FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typid
                 WHERE t.typtype = 'd')
            SELECT a.attrelid::bigint, a.attname, a.attnotnull, a.attgenerated::text,
                   pg_catalog.format_type(a.atttypid, a.atttypmod), t.typname, n.nspname, t.typtype::text,
                   t.typcategory::text, b.typmod, a.attlen < 0
              FROM base b
              JOIN pg_catalog.pg_type t ON t.oid = b.typid AND t.typtype <> 'd'
              JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
              JOIN pg_catalog.pg_attribute a ON a.attrelid = b.attrelid AND a.attnum = b.attnum
             ORDER BY a.attrelid, a.attnum
            """;

    private static final String LEAVES = """
            WITH RECURSIVE tree AS (
                SELECT r.oid AS root, r.oid AS relid FROM pg_catalog.unnest(?::oid[]) AS r(oid)
                UNION ALL
                SELECT t.root, i.inhrelid
                  FROM tree t
                  JOIN pg_catalog.pg_class c ON c.oid = t.relid AND c.relkind = 'p'
                  JOIN pg_catalog.pg_inherits i ON i.inhparent = t.relid)
            SELECT t.root::bigint, t.relid::bigint
              FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.relid AND c.relkind <> 'p'
             ORDER BY t.root, t.relid
            """;

    /** Unique indexes that can identify a row in the log: valid, not deferrable, without an expression or a condition. */
    private static final String KEYS = """
            SELECT i.indrelid::bigint, i.indisprimary, i.indisreplident, a.attname
              FROM pg_catalog.pg_index i
             CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
             WHERE i.indrelid = ANY (?) AND (i.indisprimary OR i.indisreplident)
               AND i.indimmediate AND i.indisvalid AND k.place <= i.indnkeyatts
             ORDER BY i.indrelid, i.indexrelid, k.place
            """;

    private static final String SIZES = """
            SELECT r.oid::bigint, coalesce(pg_catalog.pg_relation_size(r.oid), 0),
                   coalesce(pg_catalog.pg_table_size(r.oid), 0)
              FROM pg_catalog.unnest(?::oid[]) AS r(oid)
            """;

    private final Connection connection;

    Catalog(Connection connection) {
        this.connection = connection;
    }

    /** Every relation of the users, views and foreign tables included, ordered by name. */
    List<CatalogTable> relations() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RELATIONS + USER_RELATIONS)) {
            return relations(statement);
        }
    }

    /** The relations of these names that exist. */
    List<CatalogTable> relations(Collection<TableId> names) throws SQLException {
        String[] namespaces = names.stream().map(TableId::namespace).toArray(String[]::new);
        String[] tables = names.stream().map(TableId::name).toArray(String[]::new);
        try (PreparedStatement statement = connection.prepareStatement(
                RELATIONS + " WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest(?::text[], ?::text[]))")) {
            statement.setArray(1, connection.createArrayOf("text", namespaces));
            statement.setArray(2, connection.createArrayOf("text", tables));
            return relations(statement);
        }
    }

    /** Columns, keys and leaves of the relations, in their order. */
    List<Described> describe(List<CatalogTable> tables) throws SQLException {
        List<Long> roots = tables.stream().map(CatalogTable::oid).toList();
        Map<Long, List<Long>> leafOids = leaves(roots);
        Set<Long> all = new LinkedHashSet<>(roots);
        leafOids.values().forEach(all::addAll);
        Map<Long, CatalogTable> byOid = new HashMap<>();
        for (CatalogTable table : relationsByOid(all)) {
            byOid.put(table.oid(), table);
        }
        Map<Long, List<CatalogColumn>> columns = columns(roots);
        Map<Long, List<String>> primaryKeys = new HashMap<>();
        Map<Long, List<String>> identities = new HashMap<>();
        keys(all, primaryKeys, identities);
        Map<Long, long[]> sizes = sizes(all);
        List<Described> described = new ArrayList<>(tables.size());
        for (CatalogTable table : tables) {
            List<Leaf> leaves = new ArrayList<>();
            for (long oid : leafOids.getOrDefault(table.oid(), List.of())) {
                CatalogTable leaf = byOid.get(oid);
                if (leaf != null) {
                    long[] size = sizes.getOrDefault(oid, new long[2]);
                    leaves.add(new Leaf(
                            leaf,
                            primaryKeys.getOrDefault(oid, List.of()),
                            identities.getOrDefault(oid, List.of()),
                            size[0],
                            size[1]));
                }
            }
            described.add(new Described(
                    table,
                    columns.getOrDefault(table.oid(), List.of()),
                    primaryKeys.getOrDefault(table.oid(), List.of()),
                    identities.getOrDefault(table.oid(), List.of()),
                    leaves));
        }
        return described;
    }

    private List<CatalogTable> relationsByOid(Collection<Long> oids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RELATIONS + " WHERE c.oid = ANY (?)")) {
            statement.setArray(1, oids(oids));
            return relations(statement);
        }
    }

    private static List<CatalogTable> relations(PreparedStatement statement) throws SQLException {
        List<CatalogTable> result = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                result.add(new CatalogTable(
                        rows.getLong(1),
                        new TableId(rows.getString(2), rows.getString(3)),
                        rows.getString(4).charAt(0),
                        rows.getString(5).charAt(0),
                        rows.getString(6).charAt(0),
                        rows.getBoolean(7),
                        rows.getBoolean(8),
                        rows.getBoolean(9),
                        rows.getBoolean(10),
                        rows.getBoolean(11),
                        rows.getBoolean(12),
                        rows.getLong(13),
                        rows.getDouble(14),
                        rows.getLong(15)));
            }
        }
        return result;
    }

    private Map<Long, List<CatalogColumn>> columns(Collection<Long> tables) throws SQLException {
        Map<Long, List<CatalogColumn>> result = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setArray(1, oids(tables));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    result.computeIfAbsent(rows.getLong(1), oid -> new ArrayList<>())
                            .add(new CatalogColumn(
                                    rows.getString(2),
                                    rows.getBoolean(3),
                                    rows.getString(4),
                                    rows.getString(5),
                                    rows.getString(6),
                                    rows.getString(7),
                                    rows.getString(8).charAt(0),
                                    rows.getString(9).charAt(0),
                                    rows.getInt(10),
                                    rows.getBoolean(11)));
                }
            }
        }
        return result;
    }

    private Map<Long, List<Long>> leaves(Collection<Long> roots) throws SQLException {
        Map<Long, List<Long>> result = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(LEAVES)) {
            statement.setArray(1, oids(roots));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    result.computeIfAbsent(rows.getLong(1), oid -> new ArrayList<>())
                            .add(rows.getLong(2));
                }
            }
        }
        return result;
    }

    private void keys(Collection<Long> tables, Map<Long, List<String>> primaryKeys, Map<Long, List<String>> identities)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(KEYS)) {
            statement.setArray(1, oids(tables));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long oid = rows.getLong(1);
                    if (rows.getBoolean(2)) {
                        primaryKeys
                                .computeIfAbsent(oid, any -> new ArrayList<>())
                                .add(rows.getString(4));
                    }
                    if (rows.getBoolean(3)) {
                        identities
                                .computeIfAbsent(oid, any -> new ArrayList<>())
                                .add(rows.getString(4));
                    }
                }
            }
        }
    }

    private Map<Long, long[]> sizes(Collection<Long> tables) throws SQLException {
        Map<Long, long[]> result = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(SIZES)) {
            statement.setArray(1, oids(tables));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    result.put(rows.getLong(1), new long[] {rows.getLong(2), rows.getLong(3)});
                }
            }
        }
        return result;
    }

    private Array oids(Collection<Long> oids) throws SQLException {
        return connection.createArrayOf("oid", oids.toArray());
    }
}
