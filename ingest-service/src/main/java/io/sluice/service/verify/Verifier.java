package io.sluice.service.verify;

import io.sluice.lake.read.LakeTableReader;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.PreparedTable;
import io.sluice.service.wiring.LocalCatalog;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.snapshot.postgres.PostgresDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Compares a pipeline's source, transformed by its own operators, with what any Iceberg reader sees in its lake, while
 * the source is written to and the pipeline runs, in this process or in another. Leaves nothing behind on either side
 * but empty messages in the source's log, and does not disturb a pipeline that runs. Used by one thread.
 */
public final class Verifier {

    static final String NOT_THERE = "it does not exist in the lake yet";

    private final PipelineAssembly assembly;
    private final Settings settings;
    private final UnaryOperator<LakeProgress> progress;

    /** A verifier of a pipeline that runs in another process, or does not run. */
    public Verifier(PipelineAssembly assembly, Settings settings) {
        this(assembly, settings, UnaryOperator.identity());
    }

    /**
     * A verifier of a pipeline of this process.
     *
     * @param progress how far the lake is, made from how far the source says it is
     */
    public Verifier(PipelineAssembly assembly, Settings settings, UnaryOperator<LakeProgress> progress) {
        this.assembly = assembly;
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * How to compare.
     *
     * @param memoryBytes heap to use, at least 1 MB; a table with many differences is read more often with less
     * @param attempts how often keys that change meanwhile are looked at, at least 1
     * @param standstill how long a running pipeline may publish nothing before it is no longer waited for
     * @param named how many differing keys of a table are named
     */
    public record Settings(long memoryBytes, int attempts, Duration standstill, int named) {

        private static final int NAMED = 100;
        private static final Duration LEAST_STANDSTILL = Duration.ofSeconds(30);

        /** A quarter of the heap; for a pipeline that does not run. */
        public static Settings once() {
            return new Settings(Runtime.getRuntime().maxMemory() / 4, 1, Duration.ZERO, NAMED);
        }

        /** A quarter of the heap, and patience for a running pipeline. */
        public static Settings patient(Duration commitInterval, int attempts) {
            Duration standstill = commitInterval.multipliedBy(5);
            return new Settings(
                    Runtime.getRuntime().maxMemory() / 4,
                    attempts,
                    standstill.compareTo(LEAST_STANDSTILL) < 0 ? LEAST_STANDSTILL : standstill,
                    NAMED);
        }

        /** Half for rows, a quarter for checksums, a quarter for keys of 256 bytes on average. */
        TableComparison.Settings comparison() {
            return new TableComparison.Settings(
                    Math.max(1024, memoryBytes / 2 / SourceRows.BYTES_PER_ROW), memoryBytes / 4, (int)
                            Math.max(1024, Math.min(100_000, memoryBytes / 4 / 256)));
        }
    }

    /**
     * Where a verification is.
     *
     * @param text what is being done
     * @param done tables that are decided
     * @param tables all tables
     */
    public record Step(String text, int done, int tables) {}

    /**
     * A report, with what a repair has to know.
     *
     * @param report for people
     * @param differing for each table that is proven to differ and has a key
     * @param foreign lake tables whose snapshot is not the one that Sluice left
     */
    public record Verification(VerificationReport report, List<Differing> differing, List<TableId> foreign) {

        public Verification {
            differing = List.copyOf(differing);
            foreign = List.copyOf(foreign);
        }
    }

    /**
     * Compares all tables.
     *
     * @param watcher is told of each step
     * @throws io.sluice.pipeline.error.PipelineException when source or lake cannot be read, or the pipeline's file does
     *     not fit the source
     */
    public Verification run(Consumer<Step> watcher) throws InterruptedException {
        try (PostgresDatabase database = assembly.connectors().openPostgres()) {
            List<PreparedTable> tables = assembly.tables().prepare(database.inspect());
            if (LocalCatalog.missing(assembly.config().sink().catalog()).isPresent()) {
                return nothingThere(tables);
            }
            try (LakeTableReader lake = assembly.connectors().openLakeReader()) {
                return run(tables, database, lake, watcher);
            }
        }
    }

    private Verification run(
            List<PreparedTable> tables, PostgresDatabase database, LakeTableReader lake, Consumer<Step> watcher)
            throws InterruptedException {
        LakeProgress reached = progress.apply(LakeProgress.ofSlot(database));
        Patience patience = new Patience(reached, settings.standstill());
        List<TableResult> results = new ArrayList<>();
        List<Differing> differing = new ArrayList<>();
        List<TableId> foreign = new ArrayList<>();
        for (PreparedTable table : tables) {
            int done = results.size();
            boolean sets = assembly.config().deadLetters().isPresent()
                    && table.source().schema().hasKey();
            TableVerification.Outcome outcome = new TableVerification(
                            table,
                            sets ? Optional.of(new RowsSetAside(table.transform())) : Optional.empty(),
                            database,
                            lake,
                            patience,
                            settings,
                            text -> watcher.accept(new Step(text, done, tables.size())))
                    .run();
            results.add(outcome.result());
            outcome.differing().ifPresent(differing::add);
            if (outcome.foreign()) {
                foreign.add(table.spec().schema().table());
            }
            watcher.accept(new Step(
                    outcome.result().sink() + " " + word(outcome.result().verdict()), done + 1, tables.size()));
        }
        Optional<String> position = reached.now().published().map(Position::text);
        return new Verification(
                new VerificationReport(assembly.config().name(), position, results), differing, foreign);
    }

    private static String word(TableResult.Verdict verdict) {
        return switch (verdict) {
            case SAME -> "is the same";
            case DIFFERENT -> "differs";
            case UNDECIDED -> "could not be decided";
            case NOT_COMPARED -> "cannot be compared";
        };
    }

    private Verification nothingThere(List<PreparedTable> tables) {
        List<TableResult> results = tables.stream()
                .map(table -> TableResult.refused(
                        table.source().schema().table().toString(),
                        table.spec().schema().table().toString(),
                        Optional.empty(),
                        NOT_THERE))
                .toList();
        return new Verification(
                new VerificationReport(assembly.config().name(), Optional.empty(), results), List.of(), List.of());
    }
}
