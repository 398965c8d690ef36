package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.TableStorage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds tables whose rows were changed by {@code ALTER TABLE … ALTER COLUMN … TYPE … USING}, which rewrites a table and
 * logs none of its rows, and tells them from those that VACUUM FULL, CLUSTER or TRUNCATE gave new files.
 *
 * <p>Such an ALTER leaves three things behind together: new files, a new catalog row of the column, and rows that all were
 * inserted by its own transaction or a later one. VACUUM FULL and CLUSTER keep every row's transaction; TRUNCATE keeps the
 * columns' catalog rows. So a table is taken for changed when its files are new, some column's catalog row is younger than
 * the mark, and no row is older than the mark. The mark remembers the table's object id, the oldest transaction that was
 * still running, and a digest of the files.
 */
final class StorageCheck {

    private static final String VERSION = "1";

    /** Pages looked at for a row that is older than the mark; a table that was not rewritten nearly always has one here. */
    private static final int PAGES = 4096;

    /** Transaction ids are compared within half of their range. */
    private static final long COMPARABLE = 1L << 31;

    private static final String FILES = """
            WITH RECURSIVE tree AS (
                SELECT c.oid AS root, c.oid AS relid, c.relkind, n.nspname, c.relname
                  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest(?::text[], ?::text[]))
                   AND c.relkind IN ('r', 'p')
                UNION ALL
                SELECT t.root, i.inhrelid, c.relkind, t.nspname, t.relname
                  FROM tree t
                  JOIN pg_catalog.pg_inherits i ON i.inhparent = t.relid AND t.relkind = 'p'
                  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid)
            SELECT t.nspname, t.relname, t.root::bigint,
                   pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot()),
                   pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot()),
                   coalesce(pg_catalog.md5(pg_catalog.string_agg(c.oid::text || ':' || c.relfilenode::text, ','
                                                                 ORDER BY c.oid)), '')
              FROM tree t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.relid AND c.relkind <> 'p'
             GROUP BY t.nspname, t.relname, t.root
            """;

    /** The table itself or its partitions: those that were there at the mark and have had a column altered since. */
    private static final String ALTERED = """
            WITH RECURSIVE tree AS (
                SELECT c.oid AS relid, c.relkind FROM pg_catalog.pg_class c WHERE c.oid = ?::oid
                UNION ALL
                SELECT i.inhrelid, c.relkind
                  FROM tree t
                  JOIN pg_catalog.pg_inherits i ON i.inhparent = t.relid AND t.relkind = 'p'
                  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid)
            SELECT n.nspname, c.relname
              FROM tree t
              JOIN pg_catalog.pg_class c ON c.oid = t.relid AND c.relkind = 'r'
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a
                            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                              AND NOT pg_catalog.age(a.xmin) > pg_catalog.age(?::text::xid))
               AND (c.oid = ?::oid
                    OR EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a
                                WHERE a.attrelid = c.oid AND a.attname = 'ctid'
                                  AND pg_catalog.age(a.xmin) > pg_catalog.age(?::text::xid)))
            """;

    private final Connection connection;

    private final PublicationMarks stream;

    StorageCheck(Connection connection, PublicationMarks stream) {
        this.connection = connection;
        this.stream = stream;
    }

    /** What a table's files are like now. */
    private record Files(long oid, long oldest, long next, String digest) {

        String mark() {
            return VERSION + ' ' + oid + ' ' + oldest + ' ' + digest;
        }
    }

    /** What {@link io.sluice.pipeline.source.SourceDatabase#storage} promises. */
    Map<TableId, TableStorage> run(Map<TableId, String> since) throws SQLException {
        Map<TableId, Files> files = files(since);
        Map<TableId, String> published = stream.of(connection, since.keySet());
        Map<TableId, TableStorage> result = new HashMap<>();
        for (Map.Entry<TableId, String> entry : since.entrySet()) {
            TableId table = entry.getKey();
            Files now = files.get(table);
            result.put(
                    table,
                    now == null
                            ? new TableStorage("", Optional.of("it was dropped or renamed"), "")
                            : new TableStorage(
                                    now.mark(), change(entry.getValue(), now), published.getOrDefault(table, "")));
        }
        return result;
    }

    private Optional<String> change(String mark, Files now) throws SQLException {
        String[] parts = mark.split(" ", -1);
        if (parts.length != 4 || !parts[0].equals(VERSION)) {
            return Optional.empty();
        }
        if (Long.parseLong(parts[1]) != now.oid()) {
            return Optional.of("it was dropped and made anew, or another table took its name");
        }
        if (parts[3].equals(now.digest())) {
            return Optional.empty();
        }
        return rewritten(now, Long.parseLong(parts[2]));
    }

    private Optional<String> rewritten(Files now, long oldest) throws SQLException {
        String horizon = Long.toString(oldest & 0xFFFF_FFFFL);
        boolean comparable = now.next() - oldest < COMPARABLE;
        try (PreparedStatement statement = connection.prepareStatement(ALTERED)) {
            statement.setLong(1, now.oid());
            statement.setString(2, horizon);
            statement.setLong(3, now.oid());
            statement.setString(4, horizon);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    TableId heap = new TableId(rows.getString(1), rows.getString(2));
                    if (!keptOrEmpty(heap, horizon, comparable)) {
                        return Optional.of(
                                "a column of " + heap + " was altered and its rows were rewritten (ALTER TABLE"
                                        + " … ALTER COLUMN … TYPE … USING), which the log does not carry");
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Whether a row is there that no rewrite has touched since the mark, or none at all. */
    private boolean keptOrEmpty(TableId heap, String horizon, boolean comparable) throws SQLException {
        String from = " FROM ONLY " + Quoting.table(heap);
        try (PreparedStatement statement = connection.prepareStatement("SELECT NOT EXISTS (SELECT 1" + from
                + ") OR ? AND EXISTS (SELECT 1" + from + " WHERE ctid < '(" + PAGES + ",0)'::tid"
                + " AND pg_catalog.age(xmin) > pg_catalog.age(?::text::xid))")) {
            statement.setBoolean(1, comparable);
            statement.setString(2, horizon);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    private Map<TableId, Files> files(Map<TableId, String> tables) throws SQLException {
        Map<TableId, Files> result = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(FILES)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text",
                            tables.keySet().stream().map(TableId::namespace).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", tables.keySet().stream().map(TableId::name).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    result.put(
                            new TableId(rows.getString(1), rows.getString(2)),
                            new Files(rows.getLong(3), rows.getLong(4), rows.getLong(5), rows.getString(6)));
                }
            }
        }
        return result;
    }
}
