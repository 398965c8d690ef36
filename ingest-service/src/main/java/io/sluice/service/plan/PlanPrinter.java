package io.sluice.service.plan;

import io.sluice.lake.schema.IcebergSchemas;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SourceProblem;
import io.sluice.pipeline.source.SourceTable;
import io.sluice.service.console.Amounts;
import io.sluice.service.runtime.PreparedTable;
import io.sluice.service.wiring.ConfiguredTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A plan as text. Pure. */
public final class PlanPrinter {

    private static final List<String> HEADER = List.of("column", "source type", "lake type", "notes");

    private PlanPrinter() {}

    /** The whole plan, line by line. */
    public static List<String> lines(PlanReport plan) {
        List<String> lines = new ArrayList<>();
        lines.add("Pipeline " + plan.pipeline());
        lines.add("  from " + plan.source());
        lines.add("  to   " + plan.lake());
        for (PreparedTable table : plan.tables()) {
            lines.add("");
            table(plan, table, lines);
        }
        lines.add("");
        for (SourceProblem problem : plan.problems()) {
            lines.add((problem.severity() == SourceProblem.Severity.ERROR ? "error:   " : "warning: ")
                    + ConfiguredTables.sentence(problem));
        }
        plan.lakeObjections().forEach(objection -> lines.add("error:   " + objection));
        plan.notes().forEach(note -> lines.add("note:    " + note));
        long rows = plan.tables().stream()
                .mapToLong(table -> table.source().estimatedRows())
                .sum();
        long bytes = plan.tables().stream()
                .mapToLong(table -> table.source().estimatedBytes())
                .sum();
        String size = plan.tables().size() + " tables, about " + Amounts.count(rows) + " rows, " + Amounts.bytes(bytes);
        lines.add(
                plan.canRun()
                        ? "This pipeline can run: " + size + ". Nothing was changed."
                        : "This pipeline cannot run: " + plan.errors() + (plan.errors() == 1 ? " error" : " errors")
                                + ". Nothing was changed.");
        return lines;
    }

    private static void table(PlanReport plan, PreparedTable table, List<String> lines) {
        SourceTable source = table.source();
        TableSchema sink = table.spec().schema();
        lines.add(source.schema().table() + " → " + sink.table());
        lines.add("  " + key(sink) + "; about " + Amounts.count(source.estimatedRows()) + " rows, "
                + Amounts.bytes(source.estimatedBytes()));
        Optional.ofNullable(plan.filters().get(source.schema().table()))
                .ifPresent(filter -> lines.add("  filter: " + filter.strip()));
        if (!table.spec().partitionKeys().isEmpty()) {
            lines.add("  partitioned by " + String.join(", ", table.spec().partitionKeys()));
        }
        if (source.beforeImage() == SourceTable.BeforeImage.NONE) {
            lines.add("  inserts only: without a replica identity the log does not tell updates and deletes");
        }
        lines.add("  in the lake: " + plan.state(table).map(PlanPrinter::state).orElse("not there yet"));
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        for (int i = 0; i < sink.width(); i++) {
            rows.add(column(source.schema(), sink, i));
        }
        lines.addAll(aligned(rows));
        Set<String> left = leftOut(source.schema(), sink);
        if (!left.isEmpty()) {
            lines.add("  left out: " + String.join(", ", left));
        }
    }

    private static String key(TableSchema sink) {
        return sink.hasKey()
                ? "key " + sink.key().stream().map(i -> sink.column(i).name()).collect(Collectors.joining(", "))
                : "no key: rows are told apart by all their values";
    }

    private static String state(LakeTableState state) {
        return switch (state.phase()) {
                    case SNAPSHOT -> "created, not published yet";
                    case STREAMING ->
                        "published, last changed by cut " + state.cut() + " at "
                                + state.position().orElse("no position");
                    case STOPPED -> "stopped at " + state.position().orElse("no position") + ": " + state.detail();
                }
                + (state.phase() == TablePhase.SNAPSHOT ? "" : " (owner " + state.pipeline() + ")");
    }

    private static List<String> column(TableSchema source, TableSchema sink, int index) {
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
        return List.of(column.name(), computed ? "" : column.nativeType(), lakeType, String.join(", ", notes));
    }

    /** A column that is passed on has its source's native type; a computed one has its logical type's name. */
    private static boolean isComputed(TableSchema source, Column column) {
        boolean same = source.columns().stream()
                .anyMatch(known ->
                        known.name().equals(column.name()) && known.nativeType().equals(column.nativeType()));
        return !same && column.nativeType().equals(column.type().toString());
    }

    private static Set<String> leftOut(TableSchema source, TableSchema sink) {
        Set<String> names = new TreeSet<>();
        source.columns().forEach(column -> names.add(column.name()));
        sink.columns().forEach(column -> names.remove(column.name()));
        return names;
    }

    private static List<String> aligned(List<List<String>> rows) {
        int[] widths = new int[HEADER.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("  ");
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
