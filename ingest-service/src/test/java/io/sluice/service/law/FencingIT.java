package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.workload.RandomWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes of one pipeline: the later one has it, the earlier one finds out and ends. */
class FencingIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @Test
    void aSecondProcessTakesThePipelineOverFromOneThatIsAtWork() throws Exception {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                RandomWorkload workload = RandomWorkload.create(31, database)) {
            LawHarness law = new LawHarness(database, workload.tables(), directory, "commit-max-rows: 20");
            try (ChildProcess first = start(law.file())) {
                first.awaitLine("HandedOver", LIMIT);
                workload.runTransactions(30);
                // On purpose with the same state directory, as two starts of one file on one machine have it.
                try (ChildProcess second = start(law.file())) {
                    workload.runTransactions(60);
                    assertFenced(first);
                    second.awaitLine("to=RUNNING", LIMIT);
                    workload.runTransactions(30);
                    second.awaitLine("CutPublished", LIMIT);
                    assertThat(second.output()).noneMatch(line -> line.contains("to=FAILED"));
                    second.terminate();
                    second.awaitExit(LIMIT);
                }
            }
            law.catchUp();
            law.assertLakeEqualsSource();
        }
    }

    @Test
    void aProcessThatStoodStillWhileAnotherTookOverEndsWhenItGoesOn() throws Exception {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                RandomWorkload workload = RandomWorkload.create(32, database)) {
            LawHarness law = new LawHarness(database, workload.tables(), directory, "commit-max-rows: 20");
            try (ChildProcess stale = start(law.file())) {
                stale.awaitLine("HandedOver", LIMIT);
                workload.runTransactions(40);
                stale.suspend();
                workload.runTransactions(40);
                try (ChildProcess successor = start(elsewhere(law.file()))) {
                    successor.awaitLine("CutPublished", LIMIT);
                    workload.runTransactions(20);
                    stale.resume();
                    workload.runTransactions(20);
                    assertFenced(stale);
                    workload.runTransactions(20);
                    awaitLevel(law, successor);
                    assertThat(successor.output()).noneMatch(line -> line.contains("to=FAILED"));
                }
            }
            law.catchUp();
            law.assertLakeEqualsSource();
        }
    }

    /** What the successor said belongs to a failure: it alone knows why it publishes nothing. */
    private static void awaitLevel(LawHarness law, ChildProcess successor) {
        try {
            law.awaitLakeEqualsSource();
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("The lake is not level; the successor said: " + successor.output(), e);
        }
    }

    private static ChildProcess start(Path file) {
        return ChildProcess.of(PipelineMain.class)
                .jvmOptions("-Xmx400m")
                .arguments(file.toString())
                .start();
    }

    /** The same pipeline as another machine has it: only the caches are elsewhere. */
    private Path elsewhere(Path file) throws IOException {
        return Files.writeString(
                directory.resolve("elsewhere.yaml"),
                Files.readString(file).replace(directory.resolve("state").toString(), directory.resolve("other") + ""));
    }

    private static void assertFenced(ChildProcess process) {
        process.awaitLine("kind=FENCED", LIMIT);
        process.awaitLine("to=FAILED", LIMIT);
        assertThat(process.awaitExit(LIMIT)).isEqualTo(PipelineMain.FENCED);
        assertThat(process.output())
                .filteredOn(line -> line.contains("kind=FENCED"))
                .allMatch(line -> line.contains("owned by epoch"));
    }
}
