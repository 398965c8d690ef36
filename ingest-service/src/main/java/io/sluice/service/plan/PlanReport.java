package io.sluice.service.plan;

import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceProblem;
import io.sluice.service.runtime.PreparedTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a pipeline would do.
 *
 * @param pipeline its name
 * @param source what is read, for people
 * @param lake what is written, for people
 * @param tables that can be run, ordered by the source's names
 * @param filters the filter of each source table that has one
 * @param states what the lake says about tables that it has
 * @param problems at the source and between source and file
 * @param lakeObjections what keeps the lake from being written
 * @param notes what else the reader should know
 */
public record PlanReport(
        String pipeline,
        String source,
        String lake,
        List<PreparedTable> tables,
        Map<TableId, String> filters,
        Map<TableId, LakeTableState> states,
        List<SourceProblem> problems,
        List<String> lakeObjections,
        List<String> notes) {

    public PlanReport {
        tables = List.copyOf(tables);
        filters = Map.copyOf(filters);
        states = Map.copyOf(states);
        problems = List.copyOf(problems);
        lakeObjections = List.copyOf(lakeObjections);
        notes = List.copyOf(notes);
    }

    /** How many things keep the pipeline from running. */
    public long errors() {
        return lakeObjections.size()
                + problems.stream()
                        .filter(problem -> problem.severity() == SourceProblem.Severity.ERROR)
                        .count();
    }

    /** Whether the pipeline could run. */
    public boolean canRun() {
        return errors() == 0;
    }

    /** What the lake says about a table. */
    public Optional<LakeTableState> state(PreparedTable table) {
        return Optional.ofNullable(states.get(table.spec().schema().table()));
    }
}
