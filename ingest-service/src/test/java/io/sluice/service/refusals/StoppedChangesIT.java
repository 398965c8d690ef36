package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What changes a table's meaning while its pipeline is stopped stops that table when the pipeline starts, says what
 * changed, and lets the others stream on.
 */
@Tag("slow")
class StoppedChangesIT {

    private static final String RULE = "projection: \"id, note, amount\"\n    filter: \"id < 100000\"";

    @TempDir
    Path directory;

    private TestDatabase database;
    private Rig rig;

    @BeforeEach
    void tables() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, note text, amount int, spare int)",
                "INSERT INTO orders SELECT i, md5(i::text), i FROM generate_series(1, 500) i",
                "CREATE TABLE clients (id int PRIMARY KEY, note text)",
                "INSERT INTO clients SELECT i, md5(i::text) FROM generate_series(1, 500) i");
        rig = new Rig(database, directory, "orders", "clients");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ALTER TABLE orders ADD COLUMN priority int DEFAULT 1 | column 'priority' integer is new",
                "ALTER TABLE orders DROP COLUMN spare | column 'spare' integer is gone",
                "ALTER TABLE orders RENAME COLUMN spare TO extra | column 'extra' integer is new or was renamed",
                "ALTER TABLE orders ALTER COLUMN amount TYPE bigint | 'amount': expected type integer, found bigint",
                "ALTER TABLE orders DROP CONSTRAINT orders_pkey | no key",
                "ALTER TABLE orders ALTER COLUMN spare TYPE tsvector USING NULL | 'spare'",
                "DROP TABLE orders | No table matches 'public.orders'"
            })
    void aChangeAtTheSourceStopsThatTableOnly(String change, String what) throws InterruptedException {
        rig.catchUpAndCompare();
        long cut = rig.publishedCut("orders");
        database.execute(
                "CREATE TABLE frozen AS SELECT * FROM orders", change, "INSERT INTO clients VALUES (1000, 'goes on')");

        String reason = stopsOrders(what);
        assertThat(reason).contains("public.orders", "lake.orders stays as of cut " + cut, "loaded anew");
        rig.assertLake("orders", "SELECT * FROM frozen");
        rig.assertLake("clients", "SELECT * FROM clients");

        // It stays so, with the same words, and is told once.
        database.execute("INSERT INTO clients VALUES (1001, 'still')");
        int told = rig.events(PipelineEvent.TableStopped.class).size();
        assertThat(stopsOrders(what)).isEqualTo(reason);
        assertThat(rig.events(PipelineEvent.TableStopped.class)).hasSize(told);
        rig.assertLake("clients", "SELECT * FROM clients");
    }

    @Test
    void aTableThatWasStoppedIsReadAnewAfterItsLakeTableWasDropped() throws InterruptedException {
        rig.catchUpAndCompare();
        database.execute(
                "ALTER TABLE orders ADD COLUMN priority int DEFAULT 1",
                "INSERT INTO orders VALUES (10000, 'with a priority', 2, 3, 4)",
                "INSERT INTO clients VALUES (10000, 'goes on')");
        stopsOrders("'priority'");
        database.execute("DELETE FROM orders WHERE id < 50", "DELETE FROM clients WHERE id < 50");
        rig.dropLakeTable("orders");
        rig.catchUpAndCompare();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "projection: \"id, note, amount + 1 AS amount\" | projection",
                "projection: \"id, note, amount\"~filter: \"id < 200\" | filter",
                "projection: \"id, note, amount\" | expected 'id < 100000', found none"
            })
    void anotherRuleOfEqualTypesStopsItsTableOnly(String rule, String what) throws InterruptedException {
        rig.transform("orders", RULE);
        rig.catchUp();
        rig.transform("orders", rule.replace("~", "\n    "));
        database.execute("INSERT INTO orders VALUES (1000, 'later')", "INSERT INTO clients VALUES (1000, 'goes on')");
        assertThat(stopsOrders(what)).contains("is another one: expected", "found");
        rig.assertLake("orders", "SELECT id, note, amount FROM orders WHERE id < 1000");
        rig.assertLake("clients", "SELECT * FROM clients");

        rig.dropLakeTable("orders");
        rig.catchUp();
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            assertThat(pipeline.awaitEnd(Rig.LIMIT)).isTrue();
            assertThat(pipeline.status().tables()).noneMatch(table -> table.phase() == PipelinePhase.STOPPED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "projection: \"id,   note, amount\"\n    filter: \"id  <  100000\"",
                "projection: \"id, note, amount\"\n    filter: \"(id < 100000)\"",
                "projection: \"id, note, amount -- as it is\"\n    filter: \"id < 100000\""
            })
    void aRuleThatIsOnlyLaidOutAnewChangesNothing(String rule) throws InterruptedException {
        rig.transform("orders", RULE);
        rig.catchUp();
        rig.transform("orders", rule);
        database.execute("INSERT INTO orders VALUES (1000, 'later')");
        rig.catchUp();
        rig.assertLake("orders", "SELECT id, note, amount FROM orders");
    }

    @Test
    void whatDoesNotChangeTheRowsDoesNotStopTheTable() throws InterruptedException {
        database.execute("ALTER TABLE orders ALTER note TYPE varchar(100)");
        rig.catchUpAndCompare();
        database.execute(
                "ALTER TABLE orders ALTER note TYPE varchar(200)",
                "ALTER TABLE orders ALTER amount SET DEFAULT 7",
                "ALTER TABLE orders ALTER amount SET STATISTICS 10",
                "CREATE INDEX ON orders (note)",
                "INSERT INTO orders VALUES (1000, 'later')");
        rig.catchUpAndCompare();
    }

    @Test
    void aMistakeInARuleRefusesThePipelineAndLosesNothing() throws InterruptedException {
        rig.transform("orders", RULE);
        rig.catchUp();
        database.execute("INSERT INTO orders VALUES (1000, 'later')");
        rig.transform("orders", "projection: \"id, notte\"");
        PipelineStatus.Failure failure = rig.fails(ErrorKind.CONFIGURATION);
        assertThat(failure.message()).contains("notte");
        rig.transform("orders", RULE);
        rig.catchUp();
        rig.assertLake("orders", "SELECT id, note, amount FROM orders");
    }

    @Test
    void aRuleThatNamesAColumnThatIsGoneIsTheSourcesDoing() throws InterruptedException {
        rig.transform("orders", RULE);
        rig.catchUp();
        database.execute("ALTER TABLE orders DROP COLUMN amount", "INSERT INTO clients VALUES (1000, 'goes on')");
        assertThat(stopsOrders("amount")).contains("projection");
        rig.assertLake("clients", "SELECT * FROM clients");
    }

    @Test
    void aPipelineWhoseTablesAreAllStoppedStillLetsTheSourceRemoveItsLog() throws InterruptedException {
        rig.tables("orders").catchUpAndCompare();
        database.execute("ALTER TABLE orders ADD COLUMN priority int");
        stopsOrders("'priority'");
        String before = confirmed();
        database.execute("INSERT INTO orders SELECT i FROM generate_series(1000, 2000) i");
        stopsOrders("'priority'");
        assertThat(database.queryLong("SELECT ('" + confirmed() + "'::pg_lsn - '" + before + "'::pg_lsn)::bigint"))
                .isPositive();
    }

    private String confirmed() {
        return database.queryString("SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = '"
                + rig.slotName() + "'");
    }

    /** Runs until everything is published; the table is stopped, all others are not. */
    private String stopsOrders(String what) throws InterruptedException {
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            assertThat(pipeline.awaitEnd(Rig.LIMIT)).isTrue();
            assertThat(pipeline.status().state())
                    .as("with %s", pipeline.status().error())
                    .isEqualTo(PipelineState.STOPPED);
            for (TableStatus table : pipeline.status().tables()) {
                assertThat(table.phase() == PipelinePhase.STOPPED)
                        .as("%s is stopped: %s", table.source(), table.detail())
                        .isEqualTo(table.source().equals("public.orders"));
            }
            String reason = pipeline.status().tables().stream()
                    .filter(table -> table.source().equals("public.orders"))
                    .findFirst()
                    .orElseThrow()
                    .detail();
            assertThat(reason).contains(what);
            return reason;
        }
    }
}
