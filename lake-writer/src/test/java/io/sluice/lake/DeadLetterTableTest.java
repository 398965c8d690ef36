package io.sluice.lake;

import static io.sluice.lake.TestRows.ORDERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.DeadLetterEvent;
import io.sluice.pipeline.lake.DeadLetterEvent.Kind;
import io.sluice.pipeline.lake.DeadLetterLog;
import io.sluice.pipeline.schema.TableId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of rows that have no place in the lake. */
class DeadLetterTableTest {

    private static final TableId LETTERS = TableId.parse("shop.letters");
    private static final List<TableId> OWNED = List.of(ORDERS);

    @TempDir
    Path directory;

    private TestLake lake;

    @BeforeEach
    void lake() {
        lake = new TestLake(directory);
    }

    @AfterEach
    void close() throws Exception {
        lake.close();
    }

    private static DeadLetterEvent event(Kind kind, String key) {
        return new DeadLetterEvent(
                kind,
                new DeadLetter(
                        TableId.parse("public.orders"),
                        key,
                        "amount",
                        "is NaN",
                        "0/1A",
                        7,
                        Instant.parse("2026-01-02T03:04:05.123456Z")));
    }

    @Test
    void eventsComeBackAsTheyWereWrittenAndInTheirOrder() {
        List<DeadLetterEvent> first = List.of(event(Kind.SET_ASIDE, "id=1"), event(Kind.SET_ASIDE, "id='a'"));
        List<DeadLetterEvent> second = List.of(event(Kind.RESOLVED, "id=1"));
        try (IcebergLake open = lake.lake()) {
            DeadLetterLog log = open.deadLetters("shop", LETTERS, 1, OWNED);
            assertThat(log.events()).isEmpty();
            log.append(first);
            log.append(List.of());
            log.append(second);
        }
        try (IcebergLake open = lake.lake()) {
            DeadLetterLog log = open.deadLetters("shop", LETTERS, 2, OWNED);
            log.append(List.of(event(Kind.SET_ASIDE, "id=1")));
            assertThat(log.events())
                    .containsExactly(
                            event(Kind.SET_ASIDE, "id=1"),
                            event(Kind.SET_ASIDE, "id='a'"),
                            event(Kind.RESOLVED, "id=1"),
                            event(Kind.SET_ASIDE, "id=1"));
        }
    }

    @Test
    void theLastEventOfAKeyDecidesAndTheLatestComesFirst() {
        try (IcebergLake open = lake.lake()) {
            assertThat(open.openDeadLetters("shop", LETTERS)).isEmpty();
            DeadLetterLog log = open.deadLetters("shop", LETTERS, 1, OWNED);
            log.append(List.of(
                    event(Kind.SET_ASIDE, "id=1"),
                    event(Kind.SET_ASIDE, "id=2"),
                    event(Kind.SET_ASIDE, "id=3"),
                    event(Kind.RESOLVED, "id=2"),
                    event(Kind.RESOLVED, "id=1"),
                    event(Kind.SET_ASIDE, "id=1")));

            assertThat(open.openDeadLetters("shop", LETTERS))
                    .extracting(DeadLetter::key)
                    .containsExactly("id=1", "id=3");
        }
    }

    @Test
    void thoseOfOneTableAreReadByThemselves() {
        DeadLetterEvent other = new DeadLetterEvent(
                Kind.SET_ASIDE,
                new DeadLetter(TableId.parse("public.items"), "id=1", "price", "is NaN", "0/1B", 8, Instant.EPOCH));
        try (IcebergLake open = lake.lake()) {
            assertThat(open.openDeadLetters("shop", LETTERS, ORDERS)).isEmpty();
            DeadLetterLog log = open.deadLetters("shop", LETTERS, 1, OWNED);
            log.append(List.of(event(Kind.SET_ASIDE, "id=1"), other, event(Kind.SET_ASIDE, "id=2")));
            log.append(List.of(event(Kind.RESOLVED, "id=1")));

            assertThat(open.openDeadLetters("shop", LETTERS, TableId.parse("public.items")))
                    .containsExactly(other.letter());
            assertThat(open.openDeadLetters("shop", LETTERS, TableId.parse("public.orders")))
                    .containsExactly(event(Kind.SET_ASIDE, "id=2").letter());
            assertThat(open.openDeadLetters("shop", LETTERS, TableId.parse("public.nothing")))
                    .isEmpty();
        }
    }

