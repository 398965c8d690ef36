package io.sluice.snapshot.postgres;

import static io.sluice.snapshot.postgres.PostgresSnapshotIT.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The connection that is kept for looking at the source. */
@ExtendWith(PostgresExtension.class)
final class LooksIT {

    private static final String OURS =
            " FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'sluice %'";

    @Test
    void looksOneAfterAnotherNeedOneProcessOfTheServer(TestDatabase database) {
        try (PostgresDatabase source = source(database)) {
            source.logEnd();
            long first = process(database);

            source.streamPosition();
            source.storage(Map.of());
            source.identity();
            source.retainedLog();
            source.emitBarrier();

            assertThat(process(database)).isEqualTo(first);
        }
    }

    @Test
    void aLookWhoseConnectionWasEndedSinceTheLastOneIsAnsweredAllTheSame(TestDatabase database) {
        try (PostgresDatabase source = source(database)) {
            String before = source.identity();
            long first = process(database);
            assertThat(database.queryLong("SELECT count(pg_terminate_backend(pid, 10000))" + OURS))
                    .isEqualTo(1);

            assertThat(source.identity()).isEqualTo(before);

            assertThat(process(database)).isNotEqualTo(first);
        }
    }

    @Test
    void aLookThatIsRefusedIsToldAndItsConnectionIsNotKept(TestDatabase database) {
        TestDatabase.Role reader = database.createRole("reader");
        try (PostgresDatabase source = new PostgresDatabase(Sources.optionsOf(database, reader, "public\\.t"))) {
            source.logEnd();
            database.execute("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC");

            PipelineException failure = catchThrowableOfType(PipelineException.class, source::identity);

            assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
            assertThat(failure).hasMessageContaining("pg_control_system");
            awaitConnections(database, 0);
        }
    }

    @Test
    void anInterruptedLookEndsAsInterruptedAndNothingIsLeftOpen(TestDatabase database) {
        try (PostgresDatabase source = source(database)) {
            source.logEnd();
            Thread.currentThread().interrupt();

            PipelineException failure = catchThrowableOfType(PipelineException.class, source::logEnd);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(failure.kind()).isEqualTo(ErrorKind.INTERRUPTED);
        }
        awaitConnections(database, 0);
    }

    private static long process(TestDatabase database) {
        assertThat(database.queryLong("SELECT count(*)" + OURS)).isEqualTo(1);
        return database.queryLong("SELECT pid" + OURS);
    }

    private static void awaitConnections(TestDatabase database, long expected) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> database.queryLong("SELECT count(*)" + OURS) == expected);
    }
}
