package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.workload.RandomWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process is killed with SIGKILL at random moments and started again; the law holds afterwards. */
class KillIT {

    private static final int KILLS = 4;

    @TempDir
    Path directory;

    @Test
    void afterAnyNumberOfKillsEveryRowIsThereExactlyOnce() throws InterruptedException {
        long seed = Long.getLong("law.seed", new Random().nextLong());
        Random random = new Random(seed);
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                RandomWorkload workload = RandomWorkload.create(seed, database)) {
            LawHarness law = new LawHarness(database, workload.tables(), directory, "commit-max-rows: 20");
            try (ChildProcess process = ChildProcess.of(PipelineMain.class)
                    .jvmOptions("-Xmx512m")
                    .arguments(law.file().toString())
                    .start()) {
                process.awaitLine(".*HandedOver.*", LawHarness.LIMIT);
                for (int kill = 0; kill < KILLS; kill++) {
                    workload.runTransactions(30);
                    Duration moment = Duration.ofMillis(random.nextInt(1_500));
                    Awaitility.await()
                            .pollDelay(moment)
                            .atMost(LawHarness.LIMIT)
                            .until(() -> true);
                    process.kill();
                    workload.runTransactions(10);
                    process.restart();
                    process.awaitLine(".*to=RUNNING.*", LawHarness.LIMIT);
                }
                process.kill();
            }
            law.catchUp();
            law.assertLakeEqualsSource();
        }
    }

    @Test
    void aProcessKilledInItsSnapshotStartsTheSnapshotAgainAndPublishesEveryRowOnce() throws InterruptedException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                RandomWorkload workload = RandomWorkload.create(77, database)) {
            LawHarness law = new LawHarness(database, workload.tables(), directory, "snapshot-parallelism: 1");
            try (ChildProcess process = ChildProcess.of(PipelineMain.class)
                    .jvmOptions("-Xmx512m")
                    .arguments(law.file().toString())
                    .start()) {
                process.awaitLine(".*to=RUNNING.*", LawHarness.LIMIT);
                process.kill();
            }
            workload.runTransactions(20);
            law.catchUp();
            law.assertLakeEqualsSource();
            assertThat(database.queryLong(
                            "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                    .isOne();
        }
    }
}
