package io.sluice.incremental.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.PostgresEndpoint;
import io.sluice.pipeline.source.StreamStart;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What goes wrong has the kind that the service's policy is about, and closing always works. */
@ExtendWith(PostgresExtension.class)
class FailuresIT {

    private TestDatabase database;

    @BeforeEach
    void table(TestDatabase fresh) {
        database = fresh;
        database.execute("CREATE TABLE a (id int PRIMARY KEY, n int)");
    }

    @Test
    void aSlotInUseIsRefusedWithTheProcessThatUsesIt() {
        try (TestStream stream = TestStream.create(
                database, "FOR TABLE a", options -> options.withSlotPatience(Duration.ofMillis(300)))) {
            TableSchema table = stream.schema("public.a");
            stream.start(table);
            long pid = database.queryLong(
                    "SELECT active_pid FROM pg_replication_slots WHERE slot_name = '" + stream.slot + "'");
            database.execute("CREATE PUBLICATION others FOR TABLE a");
            assertRefused(stream, table, pid, ErrorKind.SOURCE_REFUSED, "others");
            // One that says it is this pipeline's ends in time.
            assertRefused(stream, table, pid, ErrorKind.SOURCE_UNAVAILABLE, "pub \"1\"");
            database.execute("INSERT INTO a VALUES (1, 1)");
            stream.catchUp();
            assertThat(stream.rows("public.a")).containsExactly("INSERT 1|1");
        }
    }

