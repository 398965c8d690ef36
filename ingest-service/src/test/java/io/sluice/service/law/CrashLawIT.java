package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.workload.RandomWorkload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The law under crashes: random tables, rows and transactions, and runs that die at random places, one after another,
 * while the source goes on changing. Whenever a run lives to catch up, the lake equals the transformed source. The seed
 * is in the name of what failed; {@code -Dlaw.seed=N} runs one again.
 */
class CrashLawIT {

    private static final int ROUNDS = 4;
    private static final int MOST_DEATHS_IN_A_ROW = 4;
    private static final int MOST_PLACES = 24;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void lakeEqualsSourceAfterDeathsAtRandomPlaces(long seed) throws InterruptedException {
        holds(seed);
    }

    /** A new seed each time, so that runs add up. */
    @Test
    void lakeEqualsSourceAfterDeathsForASeedNeverTriedBefore() throws InterruptedException {
        holds(Long.getLong("law.seed", new Random().nextLong()));
    }

    @ParameterizedTest
    @MethodSource("manySeeds")
    @Tag("slow")
    void lakeEqualsSourceAfterDeathsForManySeeds(long seed) throws InterruptedException {
        holds(seed);
    }

    static LongStream manySeeds() {
        return LongStream.range(2_000, 2_060);
    }

    private void holds(long seed) throws InterruptedException {
        Random random = new Random(seed);
        List<FailPoint> deaths = new ArrayList<>();
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                RandomWorkload workload = RandomWorkload.create(seed, database)) {
            String settings = random.nextBoolean() ? "buffer-memory: 16MiB\ncommit-max-rows: 30" : "";
            LawHarness law = new LawHarness(database, workload.tables(), directory, settings);
            for (int round = 0; round < ROUNDS; round++) {
                int runs = random.nextInt(MOST_DEATHS_IN_A_ROW + 1);
                for (int run = 0; run < runs; run++) {
                    workload.runTransactions(random.nextInt(15));
                    dieSomewhere(law, workload, random, deaths);
                }
                law.catchUp();
                law.assertLakeEqualsSource();
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ", deaths at " + deaths + ": " + e.getMessage(), e);
        }
        System.out.println("seed " + seed + ": deaths at " + deaths);
    }

    private static void dieSomewhere(LawHarness law, RandomWorkload workload, Random random, List<FailPoint> deaths)
            throws InterruptedException {
        MortalRun mortal = new MortalRun(1 + random.nextInt(MOST_PLACES));
        try (Pipeline pipeline = law.pipeline(mortal)) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            workload.runTransactions(random.nextInt(20));
            assertThat(pipeline.awaitEnd(LawHarness.LIMIT)).as("ended in time").isTrue();
            PipelineStatus status = pipeline.status();
            assertThat(status.state())
                    .as("end, with failure %s", status.error())
                    .isEqualTo(mortal.diedAt().isPresent() ? PipelineState.FAILED : PipelineState.STOPPED);
        }
        mortal.diedAt().ifPresent(deaths::add);
    }
}
