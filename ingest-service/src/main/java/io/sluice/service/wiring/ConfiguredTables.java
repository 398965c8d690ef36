package io.sluice.service.wiring;

import io.sluice.config.PipelineConfig;
import io.sluice.config.RoutedTable;
import io.sluice.config.TableName;
import io.sluice.config.TransformRule;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceInspection;
import io.sluice.pipeline.source.SourceProblem;
import io.sluice.pipeline.source.SourceTable;
import io.sluice.pipeline.transform.TableTransform;
import io.sluice.pipeline.transform.TransformCompiler;
import io.sluice.pipeline.transform.TransformSpec;
import io.sluice.service.runtime.PipelineTables;
import io.sluice.service.runtime.PreparedTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The tables that a pipeline's file describes: routed, transformed, with their lake tables. */
public final class ConfiguredTables implements PipelineTables {

    private final PipelineConfig config;

    /** Tables of this file. */
    public ConfiguredTables(PipelineConfig config) {
        this.config = config;
    }

    /**
     * Everything that the file and the source say together.
     *
     * @param tables those that can be run, ordered by the source's names
     * @param problems everything that was found, the source's own included; none of them names a table of {@code tables}
     *     as refused
     */
    public record Outcome(List<PreparedTable> tables, List<SourceProblem> problems) {

        public Outcome {
            tables = List.copyOf(tables);
            problems = List.copyOf(problems);
        }

        /** The problems that keep the pipeline from running. */
        public List<SourceProblem> errors() {
            return problems.stream()
                    .filter(problem -> problem.severity() == SourceProblem.Severity.ERROR)
                    .toList();
        }
    }

    @Override
    public List<PreparedTable> prepare(SourceInspection inspection) {
        Outcome outcome = examine(inspection);
        List<SourceProblem> errors = outcome.errors();
        if (!errors.isEmpty()) {
            ErrorKind kind = inspection.refused() ? ErrorKind.SOURCE_REFUSED : ErrorKind.CONFIGURATION;
            throw new PipelineException(
                    kind,
                    String.join(
                            "\n",
                            errors.stream().map(ConfiguredTables::sentence).toList()));
        }
        return outcome.tables();
    }

    /** Compiles what can be compiled and collects every problem. */
    public Outcome examine(SourceInspection inspection) {
        List<SourceProblem> problems = new ArrayList<>(inspection.problems());
        List<PreparedTable> tables = new ArrayList<>();
        inspection.tables().stream()
                .sorted(Comparator.comparing(table -> table.schema().table()))
                .forEach(table -> compile(table, problems).ifPresent(tables::add));
        List<TableName> names = inspection.tables().stream()
                .map(table -> name(table.schema().table()))
                .toList();
        for (String collision : config.sinkCollisions(names)) {
            problems.add(error(Optional.empty(), collision));
        }
        for (TransformRule rule : config.transforms()) {
            if (names.stream().noneMatch(name -> rule.sourceTable().matches(name.namespace(), name.name()))
                    && !namesRefusedTable(rule, inspection)) {
                problems.add(error(
                        Optional.empty(),
                        "The transform for '" + rule.sourceTable()
                                + "' selects none of the pipeline's tables; correct its source-table or remove it."));
            }
        }
        if (inspection.tables().isEmpty() && !inspection.refused()) {
            problems.add(error(
                    Optional.empty(),
                    "No table at the source matches '" + config.source().tables()
                            + "' that this user may see; correct source.tables or grant USAGE on the schema."));
        }
        return new Outcome(tables, problems);
    }

    /** A problem as one line that says where. */
    public static String sentence(SourceProblem problem) {
        String message = problem.message();
        String where = problem.table().map(TableId::toString).orElse("");
        where += problem.column().map(column -> "." + column).orElse("");
        boolean told = problem.table().isEmpty()
                || message.contains(problem.table().get().toString())
                        && problem.column().map(message::contains).orElse(true);
        return told ? message : where + ": " + message;
    }

    private Optional<PreparedTable> compile(SourceTable table, List<SourceProblem> problems) {
        TableId source = table.schema().table();
        RoutedTable routed = config.route(source.namespace(), source.name());
        TableId sink = new TableId(routed.sink().namespace(), routed.sink().name());
        try {
            TableTransform transform = TransformCompiler.compile(
                    new TransformSpec(source, sink, routed.projection(), routed.filter()), table.schema());
            return Optional.of(new PreparedTable(
                    table,
                    transform,
                    new LakeTableSpec(
                            transform.output(),
                            routed.partitionKeys(),
                            config.sink().tableProperties())));
        } catch (PipelineException e) {
            if (e.kind() != ErrorKind.CONFIGURATION && e.kind() != ErrorKind.DATA_REFUSED) {
                throw e;
            }
            problems.add(error(Optional.of(source), String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    /** A rule for a table that the source refused is not at fault. */
    private static boolean namesRefusedTable(TransformRule rule, SourceInspection inspection) {
        return inspection.problems().stream()
                .flatMap(problem -> problem.table().stream())
                .anyMatch(table -> rule.sourceTable().matches(table.namespace(), table.name()));
    }

    private static TableName name(TableId table) {
        return new TableName(table.namespace(), table.name());
    }

    private static SourceProblem error(Optional<TableId> table, String message) {
        return new SourceProblem(SourceProblem.Severity.ERROR, table, Optional.empty(), message);
    }
}