    @Test
    void anOwnerThatBeginsReadsTheFilesOnce() {
        try (IcebergLake open = lake.lake()) {
            DeadLetterLog log = open.deadLetters("shop", LETTERS, 1, OWNED);
            log.append(List.of(event(Kind.SET_ASIDE, "id=1")));
            log.append(List.of(event(Kind.SET_ASIDE, "id=2")));
        }
        try (IcebergLake open = lake.lake()) {
            long before = dataFilesRead();
            DeadLetterLog log = open.deadLetters("shop", LETTERS, 2, OWNED);
            assertThat(log.events()).hasSize(2);
            log.append(List.of(event(Kind.RESOLVED, "id=1")));
            assertThat(dataFilesRead() - before).isEqualTo(2);
            assertThat(log.events()).hasSize(3).last().isEqualTo(event(Kind.RESOLVED, "id=1"));
        }
        try (IcebergLake open = lake.lake()) {
            // Written before anything was read: behind all others nevertheless.
            open.deadLetters("shop", LETTERS, 3, OWNED).append(List.of(event(Kind.SET_ASIDE, "id=1")));
            assertThat(open.openDeadLetters("shop", LETTERS))
                    .extracting(DeadLetter::key)
                    .containsExactly("id=1", "id=2");
        }
    }

    private long dataFilesRead() {
        return lake.faults.steps().stream()
                .filter(step -> step.startsWith("read ") && step.endsWith(".parquet"))
                .count();
    }

    @Test
    void anEarlierOwnerWritesNothingAnyMore() {
        try (IcebergLake open = lake.lake()) {
            DeadLetterLog earlier = open.deadLetters("shop", LETTERS, 1, OWNED);
            DeadLetterLog later = open.deadLetters("shop", LETTERS, 2, OWNED);
            later.append(List.of(event(Kind.SET_ASIDE, "id=1")));

            assertThatThrownBy(() -> earlier.append(List.of(event(Kind.RESOLVED, "id=1"))))
                    .isInstanceOfSatisfying(
                            PipelineException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.FENCED))
                    .hasMessageContaining("owned by epoch 2, this process has epoch 1");
            assertThat(later.events()).containsExactly(event(Kind.SET_ASIDE, "id=1"));
        }
    }

    /** Its lake tables were dropped, and with them the epochs. */
    @Test
    void anEpochThatNoTableKnowsIsNotALaterOwners() {
        try (IcebergLake open = lake.lake()) {
            open.deadLetters("shop", LETTERS, 9, OWNED).append(List.of(event(Kind.SET_ASIDE, "id=1")));
            DeadLetterLog anew = open.deadLetters("shop", LETTERS, 1, OWNED);
            anew.append(List.of(event(Kind.SET_ASIDE, "id=2")));
            assertThat(anew.events()).hasSize(2);
        }
    }

    @Test
    void aTableOfAnotherPipelineOrOfAnotherShapeIsRefused() {
        try (IcebergLake open = lake.lake()) {
            open.deadLetters("shop", LETTERS, 1, OWNED);
            lake.session();

            assertThatThrownBy(() -> open.deadLetters("other", LETTERS, 1, OWNED))
                    .isInstanceOfSatisfying(
                            PipelineException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.LAKE_CONFLICT))
                    .hasMessageContaining("belongs to pipeline 'shop', expected 'other'");
            assertThatThrownBy(() -> open.openDeadLetters("shop", ORDERS))
                    .isInstanceOf(PipelineException.class)
                    .hasMessageContaining("lacks the columns source_table");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LETTERS_BEFORE_COMMIT", "LETTERS_AFTER_COMMIT"})
    void aDeathBeforeTheCommitNotesNothingAndOneAfterItNotesAll(FailPoint point) {
        lake.with(options -> options.withFailPoints(reached -> {
            if (reached == point) {
                throw new Error("died at " + reached);
            }
        }));
        try (IcebergLake open = lake.lake()) {
            DeadLetterLog log = open.deadLetters("shop", LETTERS, 1, OWNED);
            assertThatThrownBy(() -> log.append(List.of(event(Kind.SET_ASIDE, "id=1"))))
                    .isInstanceOf(Error.class);
        }
        lake.with(options -> options);
        try (IcebergLake open = lake.lake()) {
            DeadLetterLog log = open.deadLetters("shop", LETTERS, 2, OWNED);
            assertThat(log.events()).hasSize(point == FailPoint.LETTERS_AFTER_COMMIT ? 1 : 0);
            // Whoever cannot know says it again.
            log.append(List.of(event(Kind.SET_ASIDE, "id=1")));
            assertThat(open.openDeadLetters("shop", LETTERS)).hasSize(1);
            log.append(List.of(event(Kind.RESOLVED, "id=1")));
            assertThat(open.openDeadLetters("shop", LETTERS)).isEmpty();
        }
    }
}
