package io.sluice.lake;

import static io.sluice.lake.TestLake.NO_REFETCH;
import static io.sluice.lake.TestLake.prepare;
import static io.sluice.lake.TestLake.publish;
import static io.sluice.lake.TestRows.EVENTS;
import static io.sluice.lake.TestRows.EVENTS_SCHEMA;
import static io.sluice.lake.TestRows.ORDERS;
import static io.sluice.lake.TestRows.ORDERS_SCHEMA;
import static io.sluice.lake.TestRows.events;
import static io.sluice.lake.TestRows.insert;
import static io.sluice.lake.TestRows.orders;
import static io.sluice.lake.TestRows.row;
import static io.sluice.lake.TestRows.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.testkit.faults.Faults.Moment;
import io.sluice.testkit.rest.RestCatalogServer;
import io.sluice.testkit.s3.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The endpoint of {@code s3a://} refuses, fails or delays a request, or loses its answer: the cut is published once, at
 * the latest when it is tried again, and no file is leaked or missing. With a REST catalog, whose own files go the same
 * way.
 */
@Tag("slow")
class S3AnswersIT {

    /** What becomes of a request. */
    enum Answer {
        /** Answered with 503; nothing happens. */
        REFUSED,
        /** Answered with 500; it happens all the same. */
        FAILED_THOUGH_DONE,
        /** The connection ends without an answer; it happens all the same. */
        LOST_THOUGH_DONE,
        /** It happens late. */
        LATE
    }

    /** How often Hadoop's client asks. */
    enum Client {
        /** As by default. */
        PATIENT(Map.of("fs.s3a.retry.interval", "5ms", "fs.s3a.retry.throttle.interval", "5ms")),
        /** Once. */
        IMPATIENT(
                Map.of("fs.s3a.attempts.maximum", "1", "fs.s3a.retry.limit", "0", "fs.s3a.retry.throttle.limit", "0"));

        private final Map<String, String> settings;

        Client(Map<String, String> settings) {
            this.settings = settings;
        }
    }

    private static final String DATA = ".*/orders/data/.*parquet";
    private static final String CATALOGS_FILE = "putBlob .*/orders/metadata/.*metadata.json";
    private static final int ROUNDS = 6;

    @TempDir
    static Path servers;

    private static S3Server s3;
    private static int lakes;

    private RestCatalogServer catalog;
    private TestLake lake;
    private LakeSession session;

    @BeforeAll
    static void start() {
        s3 = S3Server.start(servers.resolve("s3"));
    }

    @AfterAll
    static void stop() {
        s3.close();
    }

    private void publishedBy(Client client, Path directory) throws Exception {
        String bucket = "answers-" + ++lakes;
        s3.createBucket(bucket);
        Map<String, String> hadoop = new HashMap<>(s3.hadoopProperties());
        hadoop.putAll(client.settings);
        // The least that S3 allows.
        hadoop.put("fs.s3a.multipart.size", "5M");
        String warehouse = "s3a://" + bucket + "/warehouse";
        catalog = RestCatalogServer.start(Files.createDirectories(directory.resolve("rest")), warehouse, hadoop);
        lake = new TestLake(directory, new TestStore("rest", catalog.uri(), warehouse, hadoop));
        session = lake.session();
        publish(session, ORDERS_SCHEMA, 100, row(1L, "new", "a"), row(2L, "new", "b"));
        publish(session, EVENTS_SCHEMA, 100, row("x", 1));
    }

    @AfterEach
    void close() throws Exception {
        s3.faults().clear();
        lake.close();
        catalog.close();
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                        "putBlob " + DATA,
                        "putBlob .*/orders/data/.*puffin",
                        "putBlob .*/orders/metadata/.*-m\\d+.avro",
                        "putBlob .*/orders/metadata/snap-.*",
                        CATALOGS_FILE,
                        "initiateMultipartUpload " + DATA,
                        "uploadMultipartPart " + DATA,
                        "completeMultipartUpload " + DATA)
                .flatMap(request -> Stream.of(Answer.values())
                        .flatMap(answer ->
                                Stream.of(Client.values()).map(client -> Arguments.of(request, answer, client))))
                // A catalog that asks once leaves its own file behind.
                .filter(request -> !(request.get()[0].equals(CATALOGS_FILE) && request.get()[2] == Client.IMPATIENT));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aFileIsWrittenOnceWhateverTheAnswer(String request, Answer answer, Client client, @TempDir Path directory)
            throws Exception {
        publishedBy(client, directory);
        String note = request.contains("Multipart") ? large() : "small";
        AtomicInteger struck = strike(request, answer, 1);

        publishCut(2, () -> orders(update(1L, "paid", note)), () -> events(insert("z", 9)));

        assertThat(struck).as("requests that were struck").hasValue(1);
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|" + note, "2|new|b");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "z|9");
        publishCut(3, () -> orders(update(2L, "sent", "c")), () -> events(insert("z", 9)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|" + note, "2|sent|c");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    /** A file that is refused for good gives the cut up, and the files that it has written already are deleted. */
    @ParameterizedTest
    @EnumSource
    void aFileIsDeletedWhateverTheAnswer(Answer answer, @TempDir Path directory) throws Exception {
        publishedBy(Client.PATIENT, directory);
        s3.faults().at("putBlob .*/orders/data/.*puffin", Moment.BEFORE, 1, () -> {
            throw S3Server.error(403);
        });
        AtomicInteger struck = strike("removeBlobs? " + DATA, answer, 1);

        assertThatThrownBy(() -> prepare(session, 2, NO_REFETCH, orders(update(1L, "paid", "a"))))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_REFUSED));

        assertThat(struck).as("requests that were struck").hasValue(1);
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
        publishCut(2, () -> orders(update(1L, "paid", "a")), () -> events(insert("z", 9)));
        assertThat(lake.rows(ORDERS)).containsExactly("1|paid|a", "2|new|b");
        lake.assertNoFileLeakedOrMissing(ORDERS, EVENTS);
    }

    /** What the pipeline does: a cut that is given up is collected again, a commit without a known outcome repeated. */
    private void publishCut(long number, Supplier<ColumnBatch> orders, Supplier<ColumnBatch> events) {
        PreparedCut prepared = again(() -> prepare(session, number, NO_REFETCH, orders.get(), events.get()));
        for (int round = 0; round < ROUNDS; round++) {
            CommitOutcome outcome = again(() -> session.commit(prepared));
            if (outcome.kind() != CommitOutcome.Kind.UNKNOWN) {
                assertThat(outcome.kind()).isIn(CommitOutcome.Kind.COMMITTED, CommitOutcome.Kind.ALREADY_COMMITTED);
                return;
            }
        }
        throw new AssertionError("Cut " + number + " has no known outcome after " + ROUNDS + " rounds");
    }

    private static <T> T again(Supplier<T> step) {
        try {
            return step.get();
        } catch (PipelineException e) {
            assertThat(e.kind()).as("%s", e).isEqualTo(ErrorKind.LAKE_UNAVAILABLE);
            return step.get();
        }
    }

    private static AtomicInteger strike(String request, Answer answer, int times) {
        AtomicInteger struck = new AtomicInteger();
        Moment moment = answer == Answer.REFUSED || answer == Answer.LATE ? Moment.BEFORE : Moment.AFTER;
        s3.faults().at(request, moment, times, () -> {
            struck.incrementAndGet();
            switch (answer) {
                case REFUSED -> throw S3Server.error(503);
                case FAILED_THOUGH_DONE -> throw S3Server.error(500);
                case LOST_THOUGH_DONE -> s3.loseAnswers();
                case LATE ->
                    Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            }
        });
        return struck;
    }

    /** More than one part of an upload, also when it is compressed. */
    private static String large() {
        byte[] bytes = new byte[7 << 20];
        new Random(1).nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