    /** Debezium cannot be stopped while its task starts, which may go on when the stream is there already. */
    @Test
    void aStreamThatIsClosedAsSoonAsItRunsLeavesNothingBehind() throws Exception {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a")) {
            TableSchema table = stream.schema("public.a");
            for (int i = 0; i < 10; i++) {
                stream.start(table);
                stream.stop();
                assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .doesNotContain("changes-" + stream.slot);
                assertThat(metrics(stream)).isEmpty();
            }
        }
    }

    /** Another server's slot may have the same name, and Debezium waits for a minute for each name that is taken. */
    @Test
    void aStreamBeginsAtOnceWhereAnotherHasMetricsForASlotOfTheSameName() throws Exception {
        MBeanServer metrics = ManagementFactory.getPlatformMBeanServer();
        try (TestStream stream = TestStream.create(database, "FOR TABLE a")) {
            TableSchema table = stream.schema("public.a");
            stream.start(table);
            Set<ObjectName> taken = metrics(stream);
            assertThat(taken).hasSize(2);
            stream.stop();
            for (ObjectName name : taken) {
                metrics.registerMBean(new StandardMBean(() -> {}, Runnable.class), name);
            }
            stream.start(table);
            assertThat(metrics(stream)).hasSize(4);
            for (ObjectName name : taken) {
                metrics.unregisterMBean(name);
            }
        }
    }

    private static Set<ObjectName> metrics(TestStream stream) throws Exception {
        return ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("debezium.postgres:server=sluice_" + stream.slot + ",*"), null);
    }

    private static void assertRefused(
            TestStream stream, TableSchema table, long pid, ErrorKind kind, String publication) {
        try (TestStream second = new TestStream(
                stream,
                options -> new PostgresStreamOptions(
                        options.endpoint(),
                        options.slotName(),
                        publication,
                        options.bounds(),
                        Duration.ZERO,
                        options.idleInterval(),
                        options.clock()))) {
            assertThatThrownBy(() -> second.startAt(stream.confirmedFlush(), table))
                    .isInstanceOfSatisfying(PipelineException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(kind);
                        assertThat(failure).hasMessageContaining(stream.slot).hasMessageContaining("process " + pid);
                    });
        }
    }

    @Test
    void aMissingSlotOrPublicationOrOneThatMovedOnIsLost() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a")) {
            TableSchema table = stream.schema("public.a");
            LogSequenceNumber begin = stream.confirmedFlush();
            database.execute(
                    "INSERT INTO a VALUES (1, 1)",
                    "SELECT pg_replication_slot_advance('" + stream.slot + "', pg_current_wal_lsn())");
            assertThatThrownBy(() -> stream.startAt(begin, table))
                    .isInstanceOfSatisfying(PipelineException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_LOST);
                        assertThat(failure).hasMessageContaining(begin.text());
                    });
            database.execute("DROP PUBLICATION \"pub \"\"1\"\"\"");
            assertThatThrownBy(() -> stream.start(table))
                    .isInstanceOfSatisfying(
                            PipelineException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_LOST));
            database.dropSlots();
            assertThatThrownBy(() -> stream.startAt(begin, table))
                    .isInstanceOfSatisfying(PipelineException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_LOST);
                        assertThat(failure).hasMessageContaining(stream.slot);
                    });
            assertThat(database.queryLong(
                            "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '" + stream.slot + "'"))
                    .isZero();
        }
    }

    @Test
    void aSlotDroppedUnderTheStreamEndsItAndIsLostAtTheNextStart() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a")) {
            TableSchema table = stream.schema("public.a");
            LogSequenceNumber begin = stream.confirmedFlush();
            stream.start(table);
            database.dropSlots();
            assertThatThrownBy(stream::catchUp)
                    .isInstanceOfSatisfying(
                            PipelineException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE));
            assertThatThrownBy(() -> stream.startAt(begin, table))
                    .isInstanceOfSatisfying(
                            PipelineException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_LOST));
        }
    }

    @Test
    void aWrongPasswordAndAMissingPrivilegeAreRefusedWithoutShowingThePassword() {
        TestDatabase.Role role = database.createRole("reader", TestDatabase.Privilege.SELECT);
        try (TestStream stream = TestStream.create(database, "FOR TABLE a")) {
            StreamStart start = new StreamStart(
                    List.of(stream.schema("public.a")), stream.confirmedFlush(), Map.of(), Optional.empty());
            for (String password : List.of("wrong-password", role.password())) {
                PostgresStreamOptions options = PostgresStreamOptions.of(
                        PostgresEndpoint.of(
                                database.host(), database.port(), database.name(), role.name(), () -> password),
                        stream.slot,
                        "pub \"1\"");
                assertThat(options.toString()).doesNotContain(password);
                try (DebeziumChangeSource source = new DebeziumChangeSource(options)) {
                    assertThatThrownBy(() -> source.start(start))
                            .isInstanceOfSatisfying(PipelineException.class, failure -> {
                                assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
                                assertThat(failure.getMessage()).doesNotContain(password);
                            });
                }
            }
        }
    }

    @Test
    void aServerThatCannotBeReachedIsUnavailable() {
        PostgresStreamOptions options = PostgresStreamOptions.of(
                PostgresEndpoint.of("127.0.0.1", 1, "none", "nobody", () -> ""), "s_none", "p");
        try (DebeziumChangeSource source = new DebeziumChangeSource(options)) {
            StreamStart start = new StreamStart(List.of(), new LogSequenceNumber(1), Map.of(), Optional.empty());
            assertThatThrownBy(() -> source.start(start))
                    .isInstanceOfSatisfying(
                            PipelineException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE));
        }
    }

    @Test
    void aBrokenConnectionIsUnavailableAfterWhatWasCompleteAndTheRestComesAgain() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a")) {
            TableSchema table = stream.schema("public.a");
            stream.start(table);
            database.execute("INSERT INTO a VALUES (1, 1)");
            stream.catchUp();
            LogSequenceNumber reached =
                    (LogSequenceNumber) stream.lastBoundary().orElseThrow();
            assertThat(EmbeddedPostgresServer.shared().terminateWalSenders()).isPositive();
            database.execute("INSERT INTO a VALUES (2, 2)");
            assertThatThrownBy(stream::catchUp)
                    .isInstanceOfSatisfying(
                            PipelineException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE));
            stream.startAt(reached, table).catchUp();
            assertThat(stream.rows("public.a")).containsExactly("INSERT 2|2");
        }
    }

    @Test
    void closingInTheMiddleOfALargeTransactionWithAFullQueueIsPromptAndLeavesNoThread() {
        Set<Thread> before = threads();
        try (TestStream stream = TestStream.create(
                database, "FOR TABLE a", options -> options.withBounds(new StreamBounds(100, 10_000, 50, 10_000)))) {
            TableSchema table = stream.schema("public.a");
            LogSequenceNumber begin = stream.confirmedFlush();
            stream.start(table);
            database.execute("INSERT INTO a SELECT i, i FROM generate_series(1, 200000) i");
            await().until(() -> {
                stream.poll(Duration.ofMillis(100));
                return !stream.rows("public.a").isEmpty();
            });
            assertThat(stream.rows("public.a")).hasSize(50);
            DebeziumChangeSource source = stream.source();
            long start = System.nanoTime();
            source.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThatCode(source::close).doesNotThrowAnyException();
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
            stream.startAt(begin, table);
            await().until(() -> {
                stream.poll(Duration.ofMillis(100));
                return !stream.rows("public.a").isEmpty();
            });
            assertThat(stream.rows("public.a")).startsWith("INSERT 1|1");
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                // Of the test itself.
                .filter(thread -> !thread.getName().startsWith("awaitility"))
                .collect(Collectors.toSet());
    }
}
