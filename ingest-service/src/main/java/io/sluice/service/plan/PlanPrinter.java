package io.sluice.service.plan;

import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SourceProblem;
import io.sluice.pipeline.source.SourceTable;
import io.sluice.service.console.Amounts;
import io.sluice.service.console.TextTable;
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
        TextTable columns = new TextTable("column", "source type", "lake type", "notes");
        for (PlanColumn column : PlanColumn.of(table)) {
            columns.add(column.name(), column.sourceType(), column.lakeType(), String.join(", ", column.notes()));
        }
        columns.lines().forEach(line -> lines.add("  " + line));
        Set<String> left = leftOut(table);
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

    /** Columns of the source that the lake does not get. */
    public static Set<String> leftOut(PreparedTable table) {
        Set<String> names = new TreeSet<>();
        table.source().schema().columns().forEach(column -> names.add(column.name()));
        table.spec().schema().columns().forEach(column -> names.remove(column.name()));
        return names;
    }
}
