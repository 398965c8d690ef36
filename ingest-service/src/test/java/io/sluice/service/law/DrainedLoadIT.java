package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.workload.TransformedTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * While tables are loaded for long, the source's log does not wait for them: the slot moves past the place where the load
 * began, and the lake is right in the end, whatever died when.
 */
class DrainedLoadIT {

    private static final String SETTINGS =
            "snapshot-parallelism: 1\nsnapshot-chunk-size: 1MiB\ncommit-max-rows: 500\ndrain-after: 0s";
    private static final int ROWS = 6_000;

    /** The pipeline's own, beside which a snapshot may have one for a moment. */
    private static final String SLOT = "database = current_database() AND NOT temporary";

    @TempDir
    Path directory;

    private TestDatabase database;
    private LawHarness law;
    private final AtomicBoolean writing = new AtomicBoolean(true);
    private Thread writer = new Thread(() -> {});

    @BeforeEach
    void begin() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        law = new LawHarness(database, tables(), directory, SETTINGS);
        fill();
    }

    @AfterEach
    void end() throws InterruptedException {
        endWriting();
        database.dropSlots();
        database.close();
    }

    /** Lets a load come so far and no further until it is let go; may die elsewhere meanwhile. */
    private static final class HeldLoad implements FailPoints {

        private final PointDeath death;
        private int chunksLeft;

        HeldLoad(int chunks, PointDeath death) {
            this.chunksLeft = chunks;
            this.death = death;
        }

        synchronized void letGo() {
            chunksLeft = Integer.MAX_VALUE;
            notifyAll();
        }

        @Override
        public void reach(FailPoint point) {
            death.reach(point);
            if (point == FailPoint.SNAPSHOT_AFTER_FILES) {
                awaitTurn();
                death.requireAlive("going on with a chunk");
            }
        }

        private synchronized void awaitTurn() {
            while (chunksLeft <= 0) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
            chunksLeft--;
        }
    }

    @Test
    void theSlotPassesTheBeginOfTheFirstLoadWhileThatLasts() throws InterruptedException {
        HeldLoad load = new HeldLoad(1, PointDeath.none());
        try (Pipeline pipeline = law.pipeline(load)) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            awaitSlot(new LogSequenceNumber(0));
            beginWriting();
            awaitSlot(database.currentPosition());
            awaitSlot(database.currentPosition());
            assertNothingIsVisible();
        }
        // A stop in the middle: the slot goes on from where it was, beside what is still read.
        LogSequenceNumber stopped = slot();
        HeldLoad rest = new HeldLoad(2, PointDeath.none());
        try (Pipeline pipeline = law.pipeline(rest)) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            awaitSlot(database.currentPosition());
            assertThat(slot()).isGreaterThan(stopped);
            assertNothingIsVisible();
            rest.letGo();
            awaitStreaming(pipeline);
        }
        endWriting();
        law.catchUp();
        law.assertLakeEqualsSource();
    }

    /** Its changes can be followed no more, and nothing of it is published: it is read again as it is now. */
    @Test
    void tablesWhoseColumnsChangeDuringTheirFirstLoadAreLoadedAnewWithTheirNewColumns() throws InterruptedException {
        HeldLoad load = new HeldLoad(1, PointDeath.none());
        beginWriting();
        try (Pipeline pipeline = law.pipeline(load)) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            awaitSlot(new LogSequenceNumber(0));
            awaitSlot(database.currentPosition());
            database.execute(
                    "ALTER TABLE small ADD COLUMN extra int4 DEFAULT 5, ALTER id TYPE int4",
                    "ALTER TABLE keyless RENAME COLUMN kind TO sort",
                    "ALTER TABLE keyless RENAME COLUMN sort TO kind",
                    "ALTER TABLE keyless DROP COLUMN amount, ADD COLUMN amount int8 DEFAULT 7");
            database.execute("UPDATE small SET note = 'with extra'", "UPDATE keyless SET amount = 8 WHERE kind = 'k1'");
            awaitSlot(database.currentPosition());
            assertNothingIsVisible();
            load.letGo();
            awaitStreaming(pipeline);
            assertThat(pipeline.status().tables()).noneMatch(table -> table.phase() == PipelinePhase.STOPPED);
        }
        endWriting();
        law.catchUp();
        law.assertLakeEqualsSource();
        try (LakeReader lake = law.lake()) {
            assertThat(lake.table("law.small").columns()).containsExactly("id", "note", "extra");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FailPoint.class,
            names = {"DRAIN_AFTER_FILE", "DRAIN_AFTER_COMMIT"})
    void aDeathAroundTheCommitLosesAndDoublesNothing(FailPoint point) throws InterruptedException {
        dieAt(point);
    }

    @ParameterizedTest
    @Tag("slow")
    @EnumSource(value = FailPoint.class, names = "DRAIN_.*", mode = EnumSource.Mode.MATCH_ALL)
    void aDeathAtAnyStepOfItLosesAndDoublesNothing(FailPoint point) throws InterruptedException {
        dieAt(point);
    }

    private void dieAt(FailPoint point) throws InterruptedException {
        PointDeath death = PointDeath.at(point, 2);
        beginWriting();
        try (Pipeline pipeline = law.pipeline(new HeldLoad(2, death))) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            Awaitility.await()
                    .atMost(LawHarness.LIMIT)
                    .until(() -> pipeline.status().state() == PipelineState.FAILED);
        }
        death.assertDied();
        assertNothingIsVisible();
        HeldLoad rest = new HeldLoad(1, PointDeath.none());
        try (Pipeline pipeline = law.pipeline(rest)) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            awaitSlot(database.currentPosition());
            assertNothingIsVisible();
            rest.letGo();
            awaitStreaming(pipeline);
        }
        endWriting();
        law.catchUp();
        law.assertLakeEqualsSource();
    }

    @Test
    void theSlotMovesOnWhileAPublishedTableIsReadAnew() throws InterruptedException {
        law.catchUp();
        beginWriting();
        HeldLoad load = new HeldLoad(2, PointDeath.none());
        try (Pipeline pipeline = law.pipeline(load)) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            awaitStreaming(pipeline);
            pipeline.resnapshot("public.big");
            Awaitility.await()
                    .atMost(LawHarness.LIMIT)
                    .until(() -> pipeline.status().tables().stream().anyMatch(table -> table.loading()));
            awaitSlot(database.currentPosition());
            awaitSlot(database.currentPosition());
            assertThat(pipeline.status().tables().stream().anyMatch(table -> table.loading()))
                    .isTrue();
        }
        HeldLoad rest = new HeldLoad(1, PointDeath.none());
        try (Pipeline pipeline = law.pipeline(rest)) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            awaitSlot(database.currentPosition());
            rest.letGo();
            Awaitility.await()
                    .atMost(LawHarness.LIMIT)
                    .until(() -> pipeline.status().tables().stream().noneMatch(table -> table.loading()));
        }
        endWriting();
        law.catchUp();
        law.assertLakeEqualsSource();
    }

    private static void awaitStreaming(Pipeline pipeline) {
        Awaitility.await().atMost(LawHarness.LIMIT).until(() -> {
            assertThat(pipeline.status().state())
                    .as("state, with failure %s", pipeline.status().error())
                    .isNotEqualTo(PipelineState.FAILED);
            return pipeline.status().phase() != PipelinePhase.SNAPSHOT;
        });
    }

    /** Returns when the source has been told that it may forget everything up to here. */
    private void awaitSlot(LogSequenceNumber position) {
        Awaitility.await()
                .atMost(LawHarness.LIMIT)
                .until(() -> database.queryLong("SELECT count(*) FROM pg_replication_slots WHERE " + SLOT) > 0
                        && slot().covers(position));
    }

    private LogSequenceNumber slot() {
        return LogSequenceNumber.parse(
                database.queryString("SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE " + SLOT));
    }

    private void assertNothingIsVisible() {
        try (LakeReader lake = law.lake()) {
            assertThat(lake.table("law.big").property("sluice.phase")).contains("SNAPSHOT");
            assertThat(lake.table("law.big").snapshotId()).isEmpty();
        }
    }

    private void fill() {
        database.execute(
                "CREATE TABLE big (id int8 PRIMARY KEY, n int4, filler text, body text)",
                "ALTER TABLE big ALTER body SET STORAGE EXTERNAL",
                "INSERT INTO big SELECT i, i % 10, repeat('x', 900),"
                        + " CASE WHEN i % 50 = 0 THEN repeat('y', 5000 + i % 7) END FROM generate_series(1, " + ROWS
                        + ") i",
                "CREATE TABLE small (id int8 PRIMARY KEY, note text)",
                "INSERT INTO small SELECT i, 'note ' || i FROM generate_series(1, 10) i",
                "CREATE TABLE keyless (kind text, amount int4)",
                "ALTER TABLE keyless REPLICA IDENTITY FULL",
                "INSERT INTO keyless SELECT 'k' || i % 3, i % 5 FROM generate_series(1, 50) i",
                "VACUUM ANALYZE");
    }

    private static List<TransformedTable> tables() {
        return List.of(
                table("big", "id, n, filler, body, n * 2 AS twice", Optional.of("n <> 3"), List.of("id")),
                table("small", "*", Optional.empty(), List.of("id")),
                table("keyless", "*", Optional.empty(), List.of()));
    }

    private static TransformedTable table(
            String name, String projection, Optional<String> filter, List<String> keyColumns) {
        return new TransformedTable(
                new TableId("public", name),
                projection,
                filter,
                "SELECT " + projection + " FROM " + name
                        + filter.map(condition -> " WHERE " + condition).orElse(""),
                keyColumns,
                name);
    }

    private void beginWriting() {
        writer = new Thread(this::write, "writer");
        writer.start();
    }

    private void endWriting() throws InterruptedException {
        writing.set(false);
        writer.join();
    }

    /** Updates that move rows, in and out of the filter, with and without the large text; deletes, inserts, new keys. */
    private void write() {
        Random random = new Random(Long.getLong("law.seed", 7));
        long next = ROWS;
        while (writing.get()) {
            List<String> statements = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                long id = 1 + random.nextInt(ROWS);
                long fifty = 50 * (1 + id / 50);
                switch (random.nextInt(7)) {
                    case 0 -> statements.add("UPDATE big SET n = n + 1 WHERE id = " + id);
                    case 1 -> statements.add("UPDATE big SET filler = 'moved' || n WHERE id = " + fifty);
                    case 2 -> statements.add("UPDATE big SET n = 3 WHERE id IN (" + id + ", " + fifty + ")");
                    case 3 -> statements.add("DELETE FROM big WHERE id = " + id);
                    case 4 ->
                        statements.add("INSERT INTO big VALUES (" + ++next + ", 1, 'new', repeat('z', "
                                + random.nextInt(9000) + "))");
                    case 5 -> statements.add("UPDATE big SET id = " + ++next + " WHERE id = " + fifty);
                    default -> {
                        statements.add("UPDATE big SET body = repeat('w', 4000) WHERE id = " + id);
                        statements.add(
                                "UPDATE keyless SET amount = amount + 1 WHERE kind = 'k" + random.nextInt(3) + "'");
                        statements.add("UPDATE small SET note = 'at " + id + "' WHERE id = " + (1 + id % 10));
                    }
                }
            }
            database.inTransaction(statements.toArray(String[]::new));
            Awaitility.await().pollDelay(Duration.ofMillis(10)).until(() -> true);
        }
    }
}
