package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.runtime.Pipeline;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.workload.RandomWorkload;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The law: at every published cut, lake = transform(source at position P). Random schemas, rows, transactions,
 * projections and filters; the seed is printed, and {@code -Dlaw.seed=N} runs one again.
 */
class LawIT {

    private static final int CUTS = 3;
    private static final int TRANSACTIONS_PER_CUT = 40;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void lakeEqualsTransformedSourceAtSeveralCuts(long seed) throws InterruptedException {
        holds(seed);
    }

    /** A new seed each time, so that runs add up. */
    @Test
    void lakeEqualsTransformedSourceForASeedNeverTriedBefore() throws InterruptedException {
        holds(Long.getLong("law.seed", new Random().nextLong()));
    }

    @ParameterizedTest
    @MethodSource("manySeeds")
    @Tag("slow")
    void lakeEqualsTransformedSourceForManySeeds(long seed) throws InterruptedException {
        holds(seed);
    }

    static LongStream manySeeds() {
        return LongStream.range(1_000, 1_060);
    }

    /** With dead letters: the source without the rows that have no place in the lake, and each of those is open. */
    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void lakeIsTheSourceWithoutItsRefusedRowsWhichAreSetAside(long seed) throws InterruptedException {
        assertThat(holdsWithRefusedRows(seed)).as("refused rows").isPositive();
    }

    @ParameterizedTest
    @MethodSource("manySeeds")
    @Tag("slow")
    void lakeIsTheSourceWithoutItsRefusedRowsForManySeeds(long seed) throws InterruptedException {
        holdsWithRefusedRows(seed);
    }

    private long holdsWithRefusedRows(long seed) throws InterruptedException {
        long refused = 0;
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                RandomWorkload workload =
                        RandomWorkload.create(seed, database, EnumSet.allOf(RandomWorkload.Feature.class))) {
            LawHarness law = new LawHarness(
                    database, workload.tables(), directory, "dead-letters: letters\ncommit-max-rows: 50");
            if (seed % 2 == 0) {
                law.catchUp();
            }
            workload.runTransactions(TRANSACTIONS_PER_CUT);
            for (int cut = 0; cut < CUTS; cut++) {
                law.catchUp();
                law.assertLakeEqualsSource();
                refused += law.assertDeadLettersAreTheRefusedRows();
                workload.runTransactions(TRANSACTIONS_PER_CUT);
            }
        }
        return refused;
    }

    private void holds(long seed) throws InterruptedException {
        Random random = new Random(seed);
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                RandomWorkload workload = RandomWorkload.create(seed, database)) {
            // Memory so small that cuts spill, and cuts so small that there are many.
            String settings = random.nextBoolean() ? "buffer-memory: 16MiB\ncommit-max-rows: 50" : "";
            LawHarness law = new LawHarness(database, workload.tables(), directory, settings);
            if (random.nextBoolean()) {
                law.catchUp();
                law.assertLakeEqualsSource();
            }
            workload.runTransactions(TRANSACTIONS_PER_CUT);
            try (Pipeline pipeline = law.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                for (int cut = 0; cut < CUTS; cut++) {
                    workload.runTransactions(TRANSACTIONS_PER_CUT);
                    law.awaitPublished(pipeline, workload.position());
                    law.assertLakeEqualsSource();
                }
                workload.runTransactions(TRANSACTIONS_PER_CUT);
            }
            law.catchUp();
            law.assertLakeEqualsSource();
        }
    }
}
