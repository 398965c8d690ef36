package io.sluice.service.law;

import io.sluice.service.runtime.Pipeline;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.workload.RandomWorkload;
import java.nio.file.Path;
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
