package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With dead letters, a row without a place in the lake is set aside, and the lake is the source without such rows. */
class DeadLettersIT {

    private static final String DOC = "repeat(md5(random()::text), 400)";

    /** The lake's rows, and which are set aside, in the source's own words. */
    private static final String GOOD = "coalesce(amount, 0) <> 'NaN' AND coalesce(n, 1) <> 0";

    @TempDir
    Path directory;

    private TestDatabase database;
    private Rig rig;

    @BeforeEach
    void tables() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, amount numeric(10,2), n int, doc text)",
                "ALTER TABLE orders ALTER COLUMN doc SET STORAGE EXTERNAL",
                "INSERT INTO orders SELECT i, i, i, " + DOC + " FROM generate_series(1, 50) i",
                "CREATE TABLE clients (id int PRIMARY KEY, note text)",
                "INSERT INTO clients SELECT i, 'client ' || i FROM generate_series(1, 10) i");
        rig = new Rig(database, directory, "orders", "clients")
                .settings("dead-letters: letters")
                .transform("orders", "projection: \"id, amount, doc, 1000 / n AS share\"");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    private void assertLaw() {
        rig.assertLake("orders", "SELECT id, amount, doc, 1000 / n AS share FROM orders WHERE " + GOOD);
        rig.assertLake("clients", "SELECT * FROM clients");
        assertThat(letters())
                .containsExactlyInAnyOrderElementsOf(database.queryStrings(
                        "SELECT 'id=' || id || ' ' || CASE WHEN amount = 'NaN' THEN 'amount' ELSE 'share' END"
                                + " FROM orders WHERE NOT (" + GOOD + ")"));
    }

    private List<String> letters() {
        try (Pipeline pipeline = rig.pipeline()) {
            return pipeline.deadLetters(1_000).stream()
                    .map(letter -> letter.key() + " " + letter.column())
                    .toList();
        }
    }

    private void run(String... statements) throws InterruptedException {
        for (String statement : statements) {
            database.execute(statement);
        }
        rig.catchUp();
        assertLaw();
    }

    @Test
    void badRowsOfTheSnapshotAndOfTheStreamAreSetAsideAndComeBackWhenTheyAreMended() throws InterruptedException {
        run("UPDATE orders SET amount = 'NaN' WHERE id = 5", "UPDATE orders SET n = 0 WHERE id IN (6, 7)");
        assertThat(letters()).hasSize(3);
        run("INSERT INTO orders VALUES (100, 'NaN', 1, 'new'), (101, 1, 0, 'new'), (102, 1, 1, 'new')");
        assertThat(letters()).hasSize(5);
        // Rows that were in the lake leave it.
        run("UPDATE orders SET amount = 'NaN' WHERE id IN (10, 11)", "UPDATE orders SET n = 0 WHERE id = 12");
        assertThat(letters()).hasSize(8);
        // Mended without a word of the long text, which the log then leaves out.
        run("UPDATE orders SET amount = 5 WHERE id IN (5, 10, 100)", "UPDATE orders SET n = 5 WHERE id IN (6, 12)");
        assertThat(letters()).containsExactlyInAnyOrder("id=7 share", "id=101 share", "id=11 amount");
        run("UPDATE orders SET n = 0, amount = 'NaN' WHERE id = 7", "DELETE FROM orders WHERE id IN (11, 101)");
        run("UPDATE orders SET amount = 7 WHERE id = 7");
        run("UPDATE orders SET n = 7 WHERE id = 7");
        assertThat(letters()).isEmpty();
    }

    @Test
    void changesOfOneTransactionAndOfOneCutAreFollowedInTheirOrder() throws InterruptedException {
        rig.catchUp();
        database.inTransaction(
                "UPDATE orders SET amount = 'NaN' WHERE id = 1",
                "UPDATE orders SET amount = 3 WHERE id = 1",
                "UPDATE orders SET n = 0 WHERE id = 2",
                "UPDATE orders SET n = 2 WHERE id = 2",
                "UPDATE orders SET n = 0 WHERE id = 2",
                "INSERT INTO orders VALUES (200, 'NaN', 1, " + DOC + ")",
                "UPDATE orders SET amount = 1 WHERE id = 200",
                "INSERT INTO orders VALUES (201, 'NaN', 1, " + DOC + ")",
                "DELETE FROM orders WHERE id = 201");
        run();
        assertThat(letters()).containsExactly("id=2 share");
    }

    @Test
    void aChangedKeyMovesTheRowInAndOutOfTheDeadLetters() throws InterruptedException {
        run("UPDATE orders SET amount = 'NaN' WHERE id IN (1, 2, 3)");
        run(
                "UPDATE orders SET id = 301 WHERE id = 1",
                "UPDATE orders SET id = 302, amount = 2 WHERE id = 2",
                "UPDATE orders SET id = 304, amount = 'NaN' WHERE id = 4",
                "UPDATE orders SET id = 1 WHERE id = 5");
        assertThat(letters()).containsExactlyInAnyOrder("id=301 amount", "id=304 amount", "id=3 amount");
        run("UPDATE orders SET id = 3 + 400, n = 3 WHERE id = 3", "UPDATE orders SET amount = 3 WHERE id = 403");
        assertThat(letters()).hasSize(2);
    }

    @Test
    void truncatingTheTableResolvesAllOfItsDeadLetters() throws InterruptedException {
        run("UPDATE orders SET amount = 'NaN' WHERE id < 10");
        run("TRUNCATE orders", "INSERT INTO orders VALUES (1, 1, 1, 'x'), (2, 'NaN', 1, 'x')");
        assertThat(letters()).containsExactly("id=2 amount");
    }

    @Test
    void aFilterOverAValueThatTheLogLeavesOutDoesNotKeepAMendedRowAway() throws InterruptedException {
        rig.transform("orders", "projection: \"id, amount, doc\"", "filter: \"doc <> ''\"");
        database.execute(
                "UPDATE orders SET amount = 'NaN' WHERE id IN (1, 2)", "UPDATE orders SET doc = '' WHERE id = 3");
        rig.catchUp();
        database.execute("UPDATE orders SET amount = 'NaN' WHERE id IN (3, 4)");
        database.inTransaction(
                "UPDATE orders SET amount = 'NaN' WHERE id = 5", "UPDATE orders SET amount = 5 WHERE id = 5");
        rig.catchUp();
        assertThat(letters()).containsExactlyInAnyOrder("id=1 amount", "id=2 amount", "id=4 amount");
        database.execute("UPDATE orders SET amount = 9 WHERE id IN (1, 3, 4)");
        rig.catchUp();
        rig.assertLake("orders", "SELECT id, amount, doc FROM orders WHERE doc <> '' AND amount <> 'NaN'");
        assertThat(letters()).containsExactly("id=2 amount");
    }

    /** The note is ahead of the table: a change that the log tells only in part must not be dropped when it comes again. */
    @ParameterizedTest
    @EnumSource(names = {"LETTERS_BEFORE_COMMIT", "LETTERS_AFTER_COMMIT", "CUT_BEFORE_TABLE", "CUT_AFTER_TABLES"})
    void aDeathAroundTheNoteCostsNoRow(FailPoint point) throws InterruptedException {
        rig.tables("orders").transform("orders", "projection: \"id, amount, doc\"", "filter: \"doc <> ''\"");
        database.execute("UPDATE orders SET amount = 'NaN' WHERE id IN (1, 2)");
        rig.catchUp();
        database.inTransaction(
                "UPDATE orders SET amount = 9 WHERE id = 1",
                "UPDATE orders SET amount = 'NaN' WHERE id = 3",
                "DELETE FROM orders WHERE id = 2");

        rig.dyingAt(reached -> {
            if (reached == point) {
                throw new AssertionError("died at " + reached);
            }
        });
        rig.fails(ErrorKind.INTERNAL);
        rig.dyingAt(FailPoints.NONE).catchUp();

        rig.assertLake("orders", "SELECT id, amount, doc FROM orders WHERE amount <> 'NaN'");
        assertThat(letters()).containsExactly("id=3 amount");
    }

    /** Holds the load behind its first chunk until it is let go. */
    private static final class HeldLoad implements FailPoints {

        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch letGo = new CountDownLatch(1);

        @Override
        public void reach(FailPoint point) {
            if (point == FailPoint.SNAPSHOT_AFTER_FILES) {
                reached.countDown();
                try {
                    letGo.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** The reader meets rows as they were when the load began, behind the changes of them that wait in it already. */
    @Test
    void rowsThatWereMendedBeforeTheLoadMetThemAreReadAgainWhenItIsPublished() throws InterruptedException {
        rig.settings("dead-letters: letters\ndrain-after: 0s\ncommit-max-rows: 1");
        database.execute(
                "UPDATE orders SET amount = 'NaN' WHERE id IN (1, 2, 3, 4)",
                "UPDATE orders SET n = 0 WHERE id = 5",
                // The largest table is read first.
                "INSERT INTO clients SELECT i, repeat('x', 800) FROM generate_series(100, 3000) i",
                "VACUUM ANALYZE");
        HeldLoad load = new HeldLoad();
        try (Pipeline pipeline = rig.dyingAt(load).pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            load.reached.await();
            assertThat(table(pipeline).rowsRead()).as("rows read of orders").isZero();
            // Mended without a word of the long text; gone; moved; mended and spoilt again; good rows that are not any
            // more.
            database.execute(
                    "UPDATE orders SET amount = 1 WHERE id = 1",
                    "DELETE FROM orders WHERE id = 2",
                    "UPDATE orders SET id = 303, amount = 3 WHERE id = 3",
                    "UPDATE orders SET amount = 4 WHERE id = 4",
                    "UPDATE orders SET amount = 'NaN' WHERE id = 4",
                    "UPDATE orders SET n = 5 WHERE id = 5",
                    "UPDATE orders SET n = 0 WHERE id IN (6, 7)",
                    "UPDATE orders SET n = 7 WHERE id = 7");
            String changed = database.currentPosition().text();
            Awaitility.await()
                    .atMost(Rig.LIMIT)
                    .until(() -> database.queryLong("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '"
                                    + rig.slotName() + "' AND confirmed_flush_lsn >= '" + changed + "'")
                            == 1);
            assertThat(table(pipeline).rowsRead()).as("rows read of orders").isZero();
            load.letGo.countDown();
            Awaitility.await()
                    .atMost(Rig.LIMIT)
                    .until(() -> pipeline.status().tables().stream()
                            .allMatch(one -> one.phase() == PipelinePhase.STREAMING && !one.loading()));
        }
        assertLaw();
        assertThat(letters()).containsExactlyInAnyOrder("id=4 amount", "id=6 share");
        rig.dyingAt(FailPoints.NONE);
        run("UPDATE orders SET amount = 4, n = 4 WHERE id IN (4, 6)");
        assertThat(letters()).isEmpty();
    }

    @Test
    void aReloadBeginsTheDeadLettersAnew() throws InterruptedException {
        database.execute("UPDATE orders SET amount = 'NaN' WHERE id IN (1, 2, 3)");
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            rig.awaitPublished(pipeline);
            assertThat(table(pipeline).setAside()).isEqualTo(3);
            long before = table(pipeline).snapshotId().orElseThrow();
            pipeline.resnapshot("public.orders");
            database.execute(
                    "UPDATE orders SET amount = 1 WHERE id = 1",
                    "UPDATE orders SET amount = 'NaN' WHERE id = 4",
                    "DELETE FROM orders WHERE id = 2");
            Awaitility.await()
                    .atMost(Rig.LIMIT)
                    .until(() -> table(pipeline).snapshotId().orElseThrow() != before
                            && !table(pipeline).loading());
            rig.awaitPublished(pipeline);
            assertThat(table(pipeline).setAside()).isEqualTo(2);
            pipeline.stop();
            pipeline.awaitEnd(Rig.LIMIT);
        }
        assertLaw();
        assertThat(letters()).containsExactlyInAnyOrder("id=3 amount", "id=4 amount");
        run("UPDATE orders SET amount = 1 WHERE id IN (3, 4)");
    }

    /** A row that the source no longer has, and that no change told of, is no dead letter of a table that is read anew. */
    @Test
    void aLoadResolvesWhatItDoesNotFindAnyMore() throws InterruptedException {
        run("UPDATE orders SET amount = 'NaN' WHERE id IN (1, 2, 3)");
        database.execute(
                "SELECT pg_drop_replication_slot('" + rig.slotName() + "')",
                "UPDATE orders SET amount = 1 WHERE id IN (1, 2)",
                "UPDATE orders SET n = 0 WHERE id = 9");
        run();
        assertThat(letters()).containsExactlyInAnyOrder("id=3 amount", "id=9 share");
    }

    @Test
    void aDeadLetterSaysWhereAndWhyAndNoValueOfTheRow() throws InterruptedException {
        database.execute("INSERT INTO orders VALUES (4711, 1, 0, 'secret')");
        rig.catchUp();
        database.execute("INSERT INTO orders VALUES (4712, 'NaN', 1, 'secret')");
        rig.catchUp();
        List<DeadLetter> letters;
        try (Pipeline pipeline = rig.pipeline()) {
            letters = pipeline.deadLetters(10);
            assertThat(pipeline.deadLetters(1)).isEqualTo(letters.subList(0, 1));
        }
        assertThat(letters).extracting(DeadLetter::key).containsExactly("id=4712", "id=4711");
        assertThat(letters).allSatisfy(letter -> {
            assertThat(letter.source()).hasToString("public.orders");
            assertThat(letter.position()).matches("[0-9A-F]+/[0-9A-F]+");
            assertThat(letter.reason()).doesNotContain("secret");
        });
        assertThat(letters.get(0).reason()).contains("numeric(10,2)", "NaN", "Correct the row at the source");
        assertThat(letters.get(0).cut()).isPositive();
        assertThat(letters.get(1).reason()).contains("division by zero", "NULLIF");
        assertThat(letters.get(1).cut()).isZero();
        assertThat(rig.events(PipelineEvent.RowsSetAside.class))
                .extracting(event -> event.table() + " " + event.rows() + " " + event.column())
                .containsExactly("public.orders 1 share", "public.orders 1 amount");
        assertThat(rig.events(PipelineEvent.TableStopped.class)).isEmpty();
    }

    @Test
    void moreRowsThanTheLimitStopTheirTableAndNoOther() throws InterruptedException {
        rig.settings("dead-letters: letters\ndead-letter-limit: 3");
        run("UPDATE orders SET amount = 'NaN' WHERE id <= 3");
        database.execute("UPDATE orders SET amount = 'NaN' WHERE id = 4", "INSERT INTO clients VALUES (99, 'new')");
        rig.catchUp();
        assertThat(rig.events(PipelineEvent.TableStopped.class)).singleElement().satisfies(stopped -> {
            assertThat(stopped.source()).isEqualTo("public.orders");
            assertThat(stopped.reason())
                    .contains("has 4 rows", "dead-letter-limit lets it set 3 aside", "column 'amount'");
        });
        rig.assertLake("clients", "SELECT * FROM clients");
        assertThat(letters()).hasSize(3);

        // Mended and read again.
        database.execute("UPDATE orders SET amount = 1 WHERE id IN (3, 4)");
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            rig.awaitPublished(pipeline);
            assertThat(table(pipeline).phase()).isEqualTo(PipelinePhase.STOPPED);
            pipeline.resnapshot("public.orders");
            Awaitility.await()
                    .atMost(Rig.LIMIT)
                    .until(() -> table(pipeline).phase() != PipelinePhase.STOPPED
                            && !table(pipeline).loading());
        }
        run();
        assertThat(letters()).hasSize(2);
    }

    @Test
    void moreRowsThanTheLimitEndALoad() throws InterruptedException {
        rig.settings("dead-letters: letters\ndead-letter-limit: 3").tables("orders");
        database.execute("UPDATE orders SET amount = 'NaN' WHERE id <= 4");
        PipelineStatus.Failure failure = rig.fails(ErrorKind.DATA_REFUSED);
        assertThat(failure.message()).contains("has 4 rows", "lets it set 3 aside");
        database.execute("UPDATE orders SET amount = 4 WHERE id = 4");
        rig.tables("orders", "clients");
        run();
        assertThat(letters()).hasSize(3);
    }

    @Test
    void aTableWithoutAKeyAndARefusedKeyStopAsEver() throws InterruptedException {
        database.execute(
                "CREATE TABLE keyless (amount numeric(10,2))",
                "ALTER TABLE keyless REPLICA IDENTITY FULL",
                "CREATE TABLE days (d date PRIMARY KEY, note text)");
        rig.tables("orders", "clients", "keyless", "days");
        run();
        database.execute("INSERT INTO keyless VALUES ('NaN')", "INSERT INTO days VALUES ('infinity', 'x')");
        rig.catchUp();
        assertThat(rig.events(PipelineEvent.TableStopped.class))
                .extracting(PipelineEvent.TableStopped::source)
                .containsExactlyInAnyOrder("public.keyless", "public.days");
        run("INSERT INTO clients VALUES (77, 'goes on')");
        assertThat(rig.plan().notes())
                .anySatisfy(note -> assertThat(note)
                        .contains("lake.letters", "more than 1000 at a time", "a single one stops public.keyless"));
    }

    @Test
    void theTableOfDeadLettersOfAnotherPipelineIsRefused() throws InterruptedException {
        database.execute("UPDATE orders SET amount = 'NaN' WHERE id = 1");
        rig.catchUp();
        rig.named("other").tables("clients").transform("orders").route("clients", "lake.others");
        PipelineStatus.Failure failure = rig.fails(ErrorKind.LAKE_CONFLICT);
        assertThat(failure.message()).contains("lake.letters", "belongs to pipeline 'shop'", "pipeline.dead-letters");
        assertThat(rig.plan().lakeObjections())
                .singleElement()
                .asString()
                .contains("lake.letters", "belongs to pipeline 'shop'");
    }

    private static TableStatus table(Pipeline pipeline) {
        return pipeline.status().tables().stream()
                .filter(table -> table.source().equals("public.orders"))
                .findFirst()
                .orElseThrow();
    }
}
