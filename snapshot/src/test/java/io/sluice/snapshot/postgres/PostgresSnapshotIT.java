package io.sluice.snapshot.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a snapshot contains: exactly the state at its position, every row once. */
@ExtendWith(PostgresExtension.class)
final class PostgresSnapshotIT {

    private static final TableId TABLE = new TableId("public", "t");
    private static final int LARGE_BYTES = 50 << 20;

    @Test
    void theSnapshotHoldsWhatWasCommittedBeforeAndTheSlotBringsTheRest(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT generate_series(1, 100)");
        try (PostgresDatabase source = source(database);
                Writer writer = new Writer(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            writer.start();
            Set<Integer> read = new HashSet<>();
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                writer.waitForMore();
                for (String row : Sources.read(session, TABLE)) {
                    assertThat(read.add(Integer.parseInt(row))).isTrue();
                }
                assertThat(source.streamPosition()).contains(session.position());
            }
            int last = writer.stop();
            Set<Integer> streamed = streamedIds(database);

            assertThat(streamed).isNotEmpty().doesNotContainAnyElementsOf(read);
            read.addAll(streamed);
            assertThat(read).hasSize(last).contains(1, last);
        }
    }

    @Test
    void theChunksTogetherAreTheTableAlsoUnderUpdates(TestDatabase database) throws Exception {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY, pad text) WITH (fillfactor = 70)",
                "INSERT INTO t SELECT i, repeat('x', 700) FROM generate_series(1, 20000) i",
                "DELETE FROM t WHERE id % 7 = 0",
                "VACUUM ANALYZE t");
        PostgresOptions options =
                Sources.options(database, "public\\.t").withReading(new ReadSettings(2 << 20, 512, 8 << 20));
        try (PostgresDatabase source = new PostgresDatabase(options)) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                assertThat(session.chunks()).hasSizeGreaterThan(5);
                assertThat(session.chunks().stream().map(SnapshotChunk::index).toList())
                        .isEqualTo(java.util.stream.IntStream.range(
                                        0, session.chunks().size())
                                .boxed()
                                .toList());
                assertThat(session.chunks().stream()
                                .mapToLong(SnapshotChunk::estimatedRows)
                                .sum())
                        .isBetween(16_000L, 18_000L);
                database.execute(
                        "UPDATE t SET pad = repeat('y', 1400) WHERE id % 2 = 0",
                        "INSERT INTO t SELECT i, 'new' FROM generate_series(20001, 30000) i",
                        "DELETE FROM t WHERE id % 5 = 0");
                List<Integer> ids = new ArrayList<>();
                List<Future<List<Integer>>> parts = new ArrayList<>();
                ExecutorService pool = Executors.newFixedThreadPool(4);
                try {
                    for (SnapshotChunk chunk : session.chunks()) {
                        parts.add(pool.submit(() -> readIds(session, chunk)));
                    }
                    for (Future<List<Integer>> part : parts) {
                        ids.addAll(part.get());
                    }
                } finally {
                    pool.shutdownNow();
                }
                assertThat(ids).hasSize(20_000 - 20_000 / 7).doesNotHaveDuplicates();
                assertThat(ids).allMatch(id -> id <= 20_000 && id % 7 != 0);
            }
        }
    }

    private static List<Integer> readIds(SnapshotSession session, SnapshotChunk chunk) {
        List<Integer> ids = new ArrayList<>();
        session.read(chunk, (batch, bytes) -> {
            assertThat(batch.rowCount()).isBetween(1, 512);
            assertThat(bytes).isPositive();
            for (int row = 0; row < batch.rowCount(); row++) {
                ids.add(((IntVector) batch.column(0)).get(row));
                assertThat(((BytesVector) batch.column(1)).data()[((BytesVector) batch.column(1)).start(row)])
                        .isEqualTo((byte) 'x');
            }
        });
        return ids;
    }

    @Test
    void partitionsAreReadByColumnNameAsOneTable(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int, region text, gone int, amount numeric(10,2), PRIMARY KEY (id, region))"
                        + " PARTITION BY LIST (region)",
                "CREATE TABLE t_eu (amount numeric(10,2), junk int, region text NOT NULL, gone int, id int NOT NULL,"
                        + " PRIMARY KEY (id, region))",
                "ALTER TABLE t_eu DROP COLUMN junk",
                "ALTER TABLE t ATTACH PARTITION t_eu FOR VALUES IN ('eu')",
                "CREATE TABLE t_us PARTITION OF t FOR VALUES IN ('us') PARTITION BY RANGE (id)",
                "CREATE TABLE t_us_1 PARTITION OF t_us FOR VALUES FROM (0) TO (100)",
                "ALTER TABLE t DROP COLUMN gone",
                "INSERT INTO t VALUES (1, 'eu', 1.5), (2, 'us', 2.5), (3, 'us', NULL)",
                "CREATE TABLE none (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE \"Em pty\" (id int PRIMARY KEY)");
        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\..*"))) {
            List<TableSchema> schemas = Sources.schemas(source);
            assertThat(schemas.stream().map(schema -> schema.table().name()).toList())
                    .containsExactly("Em pty", "none", "t");
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                assertThat(Sources.read(session, TABLE))
                        .containsExactlyInAnyOrder("1|eu|1.50", "2|us|2.50", "3|us|null");
                assertThat(Sources.read(session, new TableId("public", "none"))).isEmpty();
                assertThat(session.chunks().stream()
                                .map(chunk -> chunk.table().name())
                                .toList())
                        .containsExactlyInAnyOrder("t", "t", "none", "Em pty");
                assertThat(database.queryString("SELECT pubviaroot FROM pg_publication"))
                        .isEqualTo("t");
                assertThat(database.queryStrings("SELECT tablename FROM pg_publication_tables ORDER BY 1"))
                        .containsExactly("Em pty", "none", "t");
            }
        }
    }

    @Test
    void inheritingTablesAreNotPartOfTheirParent(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY)",
                "CREATE TABLE child () INHERITS (t)",
                "INSERT INTO t VALUES (1)",
                "INSERT INTO child VALUES (2)");
        try (PostgresDatabase source = source(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                assertThat(Sources.read(session, TABLE)).containsExactly("1");
                assertThat(database.queryStrings("SELECT tablename FROM pg_publication_tables"))
                        .containsExactly("t");
            }
        }
    }

    @Test
    void aTableWithoutAKeyIsReadWhenItsIdentityIsFull(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (a int, b text)",
                "ALTER TABLE t REPLICA IDENTITY FULL",
                "INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, NULL)");
        try (PostgresDatabase source = source(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            assertThat(schemas.get(0).hasKey()).isFalse();
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                assertThat(Sources.read(session, TABLE)).containsExactly("1|x", "1|x", "null|null");
            }
        }
    }

    @Test
    void largeValuesPassWholeAndBatchesStayBounded(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY, doc text, raw bytea)",
                "ALTER TABLE t ALTER doc SET STORAGE EXTERNAL",
                "INSERT INTO t SELECT i, repeat('d', 100000), '\\x01' FROM generate_series(1, 50) i",
                "INSERT INTO t VALUES (51, repeat('w', " + LARGE_BYTES + "), NULL)",
                "INSERT INTO t VALUES (52, '', '\\x')");
        PostgresOptions options =
                Sources.options(database, "public\\.t").withReading(new ReadSettings(1 << 20, 8192, 1 << 20));
        try (PostgresDatabase source = new PostgresDatabase(options)) {
            List<TableSchema> schemas = Sources.schemas(source);
            List<String> batches = new ArrayList<>();
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                for (SnapshotChunk chunk : session.chunks()) {
                    session.read(chunk, (batch, bytes) -> {
                        BytesVector doc = (BytesVector) batch.column(1);
                        assertThat(batch.rowCount() == 1 || bytes <= 1 << 20).isTrue();
                        if (batch.rowCount() == 1 && doc.length(0) == LARGE_BYTES) {
                            assertThat(doc.data()[LARGE_BYTES - 1]).isEqualTo((byte) 'w');
                        } else {
                            assertThat(doc.data().length).isLessThan(4 << 20);
                        }
                        batches.add(batch.rowCount() + "");
                    });
                }
            }
            assertThat(batches.stream().mapToInt(Integer::parseInt).sum()).isEqualTo(52);
            assertThat(batches).hasSizeGreaterThan(6);
        }
    }

    @Test
    void generatedColumnsAreLeftOutWithAWarning(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED, b text)",
                "INSERT INTO t VALUES (1, DEFAULT, 'x')");
        try (PostgresDatabase source = source(database)) {
            assertThat(source.inspect().problems())
                    .anySatisfy(problem -> assertThat(problem.message()).contains("'twice'", "generated"));
            List<TableSchema> schemas = Sources.schemas(source);
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                assertThat(Sources.read(session, TABLE)).containsExactly("1|x");
            }
        }
    }

    @Test
    void aSecondSnapshotIsTakenBesideTheStreamAndDoesNotMoveIt(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY)",
                "CREATE TABLE later (id int PRIMARY KEY)",
                "INSERT INTO t VALUES (1)");
        PostgresOptions options = Sources.options(database, "public\\.(t|later)");
        try (PostgresDatabase source = new PostgresDatabase(options)) {
            List<TableSchema> all = Sources.schemas(source);
            List<TableSchema> first =
                    all.stream().filter(schema -> schema.table().equals(TABLE)).toList();
            LogSequenceNumber begun;
            try (SnapshotSession session = source.beginStream(first, first)) {
                begun = (LogSequenceNumber) session.position();
            }
            database.execute("INSERT INTO t VALUES (2)", "INSERT INTO later VALUES (10)");
            try (SnapshotSession session = source.beginSnapshot(all, all)) {
                database.execute("INSERT INTO t VALUES (3)");

                assertThat(session.position()).isGreaterThan(begun);
                assertThat(Sources.read(session, TABLE)).containsExactly("1", "2");
                assertThat(Sources.read(session, new TableId("public", "later")))
                        .containsExactly("10");
                assertThat(source.streamPosition()).contains(begun);
                assertThat(database.queryStrings("SELECT tablename FROM pg_publication_tables ORDER BY 1"))
                        .containsExactly("later", "t");
                assertThat(database.queryLong("SELECT count(*) FROM pg_replication_slots WHERE database ="
                                + " current_database() AND temporary"))
                        .isZero();
            }
        }
    }

    @Test
    void chunksPlannedByAnotherProcessAreReadUnderALaterSnapshot(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        try (PostgresDatabase source = source(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            SnapshotChunk planned;
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                planned = copy(session.chunks().get(0));
                assertThat(planned).isEqualTo(session.chunks().get(0));
            }
            try (SnapshotSession session = source.beginSnapshot(schemas, schemas)) {
                List<String> rows = new ArrayList<>();
                session.read(planned, (batch, bytes) -> rows.addAll(Sources.texts(batch)));
                assertThat(rows).containsExactly("1");
            }
        }
    }

    private static SnapshotChunk copy(SnapshotChunk chunk) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(chunk);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (SnapshotChunk) in.readObject();
        }
    }

    /** The keys of the inserts that the slot would send, read off the row images of the binary protocol. */
    private static Set<Integer> streamedIds(TestDatabase database) {
        Set<Integer> ids = new HashSet<>();
        // An insert is 'I', a relation's id, 'N', the number of columns, 't', a length and the text of the key.
        for (String id : database.queryStrings("SELECT convert_from(substr(data, 14), 'UTF8')"
                + " FROM pg_logical_slot_peek_binary_changes('slot_" + database.name()
                + "', NULL, NULL, 'proto_version', '1', 'publication_names', 'pub_" + database.name()
                + "') WHERE get_byte(data, 0) = ascii('I')")) {
            ids.add(Integer.parseInt(id));
        }
        return ids;
    }

    static PostgresDatabase source(TestDatabase database) {
        return new PostgresDatabase(Sources.options(database, "public\\.t"));
    }

    /** Inserts rising keys, one transaction each, as fast as it can. */
    private static final class Writer implements AutoCloseable {

        private final TestDatabase database;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final CountDownLatch begun = new CountDownLatch(20);
        private volatile boolean stopping;
        private volatile int last = 100;
        private Future<?> running = CompletableFuture.completedFuture(null);

        Writer(TestDatabase database) {
            this.database = database;
        }

        void start() throws InterruptedException {
            running = thread.submit(() -> {
                try (Connection connection = database.connect();
                        Statement statement = connection.createStatement()) {
                    while (!stopping) {
                        statement.execute("INSERT INTO t VALUES (" + (last + 1) + ")");
                        last++;
                        begun.countDown();
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        }

        void waitForMore() {
            int seen = last;
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> last > seen + 50);
        }

        int stop() throws ExecutionException, InterruptedException {
            stopping = true;
            running.get();
            return last;
        }

        @Override
        public void close() {
            stopping = true;
            thread.shutdownNow();
        }
    }
}
