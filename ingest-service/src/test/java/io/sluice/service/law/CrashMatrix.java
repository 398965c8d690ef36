package io.sluice.service.law;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoint.Phase;
import io.sluice.service.runtime.Pipeline;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The crash matrix: the process dies at every fail point in every phase, is started again, and then source and lake must
 * be equal in full, every cut must be one state of the source, and every tag must be in all tables. One class for each
 * phase.
 *
 * <p>Generated from {@link FailPoint}: what it says about a point's phases is checked too, so that neither a new point nor a
 * new place where an old one is reached can be forgotten. A death is an error that passes every handler; from then on
 * no thread of that run passes another point or writes or deletes a file ({@link MortalFileIO}). One point of each phase
 * is died at by the end of a process of its own ({@link MortalMain}).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CrashMatrix {

    private static final int CELLS_OF_A_LAKE = 6;

    @TempDir
    static Path directory;

    private final Phase phase;
    private final List<String> tables;
    private TestDatabase database;
    private Bank bank;
    private BankLake longLived;
    private int cells;

    /** @param tables what its pipelines follow, besides {@link Bank#FAULTS} */
    CrashMatrix(Phase phase, List<String> tables) {
        this.phase = phase;
        this.tables = Stream.concat(tables.stream(), Stream.of(Bank.FAULTS)).toList();
    }

    @BeforeAll
    void openTheBank() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        bank = new Bank(database);
    }

    @AfterAll
    void close() {
        database.dropSlots();
        database.close();
    }

    /** A point, and the how-manieth time that it is reached. */
    record Cell(FailPoint point, int occurrence) {
        @Override
        public String toString() {
            return point + (occurrence == 1 ? "" : " #" + occurrence);
        }
    }

    final Stream<Cell> cells() {
        return cells(declared().stream().filter(this::isOwn));
    }

    final Stream<Cell> furtherCells() {
        return cells(declared().stream().filter(point -> !isOwn(point)));
    }

    private Stream<Cell> cells(Stream<FailPoint> points) {
        return points.flatMap(point ->
                IntStream.rangeClosed(1, occurrences(point)).mapToObj(occurrence -> new Cell(point, occurrence)));
    }

    /** Whether a death at the point has more to show in this phase than in another one. */
    boolean isOwn(FailPoint point) {
        return true;
    }

    /** Points that are reached once for each table are died at between two tables too. */
    int occurrences(FailPoint point) {
        return switch (point) {
            case CUT_BEFORE_TABLE, CUT_AFTER_CATALOG, CUT_AFTER_TABLE, TAG_AFTER_TABLE -> 2;
            default -> 1;
        };
    }

    private Set<FailPoint> declared() {
        Set<FailPoint> declared = EnumSet.noneOf(FailPoint.class);
        Arrays.stream(FailPoint.values())
                .filter(point -> point.isReachedIn(phase))
                .forEach(declared::add);
        return declared;
    }

    @Test
    void thePhaseReachesWhatIsDeclaredAndEndsRight() throws InterruptedException {
        BankLake lake = lake();
        PointDeath run = PointDeath.none();
        run(lake, run);
        run.assertReached(declared());
        recover(lake);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void aDeathLosesAndDoublesNothing(Cell cell) throws InterruptedException {
        BankLake lake = lake();
        PointDeath run = PointDeath.at(cell.point, cell.occurrence);
        run(lake, run);
        run.assertDied();
        bank.transfers(3);
        recover(lake);
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("furtherCells")
    @Tag("slow")
    void aDeathElsewhereLosesAndDoublesNothing(Cell cell) throws InterruptedException {
        aDeathLosesAndDoublesNothing(cell);
    }

    @Test
    void theEndOfTheProcessLosesAndDoublesNothing() throws InterruptedException {
        BankLake lake = lake();
        prepare(lake);
        lake.runInProcess(phase, halt());
        bank.transfers(3);
        recover(lake);
    }

    private void run(BankLake lake, PointDeath run) throws InterruptedException {
        prepare(lake);
        try (Pipeline pipeline = lake.pipeline(phase, run)) {
            PhaseCourse.of(phase).run(pipeline, database);
            lake.assertEnded(pipeline, run);
        }
    }

    /** What its pipelines have besides, a line of their YAML. */
    String settings() {
        return "drain-after: 1m";
    }

    /** What there is before the phase begins. */
    abstract void prepare(BankLake lake) throws InterruptedException;

    /** Where the process ends in which the phase runs on its own. */
    abstract Cell halt();

    /** The lake of the next cell. */
    BankLake lake() throws InterruptedException {
        return longLived();
    }

    final BankLake newLake() {
        return new BankLake(bank, directory, "lake-" + ++cells, tables, settings());
    }

    /**
     * For phases in which tables are published already: one that lives through several cells, and a new one from time to
     * time, for in the end every cell would read the files of all the cells before.
     */
    private BankLake longLived() throws InterruptedException {
        if (longLived == null || longLived.cells() >= CELLS_OF_A_LAKE) {
            if (longLived != null) {
                longLived.dropSlot();
            }
            longLived = newLake();
            longLived.run(PointDeath.none());
        }
        longLived.nextCell();
        return longLived;
    }

    private void recover(BankLake lake) throws InterruptedException {
        restart(lake);
        lake.assertEqual();
        lake.assertEveryCutIsOneState();
        lake.assertNoFileOfChangesIsLeft();
        leave(lake);
    }

    /** Starts again, until everything is published. */
    void restart(BankLake lake) throws InterruptedException {
        lake.run(PointDeath.none());
    }

    /** The cell is over. */
    void leave(BankLake lake) {}

    final Bank bank() {
        return bank;
    }

    final TestDatabase database() {
        return database;
    }
}
