package io.sluice.service.api;

import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SourceProblem;
import io.sluice.service.plan.PlanColumn;
import io.sluice.service.plan.PlanPrinter;
import io.sluice.service.plan.PlanReport;
import io.sluice.service.runtime.PreparedTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline would do; nothing was changed.
 *
 * @param pipeline its name
 * @param canRun whether nothing stands in its way
 * @param source what is read
 * @param lake what is written
 * @param tables that can be read, ordered by the source's names
 * @param problems at the source and the lake, errors first
 * @param notes what else the reader should know
 */
@Schema(name = "Plan")
public record PlanJson(
        String pipeline,
        boolean canRun,
        String source,
        String lake,
        List<PlannedTable> tables,
        List<PlanProblem> problems,
        List<String> notes) {

    static PlanJson of(PlanReport plan) {
        List<PlanProblem> problems = new ArrayList<>();
        for (SourceProblem problem : plan.problems()) {
            problems.add(new PlanProblem(
                    problem.severity().name(),
                    problem.table().map(TableId::toString).orElse(null),
                    problem.column().orElse(null),
                    problem.message()));
        }
        plan.lakeObjections()
                .forEach(objection ->
                        problems.add(new PlanProblem(SourceProblem.Severity.ERROR.name(), null, null, objection)));
        problems.sort((one, other) -> one.severity().compareTo(other.severity()));
        return new PlanJson(
                plan.pipeline(),
                plan.canRun(),
                plan.source(),
                plan.lake(),
                plan.tables().stream()
                        .map(table -> PlannedTable.of(plan, table))
                        .toList(),
                problems,
                plan.notes());
    }

    /** A table that would be followed. */
    @Schema(name = "PlannedTable")
    public record PlannedTable(
            String source,
            String sink,
            List<String> key,
            @Nullable String filter,
            List<String> partitionKeys,
            long estimatedRows,
            long estimatedBytes,
            @Nullable String lakePhase,
            List<PlannedColumn> columns,
            Collection<String> leftOut) {

        static PlannedTable of(PlanReport plan, PreparedTable table) {
            TableSchema sink = table.spec().schema();
            return new PlannedTable(
                    table.source().schema().table().toString(),
                    sink.table().toString(),
                    sink.key().stream().map(index -> sink.column(index).name()).toList(),
                    plan.filters().get(table.source().schema().table()),
                    table.spec().partitionKeys(),
                    table.source().estimatedRows(),
                    table.source().estimatedBytes(),
                    plan.state(table).map(state -> state.phase().name()).orElse(null),
                    PlanColumn.of(table).stream().map(PlannedColumn::of).toList(),
                    PlanPrinter.leftOut(table));
        }
    }

    /** A column of the lake; without a source type it is computed. */
    @Schema(name = "PlannedColumn")
    public record PlannedColumn(String name, @Nullable String sourceType, String lakeType, List<String> notes) {

        static PlannedColumn of(PlanColumn column) {
            return new PlannedColumn(
                    column.name(),
                    column.sourceType().isEmpty() ? null : column.sourceType(),
                    column.lakeType(),
                    column.notes());
        }
    }

    /** Something that stands in the way (ERROR), or that its owner should know (WARNING). */
    @Schema(name = "PlanProblem")
    public record PlanProblem(
            String severity,
            @Nullable String table,
            @Nullable String column,
            String message) {}
}
