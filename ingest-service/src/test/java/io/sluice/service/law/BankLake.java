package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PipelineConfigReader;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoint.Phase;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.lake.LakeTable;
import io.sluice.testkit.lake.SourceLakeChecker;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A pipeline from the bank's tables into a lake of its own, whose runs can die. */
final class BankLake {

    private final Bank bank;
    private final String id;
    private final List<String> tables;
    private final String settings;
    private final Path directory;
    private final Path file;
    private long checkedUpTo;
    private int cells;

    BankLake(Bank bank, Path root, String id, List<String> tables, String settings) {
        this.bank = bank;
        this.id = id;
        this.tables = tables;
        this.settings = settings;
        this.directory = root.resolve(id);
        this.file = directory.resolve("bank.yaml");
        try {
            Files.createDirectories(directory);
            Files.writeString(file, yaml());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String slot() {
        return id.replace('-', '_');
    }

    /** How many cells it has lived through. */
    int cells() {
        return cells;
    }

    void nextCell() {
        cells++;
    }

    /** Waits for the server to notice that the last run's connection is gone. */
    void dropSlot() {
        MortalFileIO.forget(id);
        String named = " FROM pg_replication_slots WHERE slot_name = '" + slot() + "'";
        Awaitility.await()
                .atMost(LawHarness.LIMIT)
                .until(() -> bank.database().queryLong("SELECT count(*)" + named + " AND active") == 0);
        bank.database().execute("SELECT pg_drop_replication_slot(slot_name)" + named);
    }

    /** What an operator does to have a table read again. */
    void dropTable(String table) {
        try (LakeReader lake = lake()) {
            lake.drop(sink(table));
        }
    }

    Pipeline pipeline(Phase phase, PointDeath run) {
        MortalFileIO.begin(id, run);
        return PipelineAssembly.of(PipelineConfigReader.ofProcess().read(file), PhaseCourse.failPoints(phase, run))
                .pipeline(event -> {}, Clock.systemUTC());
    }

    /** Lets the lake note that a table is to be loaded anew, and nothing of it be read yet. */
    void askAnew(String table) throws InterruptedException {
        PointDeath run = PointDeath.at(FailPoint.LOAD_AFTER_ASK, 1);
        try (Pipeline pipeline = pipeline(Phase.MAINTENANCE, run)) {
            PhaseCourse.loadAnew("public." + table).run(pipeline, bank.database());
            assertEnded(pipeline, run);
        }
        run.assertDied();
    }

    /** Runs until everything is published, or to the run's death. */
    void run(PointDeath run) throws InterruptedException {
        try (Pipeline pipeline = pipeline(Phase.SNAPSHOT, run)) {
            PhaseCourse.of(Phase.SNAPSHOT).run(pipeline, bank.database());
            assertEnded(pipeline, run);
            assertThat(pipeline.status().state().isActive()).isFalse();
        }
    }

    /** Asserts that the pipeline failed if its run died, and only then. */
    void assertEnded(Pipeline pipeline, PointDeath run) {
        assertThat(pipeline.status().state() == PipelineState.FAILED)
                .as("failed with %s, and %s", pipeline.status().error(), run)
                .isEqualTo(run.died());
    }

    /** Goes through a phase in a process that ends at the point. */
    void runInProcess(Phase phase, CrashMatrix.Cell end) {
        MortalFileIO.forget(id);
        try (ChildProcess process = ChildProcess.of(MortalMain.class)
                .jvmOptions("-Xmx512m")
                .arguments(
                        file.toString(),
                        phase.name(),
                        end.point().name(),
                        Integer.toString(end.occurrence()),
                        Integer.toString(bank.database().port()),
                        bank.database().name())
                .start()) {
            assertThat(process.awaitExit(LawHarness.LIMIT))
                    .as("exit code of a process that ends at %s", end)
                    .isEqualTo(MortalMain.ENDED_THERE);
        }
    }

    /** Whether the table was left behind. */
    boolean isStopped(String table) {
        try (LakeReader lake = lake()) {
            return lake.table(sink(table)).property("sluice.phase").equals(Optional.of("STOPPED"));
        }
    }

    /** Asserts that every table equals its source, value by value, and has none but deletion vectors. */
    void assertEqual() {
        SourceLakeChecker checker = new SourceLakeChecker(bank.database());
        try (LakeReader lake = lake()) {
            for (String table : tables) {
                LakeTable published = lake.table(sink(table));
                checker.assertSame(
                        table.equals(Bank.FAULTS) ? Bank.faultless() : "SELECT * FROM public." + table, published);
                assertThat(published.files().equalityDeletes()).isZero();
                assertThat(published.summary("sluice.position")).isEqualTo(published.property("sluice.position"));
            }
        }
        try (var lake = PipelineAssembly.of(PipelineConfigReader.ofProcess().read(file))
                .connectors()
                .openLake()) {
            assertThat(lake.openDeadLetters(id, sink("letters")))
                    .extracting(DeadLetter::key)
                    .as("dead letters")
                    .containsExactlyInAnyOrderElementsOf(bank.faulty());
        }
    }

    /** Asserts that no change waits in any file: every load is published. */
    void assertNoFileOfChangesIsLeft() {
        try (Stream<Path> files = Files.walk(directory.resolve("warehouse"))) {
            assertThat(files.filter(file -> file.getParent().endsWith("sluice-changes")))
                    .as("files of drained changes")
                    .isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asserts that the tables' sums agree in every cut since the last call, and in every tag of them. */
    void assertEveryCutIsOneState() {
        NavigableSet<Long> numbers = new TreeSet<>();
        List<String> tables = Bank.TABLES;
        Map<Long, Long> sums = new HashMap<>();
        try (LakeReader lake = lake()) {
            tables.forEach(table -> numbers.addAll(lake.cuts(sink(table))));
            for (long number : numbers.tailSet(checkedUpTo, true)) {
                Map<String, LakeTable> atCut = new LinkedHashMap<>();
                tables.forEach(table -> atCut.put(table, lake.tableAtCut(sink(table), number)));
                assertOneState("cut " + number, atCut, sums);
            }
            for (LakeCut cut : cuts()) {
                if (cut.number() < checkedUpTo) {
                    break;
                }
                Map<String, LakeTable> atTag = new LinkedHashMap<>();
                for (String table : tables) {
                    boolean has = lake.tags(sink(table)).contains("cut-" + cut.number());
                    if (cut.tagged()) {
                        assertThat(has || !cut.snapshots().containsKey(sink(table)))
                                .as("tag cut-%s of %s, which is listed as tagged", cut.number(), table)
                                .isTrue();
                    }
                    if (has) {
                        atTag.put(table, lake.tableAtTag(sink(table), "cut-" + cut.number()));
                    }
                }
                // After a run that lived no tag is in some tables only.
                assertThat(atTag.isEmpty() || cut.tagged()).isTrue();
                assertOneState("tag cut-" + cut.number(), atTag, sums);
            }
            checkedUpTo = numbers.last();
        }
    }

    private List<LakeCut> cuts() {
        try (var lake = PipelineAssembly.of(PipelineConfigReader.ofProcess().read(file))
                .connectors()
                .openLake()) {
            return lake.cuts(Bank.TABLES.stream().map(BankLake::sink).toList(), 1_000);
        }
    }

    /** @param known sums of snapshots that were read already: most tables have the same one in several cuts and tags */
    private static void assertOneState(String where, Map<String, LakeTable> tablesThere, Map<Long, Long> known) {
        Map<String, Long> sums = new LinkedHashMap<>();
        tablesThere.forEach((name, table) -> table.snapshotId()
                .ifPresent(id -> sums.put(name, known.computeIfAbsent(id, snapshot -> sum(name, table)))));
        assertThat(new TreeSet<>(sums.values()))
                .as("sums at %s: %s", where, sums)
                .hasSizeLessThanOrEqualTo(1);
    }

    private static long sum(String name, LakeTable table) {
        int column = table.columns().indexOf(name.equals("account") ? "balance" : "delta");
        long[] sum = new long[1];
        table.forEachRow(row -> sum[0] += ((Number) row[column]).longValue());
        return sum[0];
    }

    private static TableId sink(String table) {
        return new TableId("bank", table);
    }

    private LakeReader lake() {
        return LakeReader.open("jdbc:sqlite:" + directory.resolve("catalog.db"), directory.resolve("warehouse"));
    }

    private String yaml() {
        TestDatabase database = bank.database();
        return """
                pipeline:
                  name: %1$s
                  commit-interval: 100ms
                  dead-letters: letters
                  %11$s
                  snapshot-parallelism: 1
                  state-directory: '%2$s/state'
                source:
                  type: postgres
                  hostname: %3$s
                  port: %4$d
                  database-name: %5$s
                  username: %6$s
                  slot-name: %7$s
                  publication-name: %7$s
                  tables: %8$s
                sink:
                  type: iceberg
                  namespace: bank
                  catalog:
                    type: jdbc
                    uri: 'jdbc:sqlite:%2$s/catalog.db'
                    warehouse: '%2$s/warehouse'
                    properties:
                      io-impl: %9$s
                      %10$s: %1$s
                transform:
                  - source-table: public.faults
                    projection: %12$s
                """.formatted(
                id,
                directory,
                database.host(),
                database.port(),
                database.name(),
                database.user(),
                slot(),
                "["
                        + String.join(
                                ", ",
                                tables.stream().map(table -> "public." + table).toList()) + "]",
                MortalFileIO.class.getName(),
                MortalFileIO.LAKE,
                settings,
                Bank.FAULTS_PROJECTION);
    }
}
