package io.sluice.config;

import java.util.Optional;

/**
 * Where in the lake the tables that it selects go.
 *
 * @param sourceTable the tables that it is for
 * @param sinkTable {@code namespace.table}, or {@code table} in the sink's namespace, with {@code replaceSymbol} where
 *     the source table's own name goes
 * @param replaceSymbol what stands for the source table's name in {@code sinkTable}
 * @param description a note for readers of the file
 */
public record RouteRule(
        TableSelector sourceTable, String sinkTable, String replaceSymbol, Optional<String> description) {

    /**
     * The name in the lake for one source table.
     *
     * @param defaultNamespace the sink's namespace
     * @param table the source table's own name
     */
    TableName sinkFor(String defaultNamespace, String table) {
        int dot = sinkTable.lastIndexOf('.');
        if (dot < 0) {
            return new TableName(defaultNamespace, sinkTable.replace(replaceSymbol, table));
        }
        // Split before the replacement: a source table's name may itself contain dots.
        String namespace = sinkTable.substring(0, dot).replace(replaceSymbol, table);
        return new TableName(namespace, sinkTable.substring(dot + 1).replace(replaceSymbol, table));
    }
}
