package io.sluice.service.plan;

import io.sluice.config.CatalogConfig;
import io.sluice.config.DeadLetterConfig;
import io.sluice.config.PipelineConfig;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.service.runtime.PreparedTable;
import io.sluice.service.runtime.SinceLastRun;
import io.sluice.service.wiring.ConfiguredTables;
import io.sluice.service.wiring.LocalCatalog;
import io.sluice.service.wiring.PipelineAssembly;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks source and lake what a pipeline would meet. Changes nothing. */
public final class Planner {

    private final PipelineAssembly assembly;

    /**
     * What the reader has to know, as it is found.
     *
     * @param objections what keeps the pipeline from running
     * @param notes what else
     */
    private record Findings(List<String> objections, List<String> notes) {}

    /** A planner of one pipeline. */
    public Planner(PipelineAssembly assembly) {
        this.assembly = assembly;
    }

    /**
     * Makes the plan.
     *
     * @throws PipelineException when the source cannot be asked at all
     */
    public PlanReport plan() {
        PipelineConfig config = assembly.config();
        Map<TableId, LakeTableState> states = new HashMap<>();
        Findings findings = new Findings(new ArrayList<>(), new ArrayList<>());
        ConfiguredTables.Outcome outcome;
        try (SourceDatabase database = assembly.connectors().openDatabase()) {
            outcome = assembly.tables().examine(database.inspect());
            try {
                askLake(config, outcome.tables(), states, findings);
            } catch (InvalidPathException e) {
                findings.objections.add(
                        "The warehouse or the catalog's file has a name that this machine's file system cannot have: "
                                + e.getReason() + ".");
            }
            askStream(database, config, outcome.tables(), states, findings);
        }
        Map<TableId, String> filters = new HashMap<>();
        for (PreparedTable table : outcome.tables()) {
            TableId id = table.source().schema().table();
            config.route(id.namespace(), id.name()).filter().ifPresent(filter -> filters.put(id, filter));
        }
        config.deadLetters().ifPresent(letters -> findings.notes.add(deadLetters(letters, outcome.tables())));
        CatalogConfig catalog = config.sink().catalog();
        return new PlanReport(
                config.name(),
                "postgres " + config.source().hostname() + ":" + config.source().port() + "/"
                        + config.source().databaseName() + " (slot "
                        + config.source().slotName() + ", publication "
                        + config.source().publicationName() + ")",
                catalog.type() + " catalog"
                        + catalog.warehouse().map(at -> ", warehouse " + at).orElse(""),
                outcome.tables(),
                filters,
                states,
                outcome.problems(),
                findings.objections,
                findings.notes);
    }

    private static String deadLetters(DeadLetterConfig letters, List<PreparedTable> tables) {
        List<String> keyless = tables.stream()
                .map(table -> table.source().schema())
                .filter(schema -> !schema.hasKey())
                .map(schema -> schema.table().toString())
                .toList();
        return "Rows that cannot be read or transformed without loss are set aside and noted in " + letters.table()
                + "; more than " + letters.limit() + " at a time stop their table."
                + (keyless.isEmpty()
                        ? ""
                        : " Without a key to tell rows by, a single one stops " + String.join(", ", keyless) + ".");
    }

    /** Why the source could not tell what changed since tables were published; empty when it could. */
    private static Optional<String> gap(SourceDatabase database) {
        try {
            return database.streamPosition().isPresent()
                    ? Optional.empty()
                    : Optional.of("The source no longer has the pipeline's replication slot.");
        } catch (PipelineException e) {
            return switch (e.kind()) {
                case SOURCE_LOST -> Optional.of(String.valueOf(e.getMessage()));
                // A slot that is someone else's is among the source's problems already.
                case SOURCE_REFUSED -> Optional.empty();
                default -> throw e;
            };
        }
    }

    /** What the source could not tell of tables that are published. */
    private static void askStream(
            SourceDatabase database,
            PipelineConfig config,
            List<PreparedTable> tables,
            Map<TableId, LakeTableState> states,
            Findings findings) {
        Optional<String> gap = gap(database);
        if (gap.isPresent()) {
            if (states.values().stream().anyMatch(state -> state.phase() == TablePhase.STREAMING)) {
                lostStream(config, gap.get(), "every table", "all of them appear in one cut", findings);
            }
            return;
        }
        SinceLastRun since = SinceLastRun.look(database, config.name(), tables, states);
        if (!since.leftOut().isEmpty()) {
            String names = since.leftOut().stream().map(TableId::toString).collect(Collectors.joining(", "));
            lostStream(
                    config,
                    "The publication does not include " + names + ", or did not for a while.",
                    names,
                    "each is replaced when it is complete",
                    findings);
        }
        since.changed()
                .forEach((table, what) -> findings.notes.add("Table " + table + " changed without a trace in the log: "
                        + what
                        + ". It will be left as it is in the lake; have it loaded anew then (POST …/tables/" + table
                        + "/resnapshot)."));
    }

    private static void lostStream(
            PipelineConfig config, String reason, String tables, String appearance, Findings findings) {
        switch (config.source().onLostSlot()) {
            case FAIL ->
                findings.objections.add(
                        reason + " The pipeline is told to fail then: set source.on-lost-slot to resnapshot to"
                                + " have " + tables + " loaded anew, or restore what the source had.");
            case RESNAPSHOT ->
                findings.notes.add(reason + " What was missed is loaded anew: " + tables
                        + "; readers keep the old rows, and " + appearance + ".");
        }
    }

    private void askLake(
            PipelineConfig config, List<PreparedTable> tables, Map<TableId, LakeTableState> states, Findings findings) {
        CatalogConfig catalog = config.sink().catalog();
        Optional<Path> missing = LocalCatalog.missing(catalog);
        if (missing.isPresent()) {
            newPlace(missing.get(), "catalog", findings);
            catalog.warehouse()
                    .filter(place -> !place.contains(":/"))
                    .ifPresent(place -> newPlace(Path.of(place), "warehouse", findings));
            return;
        }
        List<LakeTableSpec> specs = tables.stream().map(PreparedTable::spec).toList();
        try (Lake lake = assembly.connectors().openLake()) {
            List<TableId> sinks =
                    specs.stream().map(spec -> spec.schema().table()).toList();
            lake.inspect(sinks).forEach(state -> states.put(state.table(), state));
            lake.check(config.name(), specs).forEach(problem -> findings.objections.add(problem.message()));
            // Whose table it is shows when it is read.
            config.deadLetters()
                    .map(DeadLetterConfig::table)
                    .ifPresent(
                            table -> lake.openDeadLetters(config.name(), new TableId(table.namespace(), table.name())));
        } catch (PipelineException e) {
            findings.objections.add(String.valueOf(e.getMessage()));
        }
    }

    private static void newPlace(Path place, String what, Findings findings) {
        Path existing = place.toAbsolutePath().normalize();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (Files.exists(place)
                ? !Files.isWritable(place)
                : !Files.isDirectory(existing) || !Files.isWritable(existing)) {
            findings.objections.add("The " + what + " " + place + " cannot be made: " + existing
                    + " is not a directory that this user may write to.");
        } else if (!Files.exists(place)) {
            findings.notes.add("The " + what + " " + place + " does not exist yet and will be made.");
        }
    }
}
