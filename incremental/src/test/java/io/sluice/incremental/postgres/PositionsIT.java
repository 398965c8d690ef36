package io.sluice.incremental.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChangeChunk;
import io.sluice.pipeline.source.StreamStart;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Chunks, boundaries, restarts and confirmed positions. */
@ExtendWith(PostgresExtension.class)
class PositionsIT {

    private static final TableId A = new TableId("public", "a");

    private TestDatabase database;

    @BeforeEach
    void tables(TestDatabase fresh) {
        database = fresh;
        database.execute(
                "CREATE TABLE a (id int PRIMARY KEY, n int)",
                "CREATE TABLE b (id int PRIMARY KEY, n int)",
                "CREATE TABLE other (id int PRIMARY KEY)");
    }

    @Test
    void transactionsThatInterleaveArriveOnceWhateverIsRestartedBetweenTheirCommits() throws SQLException {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a, b");
                Connection first = database.connect();
                Connection second = database.connect()) {
            TableSchema[] tables = {stream.schema("public.a"), stream.schema("public.b")};
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            execute(first, "INSERT INTO a VALUES (1, 1)");
            execute(second, "INSERT INTO a VALUES (2, 1)");
            execute(first, "INSERT INTO b VALUES (1, 1)");
            execute(second, "INSERT INTO b VALUES (2, 1)");
            second.commit();
            stream.start(tables).catchUp();
            assertThat(stream.rows("public.a")).containsExactly("INSERT 2|1");
            Position between = stream.lastBoundary().orElseThrow();
            execute(first, "INSERT INTO a VALUES (3, 1)");
            first.commit();
            stream.startAt(between, tables).catchUp();
            assertThat(stream.rows("public.a")).containsExactly("INSERT 1|1", "INSERT 3|1");
            assertThat(stream.rows("public.b")).containsExactly("INSERT 1|1");
        }
    }

    @Test
    void aRestartAtAnyBoundaryDeliversExactlyTheRest() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a", PositionsIT::oneRowPerChunk)) {
            TableSchema table = stream.schema("public.a");
            LogSequenceNumber begin = stream.confirmedFlush();
            for (int i = 1; i <= 4; i++) {
                database.execute("INSERT INTO other VALUES (" + i + ")", "INSERT INTO a VALUES (" + i + ", 0)");
            }
            stream.startAt(begin, table).catchUp();
            List<String> all = stream.rows("public.a");
            assertThat(all).hasSize(4);
            List<ChangeChunk> chunks = List.copyOf(stream.chunks);
            int delivered = 0;
            for (ChangeChunk chunk : chunks) {
                delivered += TestStream.rows(chunk, "public.a").size();
                stream.startAt(chunk.boundary().orElseThrow(), table).catchUp();
                assertThat(stream.rows("public.a")).isEqualTo(all.subList(delivered, all.size()));
            }
        }
    }

    @Test
    void aTransactionLargerThanTheBoundComesInPartsOfWhichOnlyTheLastHasABoundary() {
        try (TestStream stream = TestStream.create(
                database,
                "FOR TABLE a, b",
                options -> options.withBounds(new StreamBounds(50, 1 << 20, 100, 1 << 20)))) {
            stream.start(stream.schema("public.a"), stream.schema("public.b"));
            database.execute("INSERT INTO b VALUES (1, 1)");
            stream.catchUp();
            int before = stream.chunks.size();
            database.execute("INSERT INTO a SELECT i, i FROM generate_series(1, 1050) i");
            stream.catchUp();
            List<ChangeChunk> parts = stream.chunks.subList(before, stream.chunks.size()).stream()
                    .filter(chunk -> !chunk.batches().isEmpty())
                    .toList();
            assertThat(parts).hasSize(11);
            assertThat(parts.subList(0, 10)).allSatisfy(part -> {
                assertThat(part.boundary()).isEmpty();
                assertThat(TestStream.rows(part, "public.a")).hasSize(100);
            });
            assertThat(parts.get(10).boundary()).isPresent();
            assertThat(parts.get(10).committedAt()).isPresent();
            assertThat(stream.rows("public.a"))
                    .hasSize(1050)
                    .startsWith("INSERT 1|1")
                    .endsWith("INSERT 1050|1050");
        }
    }

    @Test
    void aChunkEndsExactlyAtTheWantedBoundary() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a", PositionsIT::oneRowPerChunk)) {
            TableSchema table = stream.schema("public.a");
            LogSequenceNumber begin = stream.confirmedFlush();
            database.execute(
                    "INSERT INTO a VALUES (1, 0)", "INSERT INTO a VALUES (2, 0)", "INSERT INTO a VALUES (3, 0)");
            stream.startAt(begin, table).catchUp();
            Position second = stream.chunks.stream()
                    .filter(chunk -> TestStream.rows(chunk, "public.a").contains("INSERT 2|0"))
                    .findFirst()
                    .orElseThrow()
                    .boundary()
                    .orElseThrow();
            stream.stop();
            try (TestStream again = new TestStream(stream, options -> options)) {
                again.start(new StreamStart(List.of(table), begin, Map.of(), Optional.of(second)));
                again.pollUntil(second);
                assertThat(again.lastBoundary()).contains(second);
                assertThat(again.rows("public.a")).containsExactly("INSERT 1|0", "INSERT 2|0");
                again.catchUp();
                assertThat(again.rows("public.a")).hasSize(3);
            }
        }
    }

    @Test
    void aWantedBoundaryThatIsTheStartOrLiesWithinIdleLogComesAsAnEmptyChunkFirst() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a")) {
            TableSchema table = stream.schema("public.a");
            LogSequenceNumber begin = stream.confirmedFlush();
            stream.start(new StreamStart(List.of(table), begin, Map.of(), Optional.of(begin)));
            database.execute("INSERT INTO a VALUES (1, 0)");
            stream.pollUntil(begin);
            assertThat(stream.chunks.get(0).boundary()).contains(begin);
            assertThat(stream.chunks.get(0).batches()).isEmpty();
            database.execute("INSERT INTO other VALUES (1)");
            stream.catchUp();
            Position idle = stream.lastBoundary().orElseThrow();
            database.execute("INSERT INTO other VALUES (2)", "INSERT INTO a VALUES (2, 0)");
            stream.start(new StreamStart(List.of(table), begin, Map.of(), Optional.of(idle)));
            stream.catchUp();
            assertThat(stream.chunks)
                    .anySatisfy(chunk -> assertThat(chunk.boundary()).contains(idle));
            List<String> upTo = new ArrayList<>();
            for (ChangeChunk chunk : stream.chunks) {
                upTo.addAll(TestStream.rows(chunk, "public.a"));
                if (chunk.boundary().equals(Optional.of(idle))) {
                    break;
                }
            }
            assertThat(upTo).containsExactly("INSERT 1|0");
        }
    }

    @Test
    void aTableThatIsAheadSkipsTheTransactionsItHas() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a, b")) {
            TableSchema[] tables = {stream.schema("public.a"), stream.schema("public.b")};
            LogSequenceNumber begin = stream.confirmedFlush();
            database.inTransaction("INSERT INTO a VALUES (1, 0)", "INSERT INTO b VALUES (1, 0)");
            stream.startAt(begin, tables).catchUp();
            Position first = stream.lastBoundary().orElseThrow();
            database.inTransaction("INSERT INTO a VALUES (2, 0)", "INSERT INTO b VALUES (2, 0)");
            stream.start(new StreamStart(List.of(tables), begin, Map.of(A, first), Optional.of(first)));
            stream.catchUp();
            assertThat(stream.rows("public.a")).containsExactly("INSERT 2|0");
            assertThat(stream.rows("public.b")).containsExactly("INSERT 1|0", "INSERT 2|0");
        }
    }

    @Test
    void theSlotMovesToWhatWasConfirmedAndNeverFurther() throws InterruptedException {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a", PositionsIT::oneRowPerChunk)) {
            LogSequenceNumber begin = stream.confirmedFlush();
            stream.start(stream.schema("public.a"));
            database.execute(
                    "INSERT INTO a VALUES (1, 0)", "INSERT INTO a VALUES (2, 0)", "INSERT INTO other VALUES (1)");
            stream.catchUp();
            Position first = stream.chunks.get(0).boundary().orElseThrow();
            await().during(Duration.ofMillis(2500))
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(stream.confirmedFlush()).isEqualTo(begin));
            stream.source().confirm(first);
            await().atMost(Duration.ofSeconds(2))
                    .untilAsserted(() -> assertThat(stream.confirmedFlush()).isEqualTo(first));
            stream.source().confirm(begin);
            await().during(Duration.ofMillis(2500))
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(stream.confirmedFlush()).isEqualTo(first));
            stream.stop();
            await().during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(2))
                    .untilAsserted(() -> assertThat(stream.confirmedFlush()).isEqualTo(first));
        }
    }

    @Test
    void anIdleSourcesPositionMovesOnAFewTimesASecondAndCanBeConfirmed() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a")) {
            stream.start(stream.schema("public.a"));
            for (int i = 0; i < 20; i++) {
                database.execute("INSERT INTO other VALUES (" + i + ")");
            }
            stream.catchUp();
            assertThat(stream.chunks)
                    .hasSizeLessThan(6)
                    .allSatisfy(chunk -> assertThat(chunk.batches()).isEmpty());
            Position reached = stream.lastBoundary().orElseThrow();
            assertThat(stream.source().received().orElseThrow().position().covers(reached))
                    .isTrue();
            stream.source().confirm(reached);
            await().atMost(Duration.ofSeconds(2))
                    .untilAsserted(() -> assertThat(stream.confirmedFlush()).isEqualTo(reached));
            database.execute("INSERT INTO a VALUES (1, 1)");
            stream.startAt(reached, stream.schema("public.a")).catchUp();
            assertThat(stream.rows("public.a")).containsExactly("INSERT 1|1");
        }
    }

    @Test
    void theLogsEndBehindTheLastRowIsKnownWithoutAWaitForTheIdleInterval() {
        try (TestStream stream = TestStream.create(
                database, "FOR TABLE a", options -> options.withIdleInterval(Duration.ofSeconds(50)))) {
            database.execute("INSERT INTO a VALUES (1, 1)", "INSERT INTO other VALUES (1)");
            Instant begin = Instant.now();
            stream.start(stream.schema("public.a")).catchUp();
            assertThat(stream.rows("public.a")).containsExactly("INSERT 1|1");
            assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(25));
        }
    }

    @Test
    void chunksAndReceivedTellWhenTheirLastTransactionWasCommitted() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a")) {
            stream.start(stream.schema("public.a"));
            assertThat(stream.source().received().orElseThrow().committedAt()).isEmpty();
            Instant before = Instant.now().minusMillis(1);
            database.execute("INSERT INTO a VALUES (1, 1)");
            stream.catchUp();
            Instant committed = stream.chunks.stream()
                    .filter(chunk -> !chunk.batches().isEmpty())
                    .findFirst()
                    .orElseThrow()
                    .committedAt()
                    .orElseThrow();
            assertThat(committed).isBetween(before, Instant.now());
            assertThat(stream.source().received().orElseThrow().committedAt()).contains(committed);
        }
    }

    private static PostgresStreamOptions oneRowPerChunk(PostgresStreamOptions options) {
        return options.withBounds(new StreamBounds(1000, 1 << 20, 1, 1 << 20));
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
