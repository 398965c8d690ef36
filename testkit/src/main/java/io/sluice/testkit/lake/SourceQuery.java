package io.sluice.testkit.lake;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A query that PostgreSQL answers with its own text output; may be run again and gives the same rows. */
final class SourceQuery {

    private static final int ROWS_PER_FETCH = 2000;

    private final Connection connection;
    private final String sql;

    /** On a connection inside a transaction of level REPEATABLE READ. */
    SourceQuery(Connection connection, String sql) throws SQLException {
        this.connection = connection;
        this.sql = sql;
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL timezone = 'UTC'");
            statement.execute("SET LOCAL datestyle = 'ISO, YMD'");
            statement.execute("SET LOCAL bytea_output = 'hex'");
            statement.execute("SET LOCAL extra_float_digits = 1");
        }
    }

    /** Name to PostgreSQL type of each result column, in order; domains are their base types. */
    Map<String, String> columns() throws SQLException {
        Map<String, String> columns = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM (" + sql + ") q LIMIT 0")) {
            ResultSetMetaData metadata = rows.getMetaData();
            for (int i = 1; i <= metadata.getColumnCount(); i++) {
                columns.put(metadata.getColumnLabel(i), metadata.getColumnTypeName(i));
            }
        }
        return columns;
    }

    /**
     * Gives each row in canonical form; the array is used again.
     *
     * @param source the result column (from 0) for each canonical column
     */
    void forEachRow(CellFormat[] formats, int[] source, Consumer<@Nullable String[]> consumer) throws SQLException {
        @Nullable String[] row = new @Nullable String[formats.length];
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(ROWS_PER_FETCH);
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    for (int i = 0; i < formats.length; i++) {
                        String text = rows.getString(source[i] + 1);
                        row[i] = text == null ? null : formats[i].ofSource(text);
                    }
                    consumer.accept(row);
                }
            }
        }
    }
}
