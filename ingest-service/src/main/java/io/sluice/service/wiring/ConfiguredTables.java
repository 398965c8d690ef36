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
import io.sluice.service.runtime.TableDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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

    /**
     * The pipeline's tables, ordered by the source's names; every one of them can be run.
     *
     * @throws PipelineException {@code CONFIGURATION} or {@code SOURCE_REFUSED} with everything that is wrong, one
     *     sentence a line
     */
    public List<PreparedTable> prepare(SourceInspection inspection) {
        Outcome outcome = examine(inspection);
        refuse(inspection, outcome.errors(), outcome.errors());
        return outcome.tables();
    }

    @Override
    public Arrangement arrange(SourceInspection inspection) {
        Outcome outcome = examine(inspection);
        Map<TableId, List<SourceProblem>> misfits = new TreeMap<>();
        List<SourceProblem> others = new ArrayList<>();
        for (SourceProblem error : outcome.errors()) {
            if (error.table().isPresent() && error.matter() == SourceProblem.Matter.SHAPE) {
                misfits.computeIfAbsent(error.table().get(), table -> new ArrayList<>())
                        .add(error);
            } else {
                others.add(error);
            }
        }
        refuse(inspection, others, outcome.errors());
        return new Arrangement(
                outcome.tables(),
                misfits.entrySet().stream()
                        .map(entry -> misfit(entry.getKey(), entry.getValue(), inspection))
                        .toList());
    }

    private Misfit misfit(TableId source, List<SourceProblem> errors, SourceInspection inspection) {
        RoutedTable routed = config.route(source.namespace(), source.name());
        return new Misfit(
                source,
                new TableId(routed.sink().namespace(), routed.sink().name()),
                rule(routed),
                inspection.problems().containsAll(errors) ? ErrorKind.SOURCE_REFUSED : ErrorKind.CONFIGURATION,
                String.join(
                        "\n", errors.stream().map(ConfiguredTables::sentence).toList()));
    }

    private static void refuse(SourceInspection inspection, List<SourceProblem> reasons, List<SourceProblem> errors) {
        if (!reasons.isEmpty()) {
            ErrorKind kind = inspection.refused() ? ErrorKind.SOURCE_REFUSED : ErrorKind.CONFIGURATION;
            throw new PipelineException(
                    kind,
                    String.join(
                            "\n",
                            errors.stream().map(ConfiguredTables::sentence).toList()));
        }
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
            TransformSpec spec = new TransformSpec(source, sink, routed.projection(), routed.filter());
            TableTransform transform = TransformCompiler.compile(spec, table.schema());
            return Optional.of(new PreparedTable(
                    table,
                    transform,
                    new LakeTableSpec(
                            transform.output(),
                            routed.partitionKeys(),
                            config.sink().tableProperties()),
                    new TableDefinition(
                            table.schema(), rule(routed), TransformCompiler.canonical(spec, table.schema()))));
        } catch (PipelineException e) {
            if (e.kind() != ErrorKind.CONFIGURATION && e.kind() != ErrorKind.DATA_REFUSED) {
                throw e;
            }
            problems.add(new SourceProblem(
                    SourceProblem.Severity.ERROR,
                    SourceProblem.Matter.SHAPE,
                    Optional.of(source),
                    Optional.empty(),
                    String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    private static TableDefinition.Rule rule(RoutedTable routed) {
        return new TableDefinition.Rule(routed.projection(), routed.filter().orElse(""));
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
