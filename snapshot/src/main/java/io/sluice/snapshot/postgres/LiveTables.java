package io.sluice.snapshot.postgres;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SourceProblem;
import io.sluice.pipeline.source.SourceProblem.Severity;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks up how tables can be read, and that they still are what the pipeline thinks. */
final class LiveTables {

    private LiveTables() {}

    /**
     * The mapping of each table, in order, with the given schemas in place of the catalog's.
     *
     * @throws PipelineException {@code SCHEMA_CHANGED} when a table is missing or differs from its schema
     */
    static List<TableMapping> load(Connection connection, List<TableSchema> schemas) throws SQLException {
        if (schemas.isEmpty()) {
            return List.of();
        }
        Catalog catalog = new Catalog(connection);
        int version = Connections.majorVersion(connection);
        Map<TableId, TableMapping> live = new HashMap<>();
        List<CatalogTable> relations =
                catalog.relations(schemas.stream().map(TableSchema::table).toList());
        for (CatalogTable.Described described : catalog.describe(relations)) {
            live.put(described.table().id(), TableMapping.of(described, version));
        }
        List<TableMapping> result = new ArrayList<>(schemas.size());
        for (TableSchema schema : schemas) {
            TableMapping mapping = live.get(schema.table());
            if (mapping == null) {
                throw changed(schema.table(), "it is gone");
            }
            Optional<String> difference = difference(schema, mapping);
            if (difference.isPresent()) {
                throw changed(schema.table(), difference.get());
            }
            result.add(mapping);
        }
        return result;
    }

    private static Optional<String> difference(TableSchema expected, TableMapping mapping) {
        Optional<SourceProblem> error = mapping.problems().stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .findFirst();
        if (error.isPresent()) {
            return Optional.of(error.get().message());
        }
        TableSchema found = mapping.table().schema();
        for (int i = 0; i < Math.max(expected.width(), found.width()); i++) {
            String want = i < expected.width() ? text(expected.column(i)) : "no column";
            String have = i < found.width() ? text(found.column(i)) : "no column";
            if (!want.equals(have)) {
                return Optional.of("expected " + want + " in place " + (i + 1) + ", found " + have);
            }
        }
        return expected.key().equals(found.key()) ? Optional.empty() : Optional.of("its key is another one");
    }

    private static String text(Column column) {
        return "column '" + column.name() + "' " + column.type() + (column.nullable() ? "" : " not null");
    }

    private static PipelineException changed(TableId table, String how) {
        return new PipelineException(
                ErrorKind.SCHEMA_CHANGED,
                table,
                "Table " + table + " is no longer as it was when the pipeline began: " + how
                        + ". Restart the pipeline's snapshot of the table.",
                null);
    }
}
