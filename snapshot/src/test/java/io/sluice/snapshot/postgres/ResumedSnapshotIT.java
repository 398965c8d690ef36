package io.sluice.snapshot.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChunkRange;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A snapshot that goes on where an earlier one ended. */
@ExtendWith(PostgresExtension.class)
class ResumedSnapshotIT {

    private static final TableId TABLE = new TableId("public", "t");
    private static final int ROWS = 8_000;

    private static PostgresDatabase source(TestDatabase database) {
        return new PostgresDatabase(
                Sources.options(database, "public\\.t").withReading(new ReadSettings(1 << 20, 8192, 8 << 20)));
    }

    private static List<Long> read(SnapshotSession session, SnapshotChunk chunk) {
        List<Long> ids = new ArrayList<>();
        session.read(chunk, (batch, bytes) -> {
            for (int row = 0; row < batch.rowCount(); row++) {
                ids.add(((LongVector) batch.column(0)).get(row));
            }
        });
        return ids;
    }

    private static List<Long> readAll(SnapshotSession session) {
        List<Long> ids = new ArrayList<>();
        session.chunks().forEach(chunk -> ids.addAll(read(session, chunk)));
        return ids;
    }

    private static List<Long> ids(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private static void fill(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int8 PRIMARY KEY, filler text)",
                "INSERT INTO t SELECT i, repeat('x', 900) FROM generate_series(1, " + ROWS + ") i");
    }

    @Test
    void whatIsLeftIsExactlyWhatWasNotRead(TestDatabase database) {
        fill(database);
        try (PostgresDatabase source = source(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            List<Long> ids = new ArrayList<>();
            List<ChunkRange> done = new ArrayList<>();
            int planned;
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                planned = session.chunks().size();
                for (int index : new int[] {0, 1, 4}) {
                    SnapshotChunk chunk = session.chunks().get(index);
                    ids.addAll(read(session, chunk));
                    done.add(chunk.range());
                }
            }
            database.execute("INSERT INTO t SELECT i, repeat('y', 900) FROM generate_series(" + (ROWS + 1) + ", "
                    + (ROWS + 3_000) + ") i");
            try (SnapshotSession session = source.beginSnapshot(schemas, schemas, Map.of(TABLE, done))) {
                assertThat(session.restarted()).isEmpty();
                assertThat(session.chunks()).hasSizeGreaterThan(planned - 3);
                assertThat(session.chunks()).noneMatch(chunk -> done.contains(chunk.range()));
                ids.addAll(readAll(session));
                session.chunks().forEach(chunk -> done.add(chunk.range()));
            }
            assertThat(ids).containsExactlyInAnyOrderElementsOf(ids(1, ROWS + 3_000));
            try (SnapshotSession session = source.beginSnapshot(schemas, schemas, Map.of(TABLE, done))) {
                assertThat(session.chunks()).isEmpty();
            }
        }
    }

    @Test
    void aTableThatIsNoLongerWantedLeavesTheStreamAndIsMissedWhenItComesBack(TestDatabase database) {
        database.execute("CREATE TABLE t (id int8 PRIMARY KEY)", "CREATE TABLE other (id int8 PRIMARY KEY)");
        PostgresOptions options = Sources.options(database, "public\\.(t|other)");
        try (PostgresDatabase source = new PostgresDatabase(options)) {
            List<TableSchema> both = Sources.schemas(source);
            List<TableSchema> one =
                    both.stream().filter(schema -> schema.table().equals(TABLE)).toList();
            source.beginStream(both, both).close();
            assertThat(source.restrictStream(both)).isEmpty();
            assertThat(source.restrictStream(one)).isEmpty();
            assertThat(database.queryStrings("SELECT tablename FROM pg_publication_tables"))
                    .containsExactly("t");
            assertThat(source.restrictStream(both)).containsExactly(new TableId("public", "other"));
            source.beginSnapshot(both, List.of()).close();
            assertThat(source.restrictStream(both)).isEmpty();
        }
    }

    @Test
    void aRewrittenTableIsPlannedWhole(TestDatabase database) {
        fill(database);
        try (PostgresDatabase source = source(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            List<ChunkRange> done;
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                done = List.of(session.chunks().get(0).range());
            }
            for (String rewrite : List.of(
                    "VACUUM FULL t", "CLUSTER t USING t_pkey", "ALTER TABLE t ALTER id TYPE int8" + " USING id + 0")) {
                database.execute(rewrite);
                try (SnapshotSession session = source.beginSnapshot(schemas, schemas, Map.of(TABLE, done))) {
                    assertThat(session.restarted()).as(rewrite).containsExactly(TABLE);
                    assertThat(readAll(session)).containsExactlyInAnyOrderElementsOf(ids(1, ROWS));
                    done = List.of(session.chunks().get(0).range());
                }
            }
            database.execute("TRUNCATE t");
            try (SnapshotSession session = source.beginSnapshot(schemas, schemas, Map.of(TABLE, done))) {
                assertThat(session.restarted()).containsExactly(TABLE);
                assertThat(readAll(session)).isEmpty();
            }
        }
    }

    @Test
    void partitionsAreTakenUpOneByOneAndANewOneIsRead(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int8 PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (100)",
                "CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (100) TO (200)",
                "INSERT INTO t SELECT generate_series(1, 199)");
        try (PostgresDatabase source = source(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            List<Long> ids = new ArrayList<>();
            List<ChunkRange> done;
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                SnapshotChunk first = session.chunks().get(0);
                ids.addAll(read(session, first));
                done = List.of(first.range());
            }
            database.execute(
                    "CREATE TABLE t_3 PARTITION OF t FOR VALUES FROM (200) TO (300)",
                    "INSERT INTO t SELECT generate_series(200, 299)");
            try (SnapshotSession session = source.beginSnapshot(schemas, schemas, Map.of(TABLE, done))) {
                assertThat(session.restarted()).isEmpty();
                assertThat(session.chunks()).hasSize(2);
                ids.addAll(readAll(session));
            }
            assertThat(ids).containsExactlyInAnyOrderElementsOf(ids(1, 299));
            database.execute("DROP TABLE "
                    + database.queryString("SELECT relname FROM pg_class WHERE oid = "
                            + done.get(0).part().split("/")[0]));
            try (SnapshotSession session = source.beginSnapshot(schemas, schemas, Map.of(TABLE, done))) {
                assertThat(session.restarted()).containsExactly(TABLE);
            }
        }
    }
}
