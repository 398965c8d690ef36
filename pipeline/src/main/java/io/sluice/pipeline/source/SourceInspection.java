package io.sluice.pipeline.source;

import java.util.List;

/**
 * What a source says when it is asked without being changed.
 *
 * @param tables the tables that the pipeline's patterns select and that can be mapped, ordered by name
 * @param problems everything that is missing or worth knowing; tables with an error are not among {@code tables}
 */
public record SourceInspection(List<SourceTable> tables, List<SourceProblem> problems) {

    public SourceInspection {
        tables = List.copyOf(tables);
        problems = List.copyOf(problems);
    }

    /** Whether any problem keeps the pipeline from running. */
    public boolean refused() {
        return problems.stream().anyMatch(problem -> problem.severity() == SourceProblem.Severity.ERROR);
    }
}
