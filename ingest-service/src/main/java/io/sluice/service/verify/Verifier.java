package io.sluice.service.verify;

import io.sluice.lake.read.LakeTableReader;
import io.sluice.lake.read.PublishedTable;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.service.runtime.PreparedTable;
import io.sluice.service.wiring.LocalCatalog;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.snapshot.postgres.PostgresDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Compares a pipeline's source, transformed by its own operators, with what any Iceberg reader sees in its lake. Leaves
 * nothing behind on either side and does not disturb a pipeline that runs. Used by one thread.
 */
public final class Verifier {

    private static final String NOT_THERE = "it does not exist in the lake yet";

    private final PipelineAssembly assembly;
    private final Settings settings;

    /** A verifier of one pipeline. */
    public Verifier(PipelineAssembly assembly, Settings settings) {
        this.assembly = assembly;
        this.settings = settings;
    }

    /**
     * How to compare.
     *
     * @param memoryBytes heap for one pass, at least 1 MB; a larger table takes more passes
     * @param attempts how often tables that differ are read, at least 1
     * @param pause between two attempts
     */
    public record Settings(long memoryBytes, int attempts, Duration pause) {

        /** A quarter of the heap, one reading. */
        public static Settings once() {
            return new Settings(Runtime.getRuntime().maxMemory() / 4, 1, Duration.ZERO);
        }

        /** A quarter of the heap; what differs is read again when a running pipeline had time for a cut. */
        public static Settings patient(Duration commitInterval, int attempts) {
            Duration pause = commitInterval.plusSeconds(1);
            Duration most = Duration.ofSeconds(15);
            return new Settings(
                    Runtime.getRuntime().maxMemory() / 4, attempts, pause.compareTo(most) > 0 ? most : pause);
        }

        long rows() {
            return Math.max(1024, memoryBytes / SourceRows.BYTES_PER_ROW);
        }
    }

    /**
     * Compares all tables.
     *
     * @param progress is told of each step
     * @throws PipelineException when source or lake cannot be read, or the pipeline's file does not fit the source
     */
    public VerificationReport run(Consumer<String> progress) throws InterruptedException {
        try (PostgresDatabase database = assembly.connectors().openPostgres()) {
            List<PreparedTable> tables = assembly.tables().prepare(database.inspect());
            if (LocalCatalog.missing(assembly.config().sink().catalog()).isPresent()) {
                return nothingThere(tables, database);
            }
            try (LakeTableReader lake = assembly.connectors().openLakeReader()) {
                return run(tables, database, lake, progress);
            }
        }
    }

    private VerificationReport run(
            List<PreparedTable> tables, PostgresDatabase database, LakeTableReader lake, Consumer<String> progress)
            throws InterruptedException {
        List<PreparedTable> open = tables;
        Map<TableId, TableResult> results = new LinkedHashMap<>();
        int attempt = 0;
        String position;
        while (true) {
            attempt++;
            position = compare(open, database, lake, results, progress);
            open = open.stream()
                    .filter(table -> !Objects.requireNonNull(results.get(sink(table)), "result")
                            .same())
                    .toList();
            if (open.isEmpty() || attempt >= settings.attempts()) {
                break;
            }
            progress.accept(open.size() + " of " + results.size() + " tables differ; reading them again in "
                    + settings.pause().toSeconds() + "s, in case the lake is only behind");
            Thread.sleep(settings.pause().toMillis());
        }
        return new VerificationReport(
                assembly.config().name(), position, lakePosition(results), List.copyOf(results.values()), attempt);
    }

    private VerificationReport nothingThere(List<PreparedTable> tables, PostgresDatabase database) {
        List<TableResult> results = tables.stream()
                .map(table -> TableResult.refused(
                        table.source().schema().table().toString(),
                        sink(table).toString(),
                        Optional.empty(),
                        NOT_THERE))
                .toList();
        return new VerificationReport(
                assembly.config().name(), database.logEnd().text(), Optional.empty(), results, 1);
    }

    private String compare(
            List<PreparedTable> tables,
            PostgresDatabase database,
            LakeTableReader lake,
            Map<TableId, TableResult> results,
            Consumer<String> progress) {
        try (SnapshotSession snapshot = database.beginReading(
                tables.stream().map(table -> table.source().schema()).toList())) {
            progress.accept("source at " + snapshot.position().text());
            for (PreparedTable table : tables) {
                TableResult result = compare(table, snapshot, lake);
                results.put(sink(table), result);
                progress.accept(result.sink() + " "
                        + (result.same() ? "same" : result.refusal().isPresent() ? "not comparable" : "differs"));
            }
            return snapshot.position().text();
        }
    }

    private TableResult compare(PreparedTable table, SnapshotSession snapshot, LakeTableReader lake) {
        String source = table.source().schema().table().toString();
        Optional<PublishedTable> found = lake.table(sink(table));
        Optional<LakeTableState> state = found.flatMap(PublishedTable::state);
        Optional<String> position = state.flatMap(LakeTableState::position);
        if (found.isEmpty()) {
            return TableResult.refused(source, sink(table).toString(), position, NOT_THERE);
        }
        if (state.isPresent() && state.get().phase() == TablePhase.SNAPSHOT) {
            return TableResult.refused(source, sink(table).toString(), position, "its snapshot is not published yet");
        }
        if (state.isPresent() && state.get().phase() == TablePhase.STOPPED) {
            return TableResult.refused(
                    source,
                    sink(table).toString(),
                    position,
                    "it was stopped at " + position.orElse("no position") + ": "
                            + state.get().detail());
        }
        List<String> differences = found.get().differences(table.spec().schema());
        if (!differences.isEmpty()) {
            return TableResult.refused(source, sink(table).toString(), position, String.join(" ", differences));
        }
        return new TableComparison(table, reading(snapshot), found.get(), settings.rows()).run();
    }

    private static TableComparison.SourceReading reading(SnapshotSession snapshot) {
        return (table, consumer) -> {
            for (SnapshotChunk chunk : chunks(snapshot, table)) {
                snapshot.read(chunk, (batch, bytes) -> {
                    var transformed = table.transform().apply(batch);
                    if (transformed.rowCount() > 0) {
                        consumer.accept(transformed);
                    }
                });
            }
        };
    }

    private static List<SnapshotChunk> chunks(SnapshotSession snapshot, PreparedTable table) {
        List<SnapshotChunk> chunks = new ArrayList<>();
        for (SnapshotChunk chunk : snapshot.chunks()) {
            if (chunk.table().equals(table.source().schema().table())) {
                chunks.add(chunk);
            }
        }
        return chunks;
    }

    private static Optional<String> lakePosition(Map<TableId, TableResult> results) {
        return results.values().stream()
                .flatMap(result -> result.lakePosition().stream())
                .map(Verifier::parse)
                .reduce(Position::max)
                .map(Position::text);
    }

    private static Position parse(String text) {
        try {
            return LogSequenceNumber.parse(text);
        } catch (IllegalArgumentException e) {
            throw new PipelineException(ErrorKind.LAKE_CONFLICT, "A lake table's sluice.position is unreadable", e);
        }
    }

    private static TableId sink(PreparedTable table) {
        return table.spec().schema().table();
    }
}
