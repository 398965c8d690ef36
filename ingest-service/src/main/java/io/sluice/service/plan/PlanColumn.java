package io.sluice.service.plan;

import io.sluice.lake.schema.IcebergSchemas;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.service.runtime.PreparedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A column of a lake table and what it comes from.
 *
 * @param name in the lake
 * @param sourceType the source's own name of the type; empty for a computed column
 * @param lakeType the Iceberg type, with {@code required} where nulls cannot be
 * @param notes {@code key}, {@code computed}, {@code large values kept when unchanged}
 */
public record PlanColumn(String name, String sourceType, String lakeType, List<String> notes) {

    public PlanColumn {
        notes = List.copyOf(notes);
    }

    /** All columns of a table, in the lake's order. */
    public static List<PlanColumn> of(PreparedTable table) {
        TableSchema source = table.source().schema();
        TableSchema sink = table.spec().schema();
        return IntStream.range(0, sink.width())
                .mapToObj(index -> of(source, sink, index))
                .toList();
    }

    private static PlanColumn of(TableSchema source, TableSchema sink, int index) {
        Column column = sink.column(index);
        boolean computed = isComputed(source, column);
        List<String> notes = new ArrayList<>();
        if (sink.key().contains(index)) {
            notes.add("key");
        }
        if (computed) {
            notes.add("computed");
        }
        if (column.storage() == Column.Storage.OUT_OF_LINE) {
            notes.add("large values kept when unchanged");
        }
        String lakeType = IcebergSchemas.type(column.type())
                + (column.nullable() && !sink.key().contains(index) ? "" : " required");
        return new PlanColumn(column.name(), computed ? "" : column.nativeType(), lakeType, notes);
    }

    /** A column that is passed on has its source's native type; a computed one has its logical type's name. */
    private static boolean isComputed(TableSchema source, Column column) {
        boolean same = source.columns().stream()
                .anyMatch(known ->
                        known.name().equals(column.name()) && known.nativeType().equals(column.nativeType()));
        return !same && column.nativeType().equals(column.type().toString());
    }
}
