package io.sluice.snapshot.postgres;

import static io.sluice.snapshot.postgres.PostgresSnapshotIT.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What ends a snapshot or a part of it: the table, the connection, an interrupt, the consumer. */
@ExtendWith(PostgresExtension.class)
final class SnapshotFailureIT {

    private static final TableId TABLE = new TableId("public", "t");

    @Test
    void aTableRewrittenAfterTheSnapshotIsRefusedAndNotReadWrong(TestDatabase database) {
        for (String rewrite : List.of(
                "VACUUM FULL t",
                "TRUNCATE t",
                "ALTER TABLE t ALTER b TYPE bigint",
                "DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, b int)")) {
            database.execute(
                    "DROP TABLE IF EXISTS t", "CREATE TABLE t (id int PRIMARY KEY, b int)", "INSERT INTO t VALUES (1)");
            try (PostgresDatabase source = source(database)) {
                List<TableSchema> schemas = Sources.schemas(source);
                try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                    database.execute(rewrite);
                    PipelineException failure =
                            catchThrowableOfType(PipelineException.class, () -> Sources.read(session, TABLE));
                    assertThat(failure).as(rewrite).hasMessageContaining("rewritten");
                    assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
                    assertThat(failure.table()).contains(TABLE);
                } finally {
                    source.dropStream();
                }
            }
        }
    }

    @Test
    void aTableThatChangedSinceItWasInspectedIsRefusedAndLeavesNoSlot(TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, b int)");
        try (PostgresDatabase source = source(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            database.execute("ALTER TABLE t ADD COLUMN c int");

            PipelineException failure =
                    catchThrowableOfType(PipelineException.class, () -> source.beginStream(schemas, schemas));

            assertThat(failure.kind()).isEqualTo(ErrorKind.SCHEMA_CHANGED);
            assertThat(failure).hasMessageContaining("expected no column in place 3, found column 'c' INT32");
            assertThat(source.streamPosition()).isEmpty();
        }
    }

    @Test
    void aSnapshotWhoseConnectionWasLostAsksForAnother(TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        try (PostgresDatabase source = source(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                assertThat(database.queryLong("SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND application_name LIKE 'sluice %'"))
                        .isPositive();

                PipelineException failure =
                        catchThrowableOfType(PipelineException.class, () -> Sources.read(session, TABLE));

                assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
                assertThat(failure).hasMessageContaining("snapshot is gone");
            }
            try (SnapshotSession session = source.beginSnapshot(schemas, schemas)) {
                assertThat(Sources.read(session, TABLE)).containsExactly("1");
            }
        }
    }

    @Test
    void anInterruptEndsAReadThatWaitsForALock(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        try (PostgresDatabase source = source(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (SnapshotSession session = source.beginStream(schemas, schemas);
                    Connection locker = database.connect();
                    Statement lock = locker.createStatement()) {
                locker.setAutoCommit(false);
                lock.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");

                PipelineException failure = interrupted(
                        () -> session.read(session.chunks().get(0), (batch, bytes) -> {}),
                        () -> database.queryLong("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);

                assertThat(failure.kind()).isEqualTo(ErrorKind.INTERRUPTED);
                locker.rollback();
                assertThat(Sources.read(session, TABLE)).containsExactly("1");
            }
        }
    }

    @Test
    void anInterruptWhileTheSlotIsAwaitedLeavesNoSlotBehind(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY)");
        try (PostgresDatabase source = source(database);
                Connection open = database.connect();
                Statement statement = open.createStatement()) {
            List<TableSchema> schemas = Sources.schemas(source);
            open.setAutoCommit(false);
            statement.execute("SELECT pg_current_xact_id()");

            PipelineException failure = interrupted(
                    () -> source.beginStream(schemas, schemas).close(),
                    () -> database.queryLong("SELECT count(*) FROM pg_replication_slots WHERE active AND database ="
                                    + " current_database()")
                            > 0);

            assertThat(failure.kind()).isEqualTo(ErrorKind.INTERRUPTED);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> database.queryLong(
                                    "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()")
                            == 0);
            open.rollback();
        }
    }

    @Test
    void aConsumerThatFailsEndsTheChunkAndTheSessionGoesOn(TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT generate_series(1, 50000)");
        try (PostgresDatabase source = source(database)) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                assertThatThrownBy(() -> session.read(session.chunks().get(0), (batch, bytes) -> {
                            throw new IllegalStateException("full disk");
                        }))
                        .hasMessage("full disk");
                assertThat(Sources.read(session, TABLE)).hasSize(50_000);
            }
        }
    }

    private static PipelineException interrupted(Runnable work, java.util.concurrent.Callable<Boolean> waiting)
            throws Exception {
        CompletableFuture<PipelineException> outcome = new CompletableFuture<>();
        Thread thread = new Thread(() -> outcome.complete(catchThrowableOfType(PipelineException.class, work::run)));
        thread.start();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(waiting);
        thread.interrupt();
        return outcome.get(10, TimeUnit.SECONDS);
    }
}
