package io.sluice.snapshot.postgres;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads rows by key in the present transaction of a connection. Stateless. */
final class KeyedReader {

    /** Keys in one statement. */
    private static final int KEYS_AT_ONCE = 500;

    /** The transaction that made the version of a row; no column can have the name of a system column. */
    private static final Column VERSION = new Column("xmin", DataType.INT64, false, "xid", Column.Storage.INLINE);

    private final ReadSettings settings;

    KeyedReader(ReadSettings settings) {
        this.settings = settings;
    }

    /** The rows with these keys, all columns set. */
    ColumnBatch read(Connection connection, TableMapping mapping, TableSchema table, ColumnBatch keys)
            throws SQLException {
        return read(connection, mapping, table, mapping.forms(), table, keys);
    }

    /** The rows with these keys, and which transaction made each. */
    RowVersions readVersions(Connection connection, TableMapping mapping, TableSchema table, ColumnBatch keys)
            throws SQLException {
        List<Column> columns = new ArrayList<>(table.columns());
        columns.add(VERSION);
        List<WireForm> forms = new ArrayList<>(mapping.forms());
        forms.add(WireForm.OID);
        TableSchema versioned = new TableSchema(table.table(), table.version(), columns, table.key());
        ColumnBatch rows = read(connection, mapping, versioned, forms, table, keys);
        ColumnVector[] own = new ColumnVector[table.width()];
        System.arraycopy(rows.columns(), 0, own, 0, own.length);
        LongVector versions = (LongVector) rows.column(table.width());
        ColumnBatch ownRows = ColumnBatch.ofSnapshot(table, own, rows.rowCount());
        ownRows.refuseAll(rows.refusals());
        return new RowVersions(ownRows, versions.values());
    }

    /**
     * Rows and their versions.
     *
     * @param rows a snapshot batch
     * @param versions for each row the transaction that made it; at least as many
     */
    record RowVersions(ColumnBatch rows, long[] versions) {}

    private ColumnBatch read(
            Connection connection,
            TableMapping mapping,
            TableSchema selected,
            List<WireForm> forms,
            TableSchema table,
            ColumnBatch keys)
            throws SQLException {
        CopyReader reader = new CopyReader(selected, forms, settings.batchRows(), settings.batchBytes());
        ColumnBatch rows = ColumnBatch.create(selected, ColumnBatch.Content.SNAPSHOT, Math.max(1, keys.rowCount()));
        for (int from = 0; from < keys.rowCount(); from += KEYS_AT_ONCE) {
            int to = Math.min(keys.rowCount(), from + KEYS_AT_ONCE);
            // A partitioned table is read through its root; ONLY keeps inheriting tables out of others.
            String query = "SELECT " + reader.selectList() + " FROM "
                    + (mapping.described().table().partitioned() ? "" : "ONLY ") + Quoting.table(table.table())
                    + " WHERE " + KeyedRows.condition(table, keys, from, to);
            reader.read(
                    connection, query, "rows of " + table.table() + " by key", (batch, bytes) -> append(batch, rows));
        }
        return rows;
    }

    private static void append(ColumnBatch from, ColumnBatch to) {
        ColumnVector[] targets = to.columns();
        from.refusals().forEach(refusal -> to.refuseAll(List.of(refusal.at(to.rowCount() + refusal.row()))));
        for (int row = 0; row < from.rowCount(); row++) {
            for (int i = 0; i < targets.length; i++) {
                targets[i].appendFrom(from.column(i), row);
            }
            to.endRow();
        }
    }
}
