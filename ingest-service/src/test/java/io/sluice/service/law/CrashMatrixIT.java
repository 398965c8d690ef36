package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoint.Phase;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The crash matrix: the process dies at every fail point in every phase, is started again, and then source and lake must
 * be equal in full, every cut must be one state of the source, and every tag must be in all tables.
 *
 * <p>Generated from {@link FailPoint}: what it says about a point's phases is checked too, so that neither a new point nor a
 * new place where an old one is reached can be forgotten. A death is an error that passes every handler; from then on
 * no thread of that run passes another point or writes or deletes a file ({@link MortalFileIO}).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashMatrixIT {

    private static final int CELLS_OF_A_LAKE = 6;

    @TempDir
    static Path directory;

    private TestDatabase database;
    private Bank bank;

    private BankLake lake;
    private int snapshots;

    /** Lives through several cells of the phases in which tables are published already. */
    private BankLake longLived;

    private int cells;

    @BeforeAll
    void openTheBank() throws InterruptedException {
        database = EmbeddedPostgresServer.shared().createDatabase();
        bank = new Bank(database);
        longLived();
    }

    /** A new one from time to time: in the end every cell would read the files of all the cells before. */
    private BankLake longLived() throws InterruptedException {
        if (cells++ % CELLS_OF_A_LAKE == 0) {
            if (longLived != null) {
                longLived.dropSlot();
            }
            longLived = new BankLake(bank, directory, "long-lived-" + cells, Bank.TABLES);
            longLived.run(PointDeath.none());
        }
        return longLived;
    }

    @AfterAll
    void close() {
        database.dropSlots();
        database.close();
    }

    @AfterEach
    void forget() {
        if (lake != longLived) {
            lake.dropSlot();
        }
    }

    /** A point, and the how-manieth time that it is reached. */
    record Cell(FailPoint point, int occurrence) {
        @Override
        public String toString() {
            return point + (occurrence == 1 ? "" : " #" + occurrence);
        }
    }

    static Stream<Cell> snapshotCells() {
        return cells(Phase.SNAPSHOT);
    }

    static Stream<Cell> handoverCells() {
        return cells(Phase.HANDOVER);
    }

    static Stream<Cell> incrementalCells() {
        return cells(Phase.INCREMENTAL);
    }

    private static Stream<Cell> cells(Phase phase) {
        return declared(phase).stream()
                .flatMap(point -> IntStream.rangeClosed(1, occurrences(point, phase))
                        .mapToObj(occurrence -> new Cell(point, occurrence)));
    }

    /** Points that are reached once for each table are died at between two tables too. */
    private static int occurrences(FailPoint point, Phase phase) {
        return switch (point) {
            case OWN_AFTER_CREATION, PUBLISH_AFTER_COMMIT -> phase == Phase.SNAPSHOT ? 2 : 1;
            case CUT_BEFORE_TABLE, CUT_AFTER_CATALOG, CUT_AFTER_TABLE, TAG_AFTER_TABLE -> 2;
            default -> 1;
        };
    }

    private static Set<FailPoint> declared(Phase phase) {
        Set<FailPoint> declared = EnumSet.noneOf(FailPoint.class);
        Arrays.stream(FailPoint.values())
                .filter(point -> point.isReachedIn(phase))
                .forEach(declared::add);
        return declared;
    }

    // ---- snapshot: each cell is a pipeline of its own, from nothing

    @Test
    void theFirstSnapshotReachesWhatIsDeclared() throws InterruptedException {
        snapshot(PointDeath.none()).assertReached(declared(Phase.SNAPSHOT));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("snapshotCells")
    void aDeathInTheFirstSnapshotLosesAndDoublesNothing(Cell cell) throws InterruptedException {
        snapshot(PointDeath.at(cell.point, cell.occurrence)).assertDied();
        bank.transfers(3);
        recover();
    }

    private PointDeath snapshot(PointDeath death) throws InterruptedException {
        lake = new BankLake(bank, directory, "snapshot-" + ++snapshots, Bank.TABLES);
        // As an earlier run left it that published nothing.
        database.execute("SELECT pg_create_logical_replication_slot('" + lake.slot() + "', 'pgoutput')");
        lake.run(death);
        return death;
    }

    // ---- handover: a table joins a pipeline that has changes to publish

    @Test
    void aTableThatJoinsReachesWhatIsDeclared() throws InterruptedException {
        handover(PointDeath.none()).assertReached(declared(Phase.HANDOVER));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("handoverCells")
    void aDeathWhileATableJoinsLosesAndDoublesNothing(Cell cell) throws InterruptedException {
        handover(PointDeath.at(cell.point, cell.occurrence)).assertDied();
        bank.transfers(3);
        recover();
    }

    private PointDeath handover(PointDeath death) throws InterruptedException {
        lake = longLived();
        lake.dropTable("audit");
        bank.transfers(5);
        lake.run(death);
        return death;
    }

    // ---- incremental: a restart with changes, and a cut that is asked for

    @Test
    void aRestartWithChangesReachesWhatIsDeclared() throws InterruptedException {
        incremental(PointDeath.none()).assertReached(declared(Phase.INCREMENTAL));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("incrementalCells")
    void aDeathWhileFollowingTheStreamLosesAndDoublesNothing(Cell cell) throws InterruptedException {
        incremental(PointDeath.at(cell.point, cell.occurrence)).assertDied();
        bank.transfers(3);
        recover();
    }

    private PointDeath incremental(PointDeath death) throws InterruptedException {
        lake = longLived();
        bank.transfers(5);
        try (Pipeline pipeline = lake.pipeline(death)) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            Awaitility.await().atMost(LawHarness.LIMIT).until(() -> {
                PipelineState state = pipeline.status().state();
                return state == PipelineState.FAILED
                        || state == PipelineState.RUNNING && pipeline.status().phase() != PipelinePhase.SNAPSHOT;
            });
            try {
                pipeline.requestCut().get(LawHarness.LIMIT.toSeconds(), TimeUnit.SECONDS);
            } catch (IllegalStateException | ExecutionException e) {
                assertThat(death.died()).as("death at %s, got %s", death, e).isTrue();
            } catch (TimeoutException e) {
                throw new AssertionError("No cut was tagged: " + pipeline.status(), e);
            }
        }
        return death;
    }

    private void recover() throws InterruptedException {
        lake.run(PointDeath.none());
        lake.assertEqual();
        lake.assertEveryCutIsOneState();
    }
}
